namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>A quantity and all that was measured of it.</summary>
/// <param name="Key">Its name for targets and readers of the JSON file: words between slashes.</param>
/// <param name="Label">Its name in words.</param>
/// <param name="Unit">"times", "share", or a unit.</param>
/// <param name="Values">In the order of measurement, at least one.</param>
internal sealed record Figure(string Key, string Label, string Unit, IReadOnlyList<double> Values)
{
    public double Median => Statistics.Median(Values);

    public double Lowest => Values.Min();

    public double Highest => Values.Max();

    /// <summary>"70 %" or "3.4 ×", with the spread where there is one.</summary>
    public string Text
    {
        get
        {
            var sign = Unit switch { "share" => " %", "times" => " ×", "" => "", _ => $" {Unit}" };
            var median = Number(Median) + sign;
            return Values.Count == 1 ? median : $"{median} ({Number(Lowest)} to {Number(Highest)}, n = {Values.Count})";
        }
    }

    private string Number(double value) => Statistics.Short(Unit == "share" ? 100 * value : value);
}

/// <summary>What one part of the run measured, and what it has to say besides.</summary>
internal sealed record PartResult(string Part, string What, IReadOnlyList<Figure> Figures, IReadOnlyList<string> Notes);
