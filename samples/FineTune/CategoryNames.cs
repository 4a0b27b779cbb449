using Microsoft.ML.SegSam.Knowledge;

namespace FineTune;

/// <summary>One name for one thing: sources spell categories in their own ways, and the glossary knows many of them.</summary>
internal static class CategoryNames
{
    /// <summary>The glossary's name (postcava: inferior vena cava), with its side before it; the source's own where the glossary has none.</summary>
    /// <param name="site">Where in the body the image was taken: a "tumor" in a liver is a liver tumor. Null where that is unknown.</param>
    public static string Of(string name, string? site = null)
    {
        var glossary = CategoryGlossary.Default;
        if ((site is null || !glossary.TryFind($"{site} {name}", out var entry)) && !glossary.TryFind(name, out entry))
            return name;
        return entry.FullName;
    }
}
