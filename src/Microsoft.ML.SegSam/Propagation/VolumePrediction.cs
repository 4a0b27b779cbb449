using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Propagation;

/// <summary>What the model finds in a volume. Immutable.</summary>
public sealed class VolumePrediction
{
    internal VolumePrediction(
        LabelVolume labels, IReadOnlyList<VolumeObject> objects, SlicePlane plane, IReadOnlyList<string> warnings) =>
        (Labels, Objects, Plane, Warnings) = (labels, objects, plane, warnings);

    /// <summary>
    /// The objects on the volume's grid, by their labels, with the names of their categories. Where objects overlap, the one with the
    /// higher share of its category has the voxel.
    /// </summary>
    public LabelVolume Labels { get; }

    /// <summary>The objects, by label.</summary>
    public IReadOnlyList<VolumeObject> Objects { get; }

    /// <summary>Which way the volume was cut.</summary>
    public SlicePlane Plane { get; }

    /// <summary>What a person should know: that the model was trained on images of another modality. Usually empty.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>A line for each object.</summary>
    public override string ToString() => string.Join('\n', Objects);
}

/// <summary>An object of a volume: its name, and its mask on each slice. Immutable.</summary>
public sealed class VolumeObject
{
    internal VolumeObject(
        int label, IReadOnlyList<CategoryScore> shares, IReadOnlyList<ObjectSlice> slices, PropagationStop below, PropagationStop above)
    {
        (Label, CategoryShares, Slices, StopBelow, StopAbove) = (label, shares, slices, below, above);
        Category = shares.Count > 0 ? shares.MaxBy(share => share.Score)!.Category : "";
    }

    /// <summary>As in the prompts.</summary>
    public int Label { get; }

    /// <summary>The category with the largest share; empty where no slice has a mask.</summary>
    public string Category { get; }

    /// <summary>
    /// For each category its mean score over the slices, weighted by area and predicted IoU (our choice); sum 1. Empty where no slice has a
    /// mask.
    /// </summary>
    public IReadOnlyList<CategoryScore> CategoryShares { get; }

    /// <summary>The slices that the object is on, ascending.</summary>
    public IReadOnlyList<ObjectSlice> Slices { get; }

    /// <summary>Why it was not followed below the first slice.</summary>
    public PropagationStop StopBelow { get; }

    /// <summary>Why it was not followed above the last slice.</summary>
    public PropagationStop StopAbove { get; }

    /// <summary>Label, name, slices and why it ends there.</summary>
    public override string ToString() => Slices.Count == 0 ? FormattableString.Invariant($"{Label}: no mask")
        : FormattableString.Invariant($"{Label}: {Category} {CategoryShares.Max(share => share.Score):0.00}, ")
        + FormattableString.Invariant($"slices {Slices[0].Slice} ({StopBelow}) to {Slices[^1].Slice} ({StopAbove})");
}

/// <summary>An object on one slice. Immutable.</summary>
public sealed class ObjectSlice
{
    internal ObjectSlice(int slice, SegmentationMask mask, float predictedIoU, double? overlap) =>
        (Slice, Mask, PredictedIoU, Overlap) = (slice, mask, predictedIoU, overlap);

    /// <summary>Counting from 0.</summary>
    public int Slice { get; }

    /// <summary>In the slice's picture.</summary>
    public SegmentationMask Mask { get; }

    /// <summary>The model's estimate of the mask's IoU.</summary>
    public float PredictedIoU { get; }

    /// <summary>IoU with the mask on the slice that it was followed from; null where a prompt was given.</summary>
    public double? Overlap { get; }

    /// <summary>Whether a prompt was given on this slice.</summary>
    public bool IsPrompted => Overlap is null;
}
