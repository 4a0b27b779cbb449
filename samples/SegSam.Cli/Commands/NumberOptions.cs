using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace SegSam.Cli.Commands;

/// <summary>Options that take a number.</summary>
/// <remarks>System.CommandLine parses numbers in the machine's culture; these options always use the invariant culture.</remarks>
internal static class NumberOptions
{
    /// <summary>An option with a default.</summary>
    public static Option<T> Of<T>(string name, T byDefault, string form, string description) where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = form,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result => Parse<T>(name, result),
    };

    /// <summary>An option without a default.</summary>
    public static Option<T?> Of<T>(string name, string form, string description) where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = form,
        CustomParser = result => Parse<T>(name, result),
    };

    private static T Parse<T>(string name, ArgumentResult result) where T : struct, INumber<T>
    {
        var (text, isWhole) = (result.Tokens.Single().Value, default(T) is int or long);
        var style = isWhole ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && T.IsFinite(number))
            return number;
        var expected = isWhole ? "a whole number, such as 20" : "a number with a decimal point, such as 0.001";
        result.AddError($"{name} is '{text}'; expected {expected}.");
        return default;
    }
}
