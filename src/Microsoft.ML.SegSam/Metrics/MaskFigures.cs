namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How well predicted masks match the true ones: means over masks, or over groups of masks.</summary>
/// <remarks><see cref="SegmentationMetrics"/> defines each measure.</remarks>
public sealed class MaskFigures
{
    /// <summary>A mask with no overlap and no distance to the truth.</summary>
    internal static readonly MaskFigures Missed = new() { Hd95 = double.PositiveInfinity, Hd95LeftOut = 1 };

    internal MaskFigures()
    {
    }

    /// <summary>Mean Dice, from 0 (worst) to 1 (best).</summary>
    public double Dice { get; internal init; }

    /// <summary>Mean IoU, from 0 (worst) to 1 (best).</summary>
    public double IoU { get; internal init; }

    /// <summary>Mean surface Dice (NSD), from 0 (worst) to 1 (best).</summary>
    public double Nsd { get; internal init; }

    /// <summary>
    /// Mean HD95 over the masks or groups that have one, in <see cref="SegmentationMetrics.SurfaceUnit"/>; 0 is best. NaN if none has one.
    /// </summary>
    public double Hd95 { get; internal init; }

    /// <summary>Number of masks without an HD95 (the predicted or the true mask is empty), which its means leave out.</summary>
    public int Hd95LeftOut { get; internal init; }

    /// <summary>The figures of one mask; its HD95 is infinite where it has none.</summary>
    /// <param name="predicted">H·W pixels, row-major.</param>
    /// <param name="truth">As many pixels, in the same order.</param>
    /// <param name="width">W.</param>
    internal static MaskFigures Between(ReadOnlySpan<bool> predicted, ReadOnlySpan<bool> truth, int width, SurfaceRuler ruler)
    {
        var overlap = Overlap.Count(predicted, truth);
        var surface = SurfaceAgreement.Between(predicted, truth, width, ruler);
        return new()
        {
            Dice = overlap.Dice,
            IoU = overlap.IoU,
            Nsd = surface.Nsd,
            Hd95 = surface.Hd95,
            Hd95LeftOut = double.IsInfinity(surface.Hd95) ? 1 : 0,
        };
    }

    /// <summary>Means over masks or groups, each counting alike.</summary>
    internal static MaskFigures Over(IReadOnlyCollection<MaskFigures> items) => new()
    {
        Dice = items.Average(item => item.Dice),
        IoU = items.Average(item => item.IoU),
        Nsd = items.Average(item => item.Nsd),
        Hd95 = Means.OfFinite(items.Select(item => item.Hd95)),
        Hd95LeftOut = items.Sum(item => item.Hd95LeftOut),
    };
}
