namespace Phantoms;

/// <summary>The contents of slices, and how hard their objects are to distinguish.</summary>
public sealed record PhantomSettings
{
    /// <summary>The names of all modalities. The pictures of "fundus", "dermoscopy" and "endoscopy" are colored, the others gray.</summary>
    public static IReadOnlyList<string> AllModalities { get; } = [.. PhantomGenerator.Modalities.Select(modality => modality.Name)];

    /// <summary>The modalities, in turn; one that is listed twice gets two turns. Default: ct, mr, ultrasound.</summary>
    public IReadOnlyList<string> Modalities { get; init; } = ["ct", "mr", "ultrasound"];

    /// <summary>Overlap of the gray levels (and colors) of a modality's categories and look-alikes, 0 to 1: at 0, each category has its
    /// own level; at 1, all share one range, and only position, shape, texture and border distinguish them. Masks do not change.
    /// Default: null, the levels of the modality's tissues, which overlap for many categories but not all.</summary>
    public double? GrayOverlap { get; init; }

    /// <summary>For each category, the maximum number of slices of a sequence that show it: the first ones that would. The others are
    /// painted without it, and are otherwise the same. Default: no limits.</summary>
    public IReadOnlyDictionary<string, int> FewShot { get; init; } = new Dictionary<string, int>();

    internal void Validate()
    {
        if (Modalities.Count == 0)
            throw new ArgumentException($"Modalities is empty; name one or more of {string.Join(", ", AllModalities)}.");
        if (Modalities.FirstOrDefault(name => !AllModalities.Contains(name)) is { } unknown)
            throw new ArgumentException($"Modalities names '{unknown}'; the modalities are {string.Join(", ", AllModalities)}.");
        if (GrayOverlap is not (null or >= 0 and <= 1))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"GrayOverlap is {GrayOverlap}; it must be 0 to 1, or null for the tissues' own gray levels."));
        }

        foreach (var (category, slices) in FewShot)
        {
            if (!PhantomGenerator.Categories.ContainsKey(category))
            {
                throw new ArgumentException($"FewShot names '{category}', which is not a category; the categories are "
                    + $"{string.Join(", ", PhantomGenerator.Categories.Keys)}.");
            }

            if (slices < 0)
                throw new ArgumentException($"FewShot allows {slices} slices to show '{category}'; it must be 0 or more.");
        }
    }
}
