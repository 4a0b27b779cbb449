using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>Prints a protocol's figures as comma-separated values.</summary>
internal static class ProtocolCsv
{
    private static readonly string[] Header =
    [
        "prompt", "scope", "name", "count", "binaryDice", "binaryIoU", "binaryNsd", "binaryHd95", "binaryHd95LeftOut",
        "semanticDice", "semanticIoU", "semanticNsd", "semanticHd95", "semanticHd95LeftOut", "classAccuracy",
        "semanticDiceGivenClass", "presentF1", "maskAgreement", "labelMapDice", "labelMapIoU", "averagePrecision", "presenceF1",
        "surfaceTolerance", "surfaceUnit", "unscoredRows",
    ];

    public static string Print(ProtocolMetrics metrics) => MetricsCsv.Print([Header, .. metrics.Prompts.SelectMany(Lines)]);

    private static IEnumerable<object?[]> Lines(PromptKindMetrics kind)
    {
        yield return Line("mean over masks", null, kind.Masks.OverMasks, [kind.SemanticDiceGivenClass, kind.Masks.PresentF1, kind.Masks.MaskAgreement, null, null, null, kind.Presence.F1]);
        yield return Line("mean over cases", null, kind.OverCases, []);
        yield return Line("mean over categories", null, kind.Masks.OverCategories,
            [null, null, null, kind.LabelMaps.Dice, kind.LabelMaps.IoU, kind.Presence.MeanAveragePrecision]);
        foreach (var category in kind.Masks.PerCategory)
        {
            var map = kind.LabelMaps.PerCategory.Single(each => each.Category == category.Category);
            var presence = kind.Presence.PerCategory.Single(each => each.Category == category.Category);
            yield return Line("category", category.Category, MetricMeans.Over([category]) with { Count = category.Count },
                [null, null, null, map.Dice, map.IoU, presence.AveragePrecision]);
        }

        foreach (var (modality, masks, overCases) in kind.PerModality)
        {
            yield return Line("mean over masks of modality", modality, masks.OverMasks, [null, masks.PresentF1, masks.MaskAgreement]);
            yield return Line("mean over cases of modality", modality, overCases, []);
            yield return Line("mean over categories of modality", modality, masks.OverCategories, []);
        }

        object?[] Line(string scope, string? name, MetricMeans means, object?[] others) =>
        [
            ProtocolMetrics.NameOf(kind.Prompt), scope, name, means.Count, means.BinaryDice, means.BinaryIoU, means.BinaryNsd, means.BinaryHd95,
            means.BinaryHd95LeftOut, means.SemanticDice, means.SemanticIoU, means.SemanticNsd, means.SemanticHd95, means.SemanticHd95LeftOut,
            means.ClassAccuracy, .. others, .. new object?[7 - others.Length],
            kind.Masks.SurfaceTolerance, kind.Masks.SurfaceUnit, scope == "mean over masks" ? kind.Masks.UnscoredRows : null,
        ];
    }
}
