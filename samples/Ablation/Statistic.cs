using System.Globalization;

namespace Ablation;

/// <summary>One cell of a table: a statistic over the seeds.</summary>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="Deviation">Sample standard deviation; NaN for a single value.</param>
/// <param name="Count">Number of values.</param>
internal sealed record Statistic(double Mean, double Deviation, int Count)
{
    public static Statistic Of(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        var deviation = values.Count < 2 ? double.NaN
            : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        return new(mean, deviation, values.Count);
    }

    public override string ToString() => Text("0.000");

    /// <summary>With a sign, for differences.</summary>
    public string ToSigned() => Text("+0.000;−0.000;0.000");

    private string Text(string format) => double.IsNaN(Deviation)
        ? Mean.ToString(format, CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Mean.ToString(format, CultureInfo.InvariantCulture)} ± {Deviation:0.000}");
}
