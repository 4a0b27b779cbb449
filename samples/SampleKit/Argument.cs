using System.Globalization;

namespace SampleKit;

/// <summary>Values of a command line's options.</summary>
public static class Argument
{
    /// <exception cref="FormatException">It is no whole number, or too small; the message names the option.</exception>
    public static int Number(string option, string text, int least) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least ? number
            : throw new FormatException($"{option} must be a whole number of at least {least}, not '{text}'");

    /// <exception cref="FormatException">It is no number above 0; the message names the option.</exception>
    public static double Positive(string option, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && double.IsFinite(number) ? number
            : throw new FormatException($"{option} must be a number above 0, not '{text}'; write it with a decimal point, as 0.001");
}
