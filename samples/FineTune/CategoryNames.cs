using Microsoft.ML.SegSam.Knowledge;

namespace FineTune;

/// <summary>One name for one thing: sources spell categories in their own ways, and the catalogue knows many of them.</summary>
internal static class CategoryNames
{
    /// <summary>The catalogue's name (postcava: inferior vena cava), with its side before it; the source's own where the catalogue has none.</summary>
    /// <param name="site">Where in the body the image was taken: a "tumor" in a liver is a liver tumor. Null where that is unknown.</param>
    public static string Of(string name, string? site = null)
    {
        var catalogue = CategoryCatalogue.Default;
        if ((site is null || !catalogue.TryFind($"{site} {name}", out var entry)) && !catalogue.TryFind(name, out entry))
            return name;
        return entry.FullName;
    }
}
