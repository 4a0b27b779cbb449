using System.Text.RegularExpressions;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Finds names that say left or right, in English: "left kidney", "kidney_R", "rightLung1". Rather one too many than one too few.</summary>
internal static partial class SidedNames
{
    public static List<string> Among(IEnumerable<string> names) => [.. names.Where(name => Word().Matches(name).Any(word => IsSide(word.Value)))];

    private static bool IsSide(string word) => word.ToLowerInvariant() is var lower
        && (lower.StartsWith("left", StringComparison.Ordinal) || lower.StartsWith("right", StringComparison.Ordinal) || CategoryName.SideOf(lower) is not null);

    // Letters and digits together, but a new word at each hump: L1 is a vertebra.
    [GeneratedRegex(@"\p{Lu}?[\p{Ll}\p{Nd}]+|[\p{Lu}\p{Nd}]+(?!\p{Ll})|\p{L}")]
    private static partial Regex Word();
}
