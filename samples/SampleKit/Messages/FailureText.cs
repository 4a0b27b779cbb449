using System.Text.RegularExpressions;

namespace SampleKit.Messages;

/// <summary>The sentence of a failure, for people who call no methods.</summary>
public static partial class FailureText
{
    /// <summary>The message without what the runtime appends: the parameter's name, and the value on a line of its own.</summary>
    public static string Of(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure is not ArgumentException ? failure.Message : Appended().Replace(failure.Message,
            found => found.Groups["value"] is { Success: true, Value: var value } ? $"; found {value}." : found.Groups["end"].Value);
    }

    [GeneratedRegex(@"(?<end>\.?) \(Parameter '[^']*'\)(?:\r?\nActual value was (?<value>.*)\.)?", RegexOptions.Singleline)]
    private static partial Regex Appended();
}
