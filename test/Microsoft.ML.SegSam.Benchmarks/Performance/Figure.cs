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
    public string Text => Values.Count == 1 ? Format(Median) : $"{Format(Median)} ({Format(Lowest)} to {Format(Highest)}, n = {Values.Count})";

    private string Format(double value) => Unit switch
    {
        "share" => $"{Statistics.Short(100 * value)} %",
        "times" => $"{Statistics.Short(value)} ×",
        "" => Statistics.Short(value),
        _ => $"{Statistics.Short(value)} {Unit}",
    };
}

/// <summary>What one part of the run measured, and what it has to say besides.</summary>
internal sealed record PartResult(string Part, string What, IReadOnlyList<Figure> Figures, IReadOnlyList<string> Notes);
