using System.Globalization;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

internal static class Statistics
{
    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length == 0 ? throw new ArgumentException("A median needs at least one value.", nameof(values))
            : (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }

    /// <summary>Quotients of what was measured in turns: each disturbance of the machine meets both sides.</summary>
    public static double[] Ratio(IEnumerable<double> over, IEnumerable<double> under) => [.. over.Zip(under, (a, b) => a / b)];

    /// <summary>The slope between the outer points on a double logarithmic scale: 1 is linear growth, 0 none.</summary>
    public static double Slope(IReadOnlyList<(double X, double Y)> points) =>
        Math.Log(points[^1].Y / points[0].Y) / Math.Log(points[^1].X / points[0].X);

    /// <summary>Three significant digits, never a power of ten for common sizes.</summary>
    public static string Short(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return value.ToString(CultureInfo.InvariantCulture);
        var size = Math.Floor(Math.Log10(Math.Abs(value)));
        return size is < -4 or > 6 ? value.ToString("0.0e0", CultureInfo.InvariantCulture)
            : value.ToString("F" + Math.Clamp((int)(2 - size), 0, 6), CultureInfo.InvariantCulture);
    }

    /// <summary>As few digits as tell the number.</summary>
    public static string Plain(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
