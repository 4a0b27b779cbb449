using System.Globalization;

namespace SampleKit;

/// <summary>One cell of a table: a statistic over the seeds.</summary>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="Deviation">Sample standard deviation; NaN for a single value.</param>
/// <param name="Count">Number of values.</param>
public sealed record Statistic(double Mean, double Deviation, int Count)
{
    /// <param name="values">At least one.</param>
    public static Statistic Of(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        var deviation = values.Count < 2 ? double.NaN
            : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        return new(mean, deviation, values.Count);
    }

    /// <summary>For example "0.812 ± 0.004"; without a deviation for a single value.</summary>
    public override string ToString() => Text("0.000");

    /// <summary>With a sign, for differences.</summary>
    public string ToSigned() => Text("+0.000;−0.000;0.000");

    private string Text(string format) => double.IsNaN(Deviation)
        ? Mean.ToString(format, CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Mean.ToString(format, CultureInfo.InvariantCulture)} ± {Deviation:0.000}");
}
