using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam;

/// <summary>Shows answers in notebooks.</summary>
internal static class PredictionHtml
{
    private const int MostScores = 5;

    /// <summary>Masks beside each other, then a table of name and figures.</summary>
    public static string Print(IEnumerable<(string Title, SegmentationMask Mask)> masks, string[][] table)
    {
        var pictures = masks.Select((each, i) => Markup.Tag("div", null,
            MaskPicture.Html(each.Mask, Palette.ColorOf(i == 0 ? 1 : 4), each.Title), Markup.Tag("div", null, each.Title)));
        return Markup.Print(Markup.Tag("div", "display:flex;gap:12px;flex-wrap:wrap;align-items:flex-start", [.. pictures, Markup.Table(table)]));
    }

    /// <summary>Names and figures: the most probable categories, then those said to be present besides.</summary>
    public static IEnumerable<string[]> Scores(IEnumerable<CategoryScore> scores, IEnumerable<CategoryScore> present) =>
    [
        .. scores.OrderByDescending(each => each.Score).Take(MostScores).Select(each => (string[])[each.Category, Number(each.Score)]),
        .. present.Select(each => (string[])[$"also in the image: {each.Category}", Number(each.Score)]),
    ];

    public static string Number(float value) => FormattableString.Invariant($"{value:0.000}");
}
