using System.Text.RegularExpressions;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>A category's name as a request to a language model states it: "Ear_Drum (L)" is the ear drum.</summary>
internal static partial class CategoryLabel
{
    /// <summary>The name without separators and without a number that counts instances, such as _000.</summary>
    public static string Tidy(string name)
    {
        var plain = Separators().Replace(name, " ").Trim(' ', '-', '.');
        var single = Instance().Replace(plain, "");
        return Finds(name, single) ? single : plain;
    }

    /// <summary>
    /// The name to request for a name that the glossary lacks: without a side, so that one entry serves both, unless an entry of the
    /// glossary prevents that.
    /// </summary>
    public static string ForRequest(string name, CategoryGlossary glossary)
    {
        if (CategoryName.Of(name)?.Side is not { } side)
            return Tidy(name);
        var bare = Tidy(Side().Replace(name, " "));
        if (!Finds(name, bare))
            return Tidy(name);
        return MayHaveSides(bare, glossary) && !glossary.TryFind(bare, out _) ? bare : $"{side.ToString().ToLowerInvariant()} {bare}";
    }

    /// <summary>
    /// Whether an entry of this name can stand for both sides: it names no side, and neither side has an entry of its own.
    /// </summary>
    public static bool MayHaveSides(string category, CategoryGlossary glossary) =>
        CategoryName.Of(category) is { Side: null }
        && !Enum.GetNames<BodySide>().Any(side => glossary.TryFind($"{side} {category}", out _));

    /// <summary>Whether a name finds an entry of this category, ignoring sides.</summary>
    public static bool Finds(string name, string category) =>
        CategoryName.Of(category) is { } key && CategoryName.Candidates(name).Any(candidate => candidate.Words == key.Words);

    [GeneratedRegex(@"[\s_+(),;/\[\]{}""]+")]
    private static partial Regex Separators();

    [GeneratedRegex(@"([\s-]+0\d*)+[\s-]*$")]
    private static partial Regex Instance();

    [GeneratedRegex(@"(?<![\p{L}\p{Nd}])(left|right|lt|rt|l|r)(([\s_-]*sided?)?(?![\p{L}\p{Nd}]))", RegexOptions.IgnoreCase)]
    private static partial Regex Side();
}
