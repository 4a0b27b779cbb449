namespace Phantoms;

/// <summary>What slices show, and how hard they make it to tell their objects apart.</summary>
public sealed record PhantomSettings
{
    /// <summary>All modalities' names. The pictures of "fundus", "dermoscopy" and "endoscopy" are colored, the others grey.</summary>
    public static IReadOnlyList<string> AllModalities { get; } = [.. PhantomGenerator.Looks.Select(look => look.Modality)];

    /// <summary>The modalities that take turns; one that is named twice has two turns. Default: ct, mr, ultrasound.</summary>
    public IReadOnlyList<string> Modalities { get; init; } = ["ct", "mr", "ultrasound"];

    /// <summary>How much grey levels (and colors) of a modality's categories and look-alikes overlap, 0 to 1: at 0, each category has a
    /// level of its own; at 1, all share one range, and only place, shape, texture and border tell them apart. Changes no mask.
    /// Default: null, the levels of the modality's tissues, which overlap for many categories, not for all.</summary>
    public double? GreyOverlap { get; init; }

    /// <summary>Category to the number of slices of a sequence that may show it: the first ones that would. The others are painted
    /// without it, and are otherwise the same. Default: none.</summary>
    public IReadOnlyDictionary<string, int> FewShot { get; init; } = new Dictionary<string, int>();

    internal void Validate()
    {
        if (Modalities.Count == 0)
            throw new ArgumentException($"Modalities is empty; name one or more of {string.Join(", ", AllModalities)}.");
        if (Modalities.FirstOrDefault(name => !AllModalities.Contains(name)) is { } unknown)
            throw new ArgumentException($"Modalities names '{unknown}'; known are {string.Join(", ", AllModalities)}.");
        if (GreyOverlap is not (null or >= 0 and <= 1))
            throw new ArgumentException(FormattableString.Invariant($"GreyOverlap is {GreyOverlap}; it must be 0 to 1, or null for the tissues' own grey levels."));
        foreach (var (category, slices) in FewShot)
        {
            if (!PhantomGenerator.Categories.ContainsKey(category))
                throw new ArgumentException(
                    $"FewShot names '{category}', which is no category; known are {string.Join(", ", PhantomGenerator.Categories.Keys)}.");
            if (slices < 0)
                throw new ArgumentException($"FewShot allows {slices} slices to show '{category}'; it must be 0 or more.");
        }
    }
}
