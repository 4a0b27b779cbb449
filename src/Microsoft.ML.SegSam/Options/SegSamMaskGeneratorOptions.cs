namespace Microsoft.ML.SegSam.Options;

/// <summary>Settings of <see cref="SegSamMaskGenerator"/>; names, meanings and defaults are those of segment-anything's SamAutomaticMaskGenerator.</summary>
/// <remarks>
/// The thresholds fit SAM's own weights. A small model, or one trained briefly, rates its masks far lower, and nothing passes: lower <see cref="PredIouThreshold"/> and
/// <see cref="StabilityScoreThreshold"/>. One trained for three epochs on phantoms gave its objects at 0.35 and 0.4.
/// </remarks>
public sealed record SegSamMaskGeneratorOptions
{
    private const int MostLayers = 6;

    /// <summary>Points along each side of the grid: that many times itself are asked about. 1 to 1024, default 32.</summary>
    public int PointsPerSide { get; init; } = 32;

    /// <summary>Points asked together; more need more memory. At least 1, default 64.</summary>
    public int PointsPerBatch { get; init; } = 64;

    /// <summary>Masks of a predicted IoU not above this are dropped. 0 to 1, default 0.88; 0 drops none.</summary>
    public double PredIouThreshold { get; init; } = 0.88;

    /// <summary>Masks are dropped whose stability is below this: the IoU of the masks that a higher and a lower cut through the logits give. 0 to 1, default 0.95; 0 drops none.</summary>
    public double StabilityScoreThreshold { get; init; } = 0.95;

    /// <summary>How far above and below 0 these cuts lie. A finite number of at least 0, default 1.</summary>
    public double StabilityScoreOffset { get; init; } = 1;

    /// <summary>Of masks of one crop whose boxes overlap with an IoU above this, the one of the highest predicted IoU stays. 0 to 1, default 0.7.</summary>
    public double BoxNmsThreshold { get; init; } = 0.7;

    /// <summary>Layers of crops to look at besides the whole image, layer i having 2^i x 2^i: finds small things, and each crop is encoded. 0 to 6, default 0.</summary>
    public int CropLayers { get; init; }

    /// <summary>As <see cref="BoxNmsThreshold"/>, between masks of different crops, where the smaller crop's stays. 0 to 1, default 0.7.</summary>
    public double CropNmsThreshold { get; init; } = 0.7;

    /// <summary>Overlap of the first layer's crops, in parts of the image's shorter side, halved with each layer. At least 0, below 1; default 512 / 1500.</summary>
    public double CropOverlapRatio { get; init; } = 512.0 / 1500;

    /// <summary>Layer i has PointsPerSide / this^i points along a side of each crop, rounded down, which must leave at least 1. At least 1, default 1.</summary>
    public int CropPointsDownscaleFactor { get; init; } = 1;

    /// <summary>Holes and islands of fewer pixels are filled or taken away, and what has become alike is suppressed. At least 0, default 0: nothing is done.</summary>
    public int MinMaskRegionArea { get; init; }

    /// <summary>Points along a side of the crops of a layer.</summary>
    internal int PointsOf(int layer) => (int)(PointsPerSide / Math.Pow(CropPointsDownscaleFactor, layer));

    /// <exception cref="ArgumentException">The message names the property, what was found and what is allowed.</exception>
    internal void Validate()
    {
        Require(PointsPerSide is >= 1 and <= 1024, nameof(PointsPerSide), PointsPerSide, "from 1 to 1024");
        Require(PointsPerBatch >= 1, nameof(PointsPerBatch), PointsPerBatch, "at least 1");
        foreach (var (name, value) in ((string, double)[])[(nameof(PredIouThreshold), PredIouThreshold), (nameof(StabilityScoreThreshold), StabilityScoreThreshold),
                     (nameof(BoxNmsThreshold), BoxNmsThreshold), (nameof(CropNmsThreshold), CropNmsThreshold)])
            Require(value is >= 0 and <= 1, name, value, "from 0 to 1");
        Require(StabilityScoreOffset >= 0 && double.IsFinite(StabilityScoreOffset), nameof(StabilityScoreOffset), StabilityScoreOffset, "a finite number of at least 0");
        Require(CropLayers is >= 0 and <= MostLayers, nameof(CropLayers), CropLayers, FormattableString.Invariant($"from 0 to {MostLayers}"));
        Require(CropOverlapRatio is >= 0 and < 1, nameof(CropOverlapRatio), CropOverlapRatio, "at least 0 and below 1");
        Require(CropPointsDownscaleFactor >= 1 && PointsOf(CropLayers) >= 1, nameof(CropPointsDownscaleFactor), CropPointsDownscaleFactor,
            FormattableString.Invariant($"at least 1, and leave at least 1 of {PointsPerSide} points ({nameof(PointsPerSide)}) divided by it {CropLayers} times ({nameof(CropLayers)})"));
        Require(MinMaskRegionArea >= 0, nameof(MinMaskRegionArea), MinMaskRegionArea, "at least 0");
    }

    private static void Require(bool holds, string property, IFormattable found, string allowed)
    {
        if (!holds)
            throw new ArgumentException(FormattableString.Invariant($"{nameof(SegSamMaskGeneratorOptions)}.{property} is {found}; it must be {allowed}."), property);
    }
}
