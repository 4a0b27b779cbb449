using System.Globalization;

namespace SampleKit;

/// <summary>Parses values of command-line options.</summary>
public static class Argument
{
    /// <summary>The option at a position and the value after it.</summary>
    /// <exception cref="FormatException">There is no value.</exception>
    public static (string Option, string Value) Pair(string[] args, int at) => at + 1 < args.Length ? (args[at], args[at + 1])
        : throw new FormatException($"{args[at]} is unknown or needs a value after it");

    /// <exception cref="FormatException">The text is not a whole number in the range; the message names the option.</exception>
    public static int Number(string option, string text, int least, int most = int.MaxValue)
    {
        var isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= least && number <= most)
            return number;
        var range = most == int.MaxValue ? FormattableString.Invariant($"of at least {least}")
            : FormattableString.Invariant($"from {least} to {most}");
        throw new FormatException($"{option} must be a whole number {range}, not '{text}'");
    }

    /// <exception cref="FormatException">The text is not a number above 0; the message names the option.</exception>
    public static double Positive(string option, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && double.IsFinite(number)
            ? number : throw new FormatException(
                $"{option} must be a number above 0, not '{text}'; write it with a decimal point, as in 0.001");

    /// <exception cref="FormatException">The text is not a number from 0 to 1; the message names the option.</exception>
    public static double Fraction(string option, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1
            ? number : throw new FormatException(
                $"{option} must be a number from 0 to 1, not '{text}'; write it with a decimal point, as in 0.5");
}
