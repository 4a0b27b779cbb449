using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>Prints a protocol's figures as comma-separated values.</summary>
internal static class ProtocolCsv
{
    private static readonly string[] Header =
    [
        "prompt", "scope", "name", "count", "binaryDice", "binaryIoU", "binaryNsd", "binaryHd95", "binaryHd95LeftOut",
        "semanticDice", "semanticIoU", "semanticNsd", "semanticHd95", "semanticHd95LeftOut", "classAccuracy",
        "semanticDiceGivenClass", "presenceF1", "maskAgreement", "labelMapDice", "labelMapIoU", "averagePrecision", "imagePresenceF1",
        "surfaceTolerance", "surfaceUnit", "unscoredRows",
    ];

    public static string Print(ProtocolMetrics metrics) => MetricsCsv.Print([Header, .. metrics.Prompts.SelectMany(Lines)]);

    private static IEnumerable<object?[]> Lines(PromptKindMetrics kind)
    {
        var (masks, maps, presence) = (kind.Masks, kind.LabelMaps, kind.Presence);
        yield return Line("mean over masks", null, masks.OverMasks,
            [kind.SemanticDiceGivenClass, masks.PresenceF1, masks.MaskAgreement, null, null, null, presence.ImageF1]);
        yield return Line("mean over cases", null, kind.OverCases, []);
        yield return Line("mean over categories", null, masks.OverCategories,
            [null, null, null, maps.Dice, maps.IoU, presence.MeanAveragePrecision]);
        foreach (var (category, means) in masks.PerCategory)
        {
            var (dice, iou) = (maps.DicePerCategory[category], maps.IoUPerCategory[category]);
            yield return Line("category", category, means, [null, null, null, dice, iou, presence.AveragePrecisionPerCategory[category]]);
        }

        foreach (var (modality, ofModality) in kind.MasksPerModality)
        {
            yield return Line("mean over masks of modality", modality, ofModality.OverMasks,
                [null, ofModality.PresenceF1, ofModality.MaskAgreement]);
            yield return Line("mean over cases of modality", modality, kind.OverCasesPerModality[modality], []);
            yield return Line("mean over categories of modality", modality, ofModality.OverCategories, []);
        }

        object?[] Line(string scope, string? name, MetricMeans means, object?[] others) =>
        [
            ProtocolMetrics.NameOf(kind.Prompt), scope, name, means.Count, .. Cells(means.Binary), .. Cells(means.Semantic),
            means.ClassAccuracy, .. others, .. new object?[7 - others.Length],
            masks.SurfaceTolerance, masks.SurfaceUnit, scope == "mean over masks" ? masks.UnscoredRows : null,
        ];

        static object?[] Cells(MaskFigures figures) => [figures.Dice, figures.IoU, figures.Nsd, figures.Hd95, figures.Hd95LeftOut];
    }
}
