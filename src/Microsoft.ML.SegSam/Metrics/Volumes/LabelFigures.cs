namespace Microsoft.ML.SegSam.Metrics.Volumes;

/// <summary>How well a predicted label of a volume matches the true one.</summary>
/// <remarks><see cref="VolumeMetrics"/> defines each measure.</remarks>
public sealed class LabelFigures
{
    internal LabelFigures()
    {
    }

    /// <summary>What the label means, as the truth or else the prediction says; null where neither does.</summary>
    public string? Name { get; internal init; }

    /// <summary>Volume of the prediction, in milliliters.</summary>
    public double PredictedMilliliters { get; internal init; }

    /// <summary>Volume of the truth, in milliliters.</summary>
    public double TruthMilliliters { get; internal init; }

    /// <summary>From 0 (worst) to 1 (best).</summary>
    public double Dice { get; internal init; }

    /// <summary>From 0 (worst) to 1 (best).</summary>
    public double IoU { get; internal init; }

    /// <summary>Surface Dice at <see cref="SurfaceTolerance"/>, from 0 (worst) to 1 (best).</summary>
    public double Nsd { get; internal init; }

    /// <summary>The distance up to which surfaces count as equal, in mm.</summary>
    public double SurfaceTolerance { get; internal init; }

    /// <summary>In mm; 0 is best. Infinite where the label is in one of the volumes only.</summary>
    public double Hd95 { get; internal init; }

    /// <summary>Hausdorff distance: the largest of all, in mm. Infinite where the label is in one of the volumes only.</summary>
    public double Hd { get; internal init; }

    /// <summary>Average symmetric surface distance, in mm. Infinite where the label is in one of the volumes only.</summary>
    public double Assd { get; internal init; }

    /// <param name="milliliters">Of a voxel.</param>
    internal static LabelFigures Between(
        VoxelSet predicted, VoxelSet truth, (double X, double Y, double Z) spacing, double milliliters, SurfaceRuler ruler, string? name)
    {
        var overlap = new MaskOverlap(predicted.CountShared(truth), predicted.Count, truth.Count);
        var (nsd, hd95, hd, assd) = Surfaces(predicted, truth, spacing, ruler);
        return new()
        {
            Name = name,
            PredictedMilliliters = overlap.Predicted * milliliters,
            TruthMilliliters = overlap.Truth * milliliters,
            Dice = overlap.Dice,
            IoU = overlap.IoU,
            Nsd = nsd,
            SurfaceTolerance = ruler.Tolerance,
            Hd95 = hd95,
            Hd = hd,
            Assd = assd,
        };
    }

    private static (double Nsd, double Hd95, double Hd, double Assd) Surfaces(
        VoxelSet predicted, VoxelSet truth, (double X, double Y, double Z) spacing, SurfaceRuler ruler)
    {
        var (ofPredicted, ofTruth) = (predicted.Boundary(), truth.Boundary());
        if (ofPredicted.Count == 0 || ofTruth.Count == 0)
        {
            return ofPredicted.Count == ofTruth.Count ? (1, 0, 0, 0)
                : (0, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity);
        }

        var toTruth = SurfaceDistances.Between(ofPredicted, ofTruth, spacing);
        var toPredicted = SurfaceDistances.Between(ofTruth, ofPredicted, spacing);
        var all = (double)toTruth.Length + toPredicted.Length;
        return ((toTruth.Count(ruler.IsWithin) + toPredicted.Count(ruler.IsWithin)) / all,
            Math.Max(SurfaceAgreement.Percentile95(toTruth), SurfaceAgreement.Percentile95(toPredicted)),
            Math.Max(toTruth[^1], toPredicted[^1]), (toTruth.Sum() + toPredicted.Sum()) / all);
    }
}
