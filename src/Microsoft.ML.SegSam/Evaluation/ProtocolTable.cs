using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Metrics;
using static Microsoft.ML.SegSam.Metrics.MetricsTable;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>Prints a protocol's figures as tables of aligned columns, the same in every culture.</summary>
internal static class ProtocolTable
{
    public static string Print(ProtocolMetrics metrics)
    {
        var tables = Tables(metrics).Select(Aligned).ToList();
        return string.Join('\n', [.. tables[0], "", .. tables[1], "", .. tables[2], "", SurfaceRemark(metrics), "", .. tables[3], "", .. tables[4], .. Remarks(metrics)]);
    }

    /// <summary>Means over masks, cases and categories; names; groups.</summary>
    public static IEnumerable<string[][]> Tables(ProtocolMetrics metrics) =>
    [
        Means(metrics, "mean over masks", kind => kind.Masks.OverMasks),
        Means(metrics, "mean over cases", kind => kind.OverCases),
        Means(metrics, "mean over categories", kind => kind.Masks.OverCategories),
        Names(metrics),
        Groups(metrics),
    ];

    public static string SurfaceRemark(ProtocolMetrics metrics)
    {
        var first = metrics.Prompts[0].Masks;
        return FormattableString.Invariant($"NSD at {first.SurfaceTolerance} {first.SurfaceUnit}, HD95 in {first.SurfaceUnit}, masks left out of it where one is empty");
    }

    public static IEnumerable<string> Remarks(ProtocolMetrics metrics)
    {
        var first = metrics.Prompts[0].Masks;
        var absent = metrics.Prompts[0].LabelMaps.PerCategory.Where(each => each.Cases == 0).Select(each => each.Category).ToList();
        if (absent.Count > 0)
            yield return $"not in the truth, not counted: {string.Join(", ", absent)}";
        if (first.UnknownCategories.Count > 0)
            yield return $"unknown to the model, counted as missed: {string.Join(", ", first.UnknownCategories)}";
        var unscored = metrics.Prompts.Max(kind => kind.Masks.UnscoredRows);
        if (unscored > 0)
            yield return $"masks whose scores are not numbers, counted as 0: {Count(unscored)}";
    }

    private static string[][] Means(ProtocolMetrics metrics, string title, Func<PromptKindMetrics, MetricMeans> means) =>
    [
        [title, "count", "binary Dice", "IoU", "NSD", "HD95", "left out", "semantic Dice", "IoU", "NSD", "HD95", "left out", "class accuracy"],
        .. metrics.Prompts.Select(kind => (Kind: kind.Prompt, Mean: means(kind))).Select(line => (string[])
        [
            ProtocolMetrics.NameOf(line.Kind), Count(line.Mean.Count), Number(line.Mean.BinaryDice), Number(line.Mean.BinaryIoU), Number(line.Mean.BinaryNsd),
            Number(line.Mean.BinaryHd95), Count(line.Mean.BinaryHd95LeftOut), Number(line.Mean.SemanticDice), Number(line.Mean.SemanticIoU), Number(line.Mean.SemanticNsd),
            Number(line.Mean.SemanticHd95), Count(line.Mean.SemanticHd95LeftOut), Number(line.Mean.ClassAccuracy),
        ]),
    ];

    private static string[][] Names(ProtocolMetrics metrics) =>
    [
        ["names", "label map Dice", "label map IoU", "Dice if named right", "present F1", "presence mAP", "presence F1", "mask agreement"],
        .. metrics.Prompts.Select(kind => (string[])
        [
            ProtocolMetrics.NameOf(kind.Prompt), Number(kind.LabelMaps.Dice), Number(kind.LabelMaps.IoU), Number(kind.SemanticDiceGivenClass),
            Number(kind.Masks.PresentF1), Number(kind.Presence.MeanAveragePrecision), Number(kind.Presence.F1), Number(kind.Masks.MaskAgreement),
        ]),
    ];

    // Binary, then semantic Dice of each kind of prompt.
    private static string[][] Groups(ProtocolMetrics metrics)
    {
        var first = metrics.Prompts[0];
        return
        [
            ["Dice, mean over masks", "masks", .. Headings("binary"), .. Headings("semantic")],
            .. first.Masks.PerCategory.Select((each, i) => Line(each.Category, each.Count,
                kind => kind.Masks.PerCategory[i].BinaryDice, kind => kind.Masks.PerCategory[i].SemanticDice)),
            .. first.PerModality.Select((each, i) => Line($"modality {each.Modality}", each.Masks.Rows,
                kind => kind.PerModality[i].Masks.BinaryDice, kind => kind.PerModality[i].Masks.SemanticDice)),
        ];

        IEnumerable<string> Headings(string mask) => metrics.Prompts.Select(kind => $"{mask}, {ProtocolMetrics.NameOf(kind.Prompt)}");

        string[] Line(string name, int masks, Func<PromptKindMetrics, double> binary, Func<PromptKindMetrics, double> semantic) =>
            [name, Count(masks), .. metrics.Prompts.Select(kind => Number(binary(kind))), .. metrics.Prompts.Select(kind => Number(semantic(kind)))];
    }

    /// <summary>The same lines and figures as HTML tables, for notebooks.</summary>
    public static string Html(ProtocolMetrics metrics) => Markup.Print(
        Markup.Tag("div", null, [.. Tables(metrics).Select(Markup.Table)]),
        Markup.Tag("div", null, string.Join(" · ", [SurfaceRemark(metrics), .. Remarks(metrics)])));
}
