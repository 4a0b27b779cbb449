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
        return string.Join('\n', [
            .. tables[0], "", .. tables[1], "", .. tables[2], "", SurfaceRemark(metrics), "", .. tables[3], "", .. tables[4],
            .. Remarks(metrics),
        ]);
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
        return FormattableString.Invariant($"NSD at {first.SurfaceTolerance} {first.SurfaceUnit}, HD95 in {first.SurfaceUnit}, ")
            + "masks left out of it where one is empty";
    }

    public static IEnumerable<string> Remarks(ProtocolMetrics metrics)
    {
        var first = metrics.Prompts[0].Masks;
        var absent = metrics.Prompts[0].LabelMaps.CasesPerCategory.Where(cases => cases.Value == 0).Select(cases => cases.Key).ToList();
        if (absent.Count > 0)
            yield return $"not in the truth, not counted: {string.Join(", ", absent)}";
        if (first.UnknownCategories.Count > 0)
            yield return $"unknown to the model, counted as missed: {string.Join(", ", first.UnknownCategories)}";
        var unscored = metrics.Prompts.Max(kind => kind.Masks.UnscoredRows);
        if (unscored > 0)
            yield return $"masks whose scores are NaN, counted as 0: {Count(unscored)}";
    }

    private static string[][] Means(ProtocolMetrics metrics, string title, Func<PromptKindMetrics, MetricMeans> means)
    {
        return
        [
            [title, "count", .. Headings("binary"), .. Headings("semantic"), "class accuracy"],
            .. metrics.Prompts.Select(kind => Line(ProtocolMetrics.NameOf(kind.Prompt), means(kind))),
        ];

        static string[] Headings(string mask) => [$"{mask} Dice", "IoU", "NSD", "HD95", "left out"];

        static string[] Line(string name, MetricMeans means) =>
            [name, Count(means.Count), .. Cells(means.Binary), .. Cells(means.Semantic), Number(means.ClassAccuracy)];

        static string[] Cells(MaskFigures figures) =>
            [Number(figures.Dice), Number(figures.IoU), Number(figures.Nsd), Number(figures.Hd95), Count(figures.Hd95LeftOut)];
    }

    private static string[][] Names(ProtocolMetrics metrics) =>
    [
        [
            "names", "label map Dice", "label map IoU", "Dice if named right", "presence F1", "presence mAP", "image presence F1",
            "mask agreement",
        ],
        .. metrics.Prompts.Select(kind => (string[])
        [
            ProtocolMetrics.NameOf(kind.Prompt), Number(kind.LabelMaps.Dice), Number(kind.LabelMaps.IoU),
            Number(kind.SemanticDiceGivenClass), Number(kind.Masks.PresenceF1), Number(kind.Presence.MeanAveragePrecision),
            Number(kind.Presence.ImageF1), Number(kind.Masks.MaskAgreement),
        ]),
    ];

    // Binary Dice, then semantic Dice of each kind of prompt.
    private static string[][] Groups(ProtocolMetrics metrics)
    {
        var first = metrics.Prompts[0];
        return
        [
            ["Dice, mean over masks", "masks", .. Headings("binary"), .. Headings("semantic")],
            .. first.Masks.PerCategory.Select(category => Line(
                category.Key, category.Value.Count, kind => kind.Masks.PerCategory[category.Key])),
            .. first.MasksPerModality.Select(modality => Line(
                $"modality {modality.Key}", modality.Value.Rows, kind => kind.MasksPerModality[modality.Key].OverMasks)),
        ];

        IEnumerable<string> Headings(string mask) => metrics.Prompts.Select(kind => $"{mask}, {ProtocolMetrics.NameOf(kind.Prompt)}");

        string[] Line(string name, int masks, Func<PromptKindMetrics, MetricMeans> means) =>
        [
            name, Count(masks), .. metrics.Prompts.Select(kind => Number(means(kind).Binary.Dice)),
            .. metrics.Prompts.Select(kind => Number(means(kind).Semantic.Dice)),
        ];
    }

    /// <summary>The same lines and figures as HTML tables, for notebooks.</summary>
    public static string Html(ProtocolMetrics metrics) => Markup.Print(
        Markup.Tag("div", null, [.. Tables(metrics).Select(Markup.Table)]),
        Markup.Tag("div", null, string.Join(" · ", [SurfaceRemark(metrics), .. Remarks(metrics)])));
}
