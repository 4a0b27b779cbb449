using System.Globalization;

namespace SegSam.Cli;

/// <summary>Formats numbers for people, the same in every culture.</summary>
internal static class NumberText
{
    public static string Fraction(double value) => double.IsNaN(value) ? "n/a" : value.ToString("0.000", CultureInfo.InvariantCulture);

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>1 image, 2 images.</summary>
    public static string Plural(long count, string one, string? many = null) => $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";

    public static string Megabytes(string path) => (new FileInfo(path).Length / 1e6).ToString("0.0 MB", CultureInfo.InvariantCulture);

    public static string Duration(TimeSpan span) => span.TotalMinutes < 1 ? FormattableString.Invariant($"{span.TotalSeconds:0} s")
        : span.TotalHours < 1 ? FormattableString.Invariant($"{span.Minutes} min {span.Seconds} s")
        : FormattableString.Invariant($"{(int)span.TotalHours} h {span.Minutes} min");
}
