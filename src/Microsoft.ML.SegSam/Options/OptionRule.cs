namespace Microsoft.ML.SegSam.Options;

/// <summary>One rule that an option must keep.</summary>
/// <param name="Holds">Whether it does.</param>
/// <param name="Option">Name of the option.</param>
/// <param name="Found">Its value.</param>
/// <param name="Allowed">What is allowed, to follow "it must be".</param>
internal sealed record OptionRule(bool Holds, string Option, object? Found, string Allowed)
{
    public static OptionRule AtLeast(int least, string option, int found) =>
        new(found >= least, option, found, FormattableString.Invariant($"at least {least}"));

    public static OptionRule From0To1(string option, double found) => new(found is >= 0 and <= 1, option, found, "from 0 to 1");

    public static OptionRule NotNegative(string option, double found) =>
        new(found >= 0 && double.IsFinite(found), option, found, "a finite number of at least 0");

    public static OptionRule Positive(string option, double found) =>
        new(found > 0 && double.IsFinite(found), option, found, "a finite number above 0");

    /// <param name="kind">Such as "the name of the image column".</param>
    public static OptionRule NotBlank(string option, string? found, string kind) =>
        new(!string.IsNullOrWhiteSpace(found), option, found, kind);

    /// <summary>A text that is null or has other characters than blanks.</summary>
    /// <param name="kind">Such as "the path of a file".</param>
    public static OptionRule NullOrNotBlank(string option, string? found, string kind) =>
        new(found is null || !string.IsNullOrWhiteSpace(found), option, found, $"{kind}, or null");

    public static OptionRule Defined<T>(string option, T found) where T : struct, Enum =>
        new(Enum.IsDefined(found), option, found, $"one of {string.Join(", ", Enum.GetNames<T>())}");

    public static OptionRule DefinedOrNull<T>(string option, T? found) where T : struct, Enum =>
        new(found is null || Enum.IsDefined(found.Value), option, found, $"one of {string.Join(", ", Enum.GetNames<T>())}, or null");

    /// <summary>Throws for the first rule that is broken.</summary>
    /// <param name="owner">Name of the type that has the options.</param>
    /// <exception cref="ArgumentException">The message names the option, what was found and what is allowed.</exception>
    public static void Check(string owner, IEnumerable<OptionRule> rules)
    {
        if (rules.FirstOrDefault(rule => !rule.Holds) is { } broken)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{owner}.{broken.Option} is '{broken.Found ?? "null"}'; it must be {broken.Allowed}."), broken.Option);
        }
    }
}
