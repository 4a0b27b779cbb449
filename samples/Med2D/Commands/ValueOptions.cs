using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Med2D.Training;

namespace Med2D.Commands;

/// <summary>Options that several commands share, and options that take a number, which is the same in every language.</summary>
internal static class ValueOptions
{
    public static Option<string> Data() => new("--data")
    {
        Description = "The table of images, masks and names.",
        HelpName = "TABLE.csv",
        Required = true,
    };

    public static Option<string> Out(string description) =>
        new("--out") { Description = description, HelpName = "FOLDER", Required = true };

    public static Option<string> Split(string byDefault) => new("--split")
    {
        Description = "Use only the rows of this split; a table without a column of splits is used whole.",
        HelpName = "NAME",
        DefaultValueFactory = _ => byDefault,
    };

    /// <summary>Names joined by commas.</summary>
    public static Option<string> Names(string name, string description) => new(name) { Description = description, HelpName = "A,B,..." };

    /// <summary>The names that such an option was given.</summary>
    public static string[] NamesIn(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>One of an enum's values, in small letters with hyphens.</summary>
    public static Option<T?> Name<T>(string name, string description) where T : struct, Enum => new(name)
    {
        Description = description,
        HelpName = string.Join('|', Enum.GetValues<T>().Select(Forms.NameOf)),
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (Forms.Parse<T>(text) is { } value)
                return value;
            result.AddError($"{name} is '{text}'; expected one of {string.Join(", ", Enum.GetValues<T>().Select(Forms.NameOf))}.");
            return null;
        },
    };

    /// <summary>A whole number with a default.</summary>
    public static Option<int> Whole(string name, int byDefault, int least, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => Whole(result, name, least) ?? default,
    };

    /// <summary>A whole number without a default.</summary>
    public static Option<int?> Whole(string name, int least, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Whole(result, name, least),
    };

    /// <summary>A number above 0.</summary>
    public static Option<double> Positive(string name, double byDefault, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
            if (isNumber && number > 0 && double.IsFinite(number))
                return number;
            result.AddError($"{name} is '{text}'; expected a number above 0 with a decimal point, such as 0.5.");
            return default;
        },
    };

    private static int? Whole(ArgumentResult result, string name, int least)
    {
        var text = result.Tokens.Single().Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least)
            return number;
        result.AddError(FormattableString.Invariant($"{name} is '{text}'; expected a whole number of at least {least}."));
        return null;
    }
}
