using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>
/// A category's name reduced to what distinguishes categories: a side, and words without order, number, spelling variants or stop words.
/// </summary>
/// <param name="Words">Sorted words, for comparison only: their spelling may be changed beyond recognition.</param>
/// <param name="Side">The side named, or null.</param>
internal readonly partial record struct CategoryName(string Words, BodySide? Side)
{
    /// <summary>
    /// The keys by which a name may be found, the most exact first: with the numbers at its end, then without the last one, and so on
    /// ("liver_000", "rib 9", "lobule 4_5_000"). None if the name contains both sides or no word.
    /// </summary>
    public static IEnumerable<CategoryName> Candidates(string name)
    {
        var words = Split(name);
        var sides = words.Select(SideOf).OfType<BodySide>().Distinct().ToList();
        if (sides.Count > 1)
            yield break;
        BodySide? side = sides.Count == 1 ? sides[0] : null;
        words.RemoveAll(word => SideOf(word) is not null);
        var unnumbered = words.FindLastIndex(word => !word.All(char.IsAsciiDigit)) + 1;
        if (unnumbered == 0)
            yield break;
        for (var count = words.Count; count >= unnumbered; count--)
            yield return new(Sorted(words[..count]), side);
    }

    /// <summary>Whether two names differ at most in side, case, word order, plural and spelling.</summary>
    public static bool AreAlike(string name, string other) => Of(name) is { } key && key.Words == Of(other)?.Words;

    /// <summary>The most exact key of a name; null if it has none.</summary>
    public static CategoryName? Of(string name) => Candidates(name).Select(key => (CategoryName?)key).FirstOrDefault();

    /// <summary>The side that a lower-case word names on its own; null if it names none.</summary>
    public static BodySide? SideOf(string word) => word switch
    {
        "left" or "lt" or "l" => BodySide.Left,
        "right" or "rt" or "r" => BodySide.Right,
        _ => null,
    };

    private static string Sorted(IEnumerable<string> words) => string.Join(' ', words.Distinct().Order(StringComparer.Ordinal));

    private static List<string> Split(string name)
    {
        var plain = new string([.. name.ToLowerInvariant().Normalize(NormalizationForm.FormD)
            .Where(letter => CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)]);
        plain = plain.Replace("æ", "ae", StringComparison.Ordinal).Replace("œ", "oe", StringComparison.Ordinal);
        var words = Word().Matches(LooseNon().Replace(plain, "non")).Select(match => match.Value);
        return [.. words.Where(word => word is not ("of" or "the" or "and" or "in" or "with" or "a" or "side" or "sided"))
            .Select(word => American(InFull(Singular(word))))];
    }

    // Rules, not a dictionary: both sides of a comparison pass through them, so a word that is changed wrongly still matches itself.
    private static string Singular(string word) => word switch
    {
        { Length: <= 3 } => word,
        _ when word.EndsWith("ae", StringComparison.Ordinal) => word[..^1],                            // vertebrae
        _ when word.EndsWith("tases", StringComparison.Ordinal)
            || (word.Length > 5 && word.EndsWith("oses", StringComparison.Ordinal)) => word[..^2] + "is", // metastases, stenoses
        _ when word.EndsWith("sses", StringComparison.Ordinal) => word[..^2],                          // masses
        _ when word.EndsWith("ies", StringComparison.Ordinal) => word[..^3] + "y",                     // arteries
        _ when word.EndsWith('i') => word[..^1] + "us",                                                // nuclei
        _ when word.EndsWith('s') && word[^2] is not ('s' or 'u' or 'i') => word[..^1],                // lungs, but not thrombus
        _ => word,
    };

    // Lists of labels shorten directions; the atlas AAL has one l in cerebellum.
    private static string InFull(string word) => word switch
    {
        "sup" => "superior",
        "inf" => "inferior",
        "ant" => "anterior",
        "post" => "posterior",
        "mid" => "middle",
        "cerebelum" => "cerebellum",
        _ => word,
    };

    private static string American(string word)
    {
        word = word.Replace("ae", "e", StringComparison.Ordinal)
            .Replace("oe", "e", StringComparison.Ordinal)
            .Replace("our", "or", StringComparison.Ordinal);
        if (word is "grey" or "disk")
            return word == "grey" ? "gray" : "disc";
        var isBritish = word.Length > 4 && word.EndsWith("re", StringComparison.Ordinal) && !"aeiou".Contains(word[^3]); // goitre
        return isBritish ? word[..^2] + "er" : word;
    }

    // "non" belongs to the next word, however the two are joined: non-enhancing, nonenhancing.
    [GeneratedRegex(@"(?<![\p{L}\p{Nd}])non[^\p{L}\p{Nd}]+(?=\p{L})")]
    private static partial Regex LooseNon();

    [GeneratedRegex(@"[\p{L}\p{Nd}]+")]
    private static partial Regex Word();
}

/// <summary>
/// Finds names that say left or right, in English: "left kidney", "kidney_R", "rightLung1". False positives are preferred to false
/// negatives.
/// </summary>
internal static partial class SidedNames
{
    public static List<string> Among(IEnumerable<string> names) =>
        [.. names.Where(name => Word().Matches(name).Any(word => IsSide(word.Value)))];

    private static bool IsSide(string word) => word.ToLowerInvariant() is var lower
        && (lower.StartsWith("left", StringComparison.Ordinal) || lower.StartsWith("right", StringComparison.Ordinal)
            || CategoryName.SideOf(lower) is not null);

    // Letters and digits stay together, but each hump starts a new word: L1 is a vertebra.
    [GeneratedRegex(@"\p{Lu}?[\p{Ll}\p{Nd}]+|[\p{Lu}\p{Nd}]+(?!\p{Ll})|\p{L}")]
    private static partial Regex Word();
}
