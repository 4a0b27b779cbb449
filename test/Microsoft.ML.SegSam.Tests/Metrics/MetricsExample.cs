using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

/// <summary>Metrics with a different value in nearly every place, to be printed; they come from no rows.</summary>
internal static class MetricsExample
{
    private static readonly MaskFigures Usual = new() { Dice = 0.81249, IoU = 0.7, Nsd = 1 / 3d, Hd95 = 3.25, Hd95LeftOut = 1 };

    /// <param name="hd95">HD95 of the semantic mask.</param>
    public static SegmentationMetrics Create(string first, string second, MaskFigures? binary = null, double hd95 = 8,
        string[]? unknown = null, int unscored = 0, double presenceF1 = double.NaN)
    {
        var perCategory = new OrderedDictionary<string, MetricMeans>(StringComparer.Ordinal)
        {
            [first] = Category(2, [1, 0.9, 0.8, 0.2, 1], [0.75, 12.5, 0.5, double.NaN], leftOut: 2),
            [second] = Category(10, [0.5, 0.3, 0.4, 0.1, 0], [0.25, 2.5, 0.125, 8], leftOut: 3),
        };
        var semantic = new MaskFigures { Dice = 0.6, IoU = 0.5, Nsd = 0.2, Hd95 = hd95, Hd95LeftOut = 4 };
        var confusion = new CategoryConfusion([new(first, first, 2), new(second, first, 4), new(second, second, 5), new(second, null, 1)]);
        return new(new(12, binary ?? Usual, semantic, 0.91), perCategory, confusion, new SurfaceRuler(1.5, new(1, 1)))
        {
            PresenceF1 = presenceF1,
            MaskAgreement = 0.93,
            UnknownCategories = unknown ?? [],
            UnscoredRows = unscored,
        };
    }

    private static MetricMeans Category(int count, double[] overlap, double[] surface, int leftOut) => new(
        count,
        new() { Dice = overlap[0], IoU = overlap[1], Nsd = surface[0], Hd95 = surface[1], Hd95LeftOut = leftOut - 1 },
        new() { Dice = overlap[2], IoU = overlap[3], Nsd = surface[2], Hd95 = surface[3], Hd95LeftOut = leftOut },
        overlap[4]);
}
