using Microsoft.ML.SegSam.Knowledge;

namespace FineTune;

/// <summary>Unifies category names: sources spell them differently, and the library's glossary knows many synonyms.</summary>
internal static class CategoryNames
{
    /// <summary>The glossary's name (postcava: inferior vena cava), preceded by its side; the source's name if the glossary has
    /// none.</summary>
    /// <param name="site">The body site of the image: a "tumor" in a liver is a liver tumor. Null if unknown.</param>
    public static string Of(string name, string? site = null)
    {
        var glossary = CategoryCatalogue.Default;
        if ((site is null || !glossary.TryFind($"{site} {name}", out var entry)) && !glossary.TryFind(name, out entry))
            return name;
        return entry.FullName;
    }
}
