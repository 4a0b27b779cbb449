using System.CommandLine;
using System.Globalization;

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

    /// <summary>A whole number.</summary>
    public static Option<int> Whole(string name, int byDefault, int least, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least)
                return number;
            result.AddError(FormattableString.Invariant($"{name} is '{text}'; expected a whole number of at least {least}."));
            return default;
        },
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
}
