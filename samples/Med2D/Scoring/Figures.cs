namespace Med2D.Scoring;

/// <summary>What one prompt of one object gave.</summary>
/// <param name="Binary">The predicted mask, whatever its name, compared with the true one; null without a mask.</param>
/// <param name="SemanticDice">Dice of the mask that carries the true category; null where the model does not know it.</param>
/// <param name="ClassAccuracy">1 where the predicted category is the true one, else 0; null likewise, or where none is predicted.</param>
/// <param name="Presence">For each other category of the source: its score, and whether the image shows it.</param>
internal sealed record ObjectScore(
    MaskAgreement? Binary, double? SemanticDice, double? ClassAccuracy, IReadOnlyList<(double Score, bool IsPresent)> Presence)
{
    /// <summary>Whether the object's category is none of the model's.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>A mask without a name.</summary>
    public static ObjectScore OfMask(MaskAgreement mask) => new(mask, null, null, []);
}

/// <summary>Means over the objects of a source for one kind of prompt, or over sources; null where there is nothing to measure.</summary>
internal sealed record Figures
{
    /// <summary>Number of images with a scored object.</summary>
    public required int Images { get; init; }

    /// <summary>Number of scored objects.</summary>
    public required int Objects { get; init; }

    public required double? BinaryDice { get; init; }

    /// <summary>Surface Dice at 2 pixels.</summary>
    public required double? BinaryNsd { get; init; }

    /// <summary>Over the objects of known categories; 0 for an object with a wrong name.</summary>
    public required double? SemanticDice { get; init; }

    /// <summary>Over the objects of known categories.</summary>
    public required double? ClassAccuracy { get; init; }

    /// <summary>Area under the ROC curve of the presence scores.</summary>
    public required double? PresenceAuc { get; init; }

    /// <summary>Objects of categories that the model does not know: they count in the binary figures alone.</summary>
    public required int UnknownCategoryObjects { get; init; }

    /// <summary>The figures of some objects.</summary>
    public static Figures Of(IReadOnlyCollection<(string ImageId, ObjectScore Score)> objects) => new()
    {
        Images = objects.Select(item => item.ImageId).Distinct().Count(),
        Objects = objects.Count,
        BinaryDice = Mean(objects.Select(item => item.Score.Binary?.Dice)),
        BinaryNsd = Mean(objects.Select(item => item.Score.Binary?.Nsd)),
        SemanticDice = Mean(objects.Select(item => item.Score.SemanticDice)),
        ClassAccuracy = Mean(objects.Select(item => item.Score.ClassAccuracy)),
        PresenceAuc = RocArea([.. objects.SelectMany(item => item.Score.Presence)]),
        UnknownCategoryObjects = objects.Count(item => item.Score.IsUnknown),
    };

    /// <summary>Means over sources, each counting alike; counts are sums.</summary>
    public static Figures Over(IReadOnlyCollection<Figures> sources) => new()
    {
        Images = sources.Sum(source => source.Images),
        Objects = sources.Sum(source => source.Objects),
        BinaryDice = Mean(sources.Select(source => source.BinaryDice)),
        BinaryNsd = Mean(sources.Select(source => source.BinaryNsd)),
        SemanticDice = Mean(sources.Select(source => source.SemanticDice)),
        ClassAccuracy = Mean(sources.Select(source => source.ClassAccuracy)),
        PresenceAuc = Mean(sources.Select(source => source.PresenceAuc)),
        UnknownCategoryObjects = sources.Sum(source => source.UnknownCategoryObjects),
    };

    /// <summary>
    /// Area under the ROC curve: the probability that a present category has a higher score than an absent one, ties counting half; null
    /// without present or without absent ones.
    /// </summary>
    public static double? RocArea(IReadOnlyCollection<(double Score, bool IsPresent)> pairs)
    {
        double present = pairs.Count(pair => pair.IsPresent), absent = pairs.Count - present;
        if (present == 0 || absent == 0)
            return null;
        var (area, absentBelow) = (0.0, 0.0);
        foreach (var equal in pairs.GroupBy(pair => pair.Score).OrderBy(equal => equal.Key))
        {
            double presentHere = equal.Count(pair => pair.IsPresent), absentHere = equal.Count() - presentHere;
            area += presentHere * (absentBelow + absentHere / 2);
            absentBelow += absentHere;
        }

        return area / (present * absent);
    }

    private static double? Mean(IEnumerable<double?> values) => values.Average(); // leaves nulls out; null of nothing
}
