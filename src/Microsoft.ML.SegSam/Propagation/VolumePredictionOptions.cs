using System.Globalization;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Propagation;

/// <summary>How an object is followed through a volume.</summary>
public sealed class VolumePredictionOptions
{
    /// <summary>
    /// Which way the volume is cut; prompts are in the pictures of these slices. Default null: as in the model's training, where it was
    /// trained on slices of volumes (<see cref="SegSamDataCatalog"/>), else Axial.
    /// </summary>
    public SlicePlane? Plane { get; init; }

    /// <summary>
    /// Which values the model sees from black to white: choose what it was trained with. Default null: as in the model's training, where it
    /// was trained on slices of volumes, else <see cref="IntensityWindow.For"/>.
    /// </summary>
    public IntensityWindow? Window { get; init; }

    /// <summary>What of a mask becomes the prompt on the next slice.</summary>
    public PromptProjection Projection { get; init; }

    /// <summary>By which share of its sides the next box is larger than the mask, on each side. Default 0.05 (micro-sam's).</summary>
    public double BoxMargin { get; init; } = 0.05;

    /// <summary>
    /// The least IoU of masks on neighboring slices, 0 to 1. A mask that shrinks, at least nine tenths of it within the one before, may
    /// miss it once, as ends of objects do; slices of more than 5 mm need 0.3 at most. Default 0.5 (micro-sam's).
    /// </summary>
    public double MinOverlap { get; init; } = 0.5;

    /// <summary>How many times as large as the one before a mask may be. Default 2.5 (our choice).</summary>
    public double MaxGrowth { get; init; } = 2.5;

    /// <summary>The least IoU that the model predicts for its mask. Default 0.3 (our choice).</summary>
    public double MinPredictedIoU { get; init; } = 0.3;

    /// <summary>The least pixels of a mask. Default 10 (our choice).</summary>
    public int MinPixels { get; init; } = 10;

    /// <summary>To how many slices an object is followed on each side of its prompts. Default: to any number.</summary>
    public int MaxSlices { get; init; } = int.MaxValue;

    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    internal void Check()
    {
        Require(BoxMargin is >= 0 and <= 1, nameof(BoxMargin), BoxMargin, "0 to 1");
        Require(MinOverlap is >= 0 and <= 1, nameof(MinOverlap), MinOverlap, "0 to 1");
        Require(MaxGrowth > 1, nameof(MaxGrowth), MaxGrowth, "more than 1");
        Require(MinPredictedIoU is >= 0 and <= 1, nameof(MinPredictedIoU), MinPredictedIoU, "0 to 1");
        Require(MinPixels >= 1, nameof(MinPixels), MinPixels, "1 or more");
        Require(MaxSlices >= 0, nameof(MaxSlices), MaxSlices, "0 or more");
        Require(Enum.IsDefined(Projection), nameof(Projection), (int)Projection, "a value of the enumeration");
    }

    private static void Require(bool isFine, string name, double value, string expected)
    {
        if (!isFine)
        {
            throw new ArgumentOutOfRangeException(name, value.ToString(CultureInfo.InvariantCulture),
                $"{nameof(VolumePredictionOptions)}.{name}: expected {expected}.");
        }
    }
}
