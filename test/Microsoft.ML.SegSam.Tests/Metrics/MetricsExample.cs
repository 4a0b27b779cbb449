using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

/// <summary>Metrics with a different value in nearly every place, to be printed; they come from no rows.</summary>
internal static class MetricsExample
{
    public static SegmentationMetrics Create(string first, string second) => new()
    {
        Rows = 12,
        BinaryDice = 0.81249,
        BinaryIoU = 0.7,
        SemanticDice = 0.6,
        SemanticIoU = 0.5,
        BinaryNsd = 1 / 3d,
        BinaryHd95 = 3.25,
        BinaryHd95LeftOut = 1,
        SemanticNsd = 0.2,
        SemanticHd95 = 8,
        SemanticHd95LeftOut = 4,
        SurfaceTolerance = 1.5,
        SurfaceUnit = "mm",
        ClassAccuracy = 0.91,
        PresentF1 = double.NaN,
        MaskAgreement = 0.93,
        PerCategory =
        [
            Category(first, 2, [1, 0.9, 0.8, 0.2, 1], [0.75, 12.5, 0.5, double.NaN], leftOut: 2),
            Category(second, 10, [0.5, 0.3, 0.4, 0.1, 0], [0.25, 2.5, 0.125, 8], leftOut: 3),
        ],
        Confusion = new([new(first, first, 2), new(second, first, 4), new(second, second, 5), new(second, null, 1)]),
        UnknownCategories = [],
        UnscoredRows = 0,
    };

    private static CategoryMetrics Category(string name, int count, double[] overlap, double[] surface, int leftOut) => new()
    {
        Category = name,
        Count = count,
        BinaryDice = overlap[0],
        BinaryIoU = overlap[1],
        SemanticDice = overlap[2],
        SemanticIoU = overlap[3],
        ClassAccuracy = overlap[4],
        BinaryNsd = surface[0],
        BinaryHd95 = surface[1],
        BinaryHd95LeftOut = leftOut - 1,
        SemanticNsd = surface[2],
        SemanticHd95 = surface[3],
        SemanticHd95LeftOut = leftOut,
    };
}
