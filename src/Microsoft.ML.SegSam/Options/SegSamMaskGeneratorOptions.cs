using static Microsoft.ML.SegSam.Options.OptionRule;

namespace Microsoft.ML.SegSam.Options;

/// <summary>
/// Settings of <see cref="SegSamMaskGenerator"/>; names, meanings and defaults are those of segment-anything's SamAutomaticMaskGenerator.
/// </summary>
/// <remarks>
/// The thresholds fit SAM's own weights. A small model, or one trained briefly, predicts far lower IoUs for its masks, so that none passes:
/// lower <see cref="PredIouThreshold"/> and <see cref="StabilityScoreThreshold"/> then.
/// </remarks>
public sealed record SegSamMaskGeneratorOptions
{
    private const int MostLayers = 6;

    /// <summary>Points along each side of the grid, which has the square of that many points, 1 to 1024. Default 32.</summary>
    public int PointsPerSide { get; init; } = 32;

    /// <summary>Points predicted together; more need more memory. At least 1. Default 64.</summary>
    public int PointsPerBatch { get; init; } = 64;

    /// <summary>Drops masks whose predicted IoU is not above this, 0 to 1; 0 drops none. Default 0.88.</summary>
    public double PredIouThreshold { get; init; } = 0.88;

    /// <summary>
    /// Drops masks whose stability score is below this, 0 to 1; 0 drops none. The score is the IoU between the masks that result from
    /// thresholding the logits at plus and minus <see cref="StabilityScoreOffset"/>. Default 0.95.
    /// </summary>
    public double StabilityScoreThreshold { get; init; } = 0.95;

    /// <summary>
    /// Distance of the two thresholds of the stability score from 0, in logits. A finite number of at least 0. Default 1.
    /// </summary>
    public double StabilityScoreOffset { get; init; } = 1;

    /// <summary>
    /// Non-maximum suppression within a crop: of masks whose boxes overlap with an IoU above this, 0 to 1, the one with the highest
    /// predicted IoU stays. Default 0.7.
    /// </summary>
    public double BoxNmsThreshold { get; init; } = 0.7;

    /// <summary>
    /// Layers of crops besides the whole image, 0 to 6; layer i has 2^i x 2^i crops. They find small objects, and each crop is encoded.
    /// Default 0.
    /// </summary>
    public int CropLayers { get; init; }

    /// <summary>
    /// As <see cref="BoxNmsThreshold"/>, between masks of different crops; the mask of the smaller crop stays. 0 to 1. Default 0.7.
    /// </summary>
    public double CropNmsThreshold { get; init; } = 0.7;

    /// <summary>
    /// Overlap of the crops of the first layer, as a fraction of the image's shorter side; each further layer halves it. At least 0, below
    /// 1. Default 0.3413333333333333: 512 / 1500.
    /// </summary>
    public double CropOverlapRatio { get; init; } = 512.0 / 1500;

    /// <summary>
    /// Layer i has PointsPerSide / this^i points along each side of a crop, rounded down, which must leave at least 1. At least 1. Default
    /// 1.
    /// </summary>
    public int CropPointsDownscaleFactor { get; init; } = 1;

    /// <summary>
    /// Fills holes and removes islands of fewer pixels, then suppresses masks that have become alike. At least 0; 0 changes nothing.
    /// Default 0.
    /// </summary>
    public int MinMaskRegionArea { get; init; }

    /// <summary>Points along each side of the crops of a layer.</summary>
    internal int PointsOf(int layer) => (int)(PointsPerSide / Math.Pow(CropPointsDownscaleFactor, layer));

    /// <exception cref="ArgumentException">The message names the option, what was found and what is allowed.</exception>
    internal void Validate() => Check(nameof(SegSamMaskGeneratorOptions),
    [
        new(PointsPerSide is >= 1 and <= 1024, nameof(PointsPerSide), PointsPerSide, "from 1 to 1024"),
        AtLeast(1, nameof(PointsPerBatch), PointsPerBatch),
        From0To1(nameof(PredIouThreshold), PredIouThreshold),
        From0To1(nameof(StabilityScoreThreshold), StabilityScoreThreshold),
        From0To1(nameof(BoxNmsThreshold), BoxNmsThreshold),
        From0To1(nameof(CropNmsThreshold), CropNmsThreshold),
        NotNegative(nameof(StabilityScoreOffset), StabilityScoreOffset),
        new(CropLayers is >= 0 and <= MostLayers, nameof(CropLayers), CropLayers, FormattableString.Invariant($"from 0 to {MostLayers}")),
        new(CropOverlapRatio is >= 0 and < 1, nameof(CropOverlapRatio), CropOverlapRatio, "at least 0 and below 1"),
        new(CropPointsDownscaleFactor >= 1 && PointsOf(CropLayers) >= 1, nameof(CropPointsDownscaleFactor), CropPointsDownscaleFactor,
            FormattableString.Invariant($"at least 1, and leave at least 1 of {PointsPerSide} points ({nameof(PointsPerSide)}) ")
            + FormattableString.Invariant($"divided by it {CropLayers} times ({nameof(CropLayers)})")),
        AtLeast(0, nameof(MinMaskRegionArea), MinMaskRegionArea),
    ]);
}
