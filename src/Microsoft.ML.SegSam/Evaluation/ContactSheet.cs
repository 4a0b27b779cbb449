using System.Globalization;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Overlays;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>The objects of an evaluation that came out worst, as pictures of truth beside prediction; made by <c>ml.Segmentation().ContactSheet(scored)</c>.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class ContactSheet : INotebookView
{
    /// <summary>Objects on one page.</summary>
    public const int CellsPerPage = 48;

    private readonly IReadOnlyList<SheetCell> _cells;

    internal ContactSheet(SegmentationMetrics metrics, IReadOnlyList<(ContactSheetEntry Entry, PixelImage Views)> worst)
    {
        Metrics = metrics;
        Entries = [.. worst.Select(each => each.Entry)];
        _cells = [.. worst.Select((each, rank) => Cell(rank + 1, each.Entry, each.Views))];
    }

    /// <summary>The figures of all rows, as <c>Evaluate</c> gives them: they come from the same reading of the data.</summary>
    public SegmentationMetrics Metrics { get; }

    /// <summary>The objects, worst first: by <see cref="ContactSheetEntry.MeanDice"/>; of equal ones the earlier row.</summary>
    public IReadOnlyList<ContactSheetEntry> Entries { get; }

    /// <summary>Pages of up to <see cref="CellsPerPage"/> objects.</summary>
    public int Pages => (Entries.Count + CellsPerPage - 1) / CellsPerPage;

    /// <summary>Paints one page.</summary>
    /// <remarks>
    /// Of each object: the part of the image around it with the true mask, with the binary and with the semantic mask found, the truth's
    /// outline over both; Dice of each; the true name; the name given and its probability, red where it is wrong. Names in scripts that no font here
    /// has become numbers: <see cref="PngPicture.Key"/>.
    /// </remarks>
    /// <param name="page">From 0, less than <see cref="Pages"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such page.</exception>
    public PngPicture Render(int page = 0)
    {
        if (page < 0 || page >= Pages)
            throw new ArgumentOutOfRangeException(nameof(page), page, $"There are {Pages} pages, counted from 0.");
        var (first, cells) = (page * CellsPerPage, _cells.Skip(page * CellsPerPage).Take(CellsPerPage).ToList());
        var title = FormattableString.Invariant($"worst first: {first + 1} to {first + cells.Count} of {Metrics.Rows} objects, by the mean of both masks' Dice (the figures)");
        var (png, key) = SheetPainter.Paint(title, cells);
        return new(png, $"Contact sheet, {title}", key);
    }

    /// <summary>A line for each object.</summary>
    public override string ToString() => string.Join('\n', MetricsTable.Aligned(
    [
        ["true category", "predicted", "score", "binary Dice", "semantic Dice", "image", "row"],
        .. Entries.Select(each => (string[])
        [
            each.Category, each.Predicted ?? "none", MetricsTable.Number(each.Score), MetricsTable.Number(each.BinaryDice),
            MetricsTable.Number(each.SemanticDice), each.ImageId ?? "", each.Row.ToString(CultureInfo.InvariantCulture),
        ]),
    ]));

    string INotebookView.ToHtml() => ((INotebookView)Render()).ToHtml();

    private static SheetCell Cell(int rank, ContactSheetEntry entry, PixelImage views) => new(views,
        FormattableString.Invariant($"{rank}  {(entry.ImageId is null ? "" : entry.ImageId + ", ")}row {entry.Row}"),
        entry.Predicted is null ? ["truth", "no prediction"]
            : ["truth", FormattableString.Invariant($"binary {entry.BinaryDice:0.00}"), FormattableString.Invariant($"semantic {entry.SemanticDice:0.00}")],
        [
            ($"true   {entry.Category}", SheetCell.Truth),
            entry.Predicted is null ? ("named  nothing", SheetCell.Wrong)
                : (FormattableString.Invariant($"named  {entry.Predicted}  {entry.Score:0.00}"), entry.Predicted == entry.Category ? SheetCell.Found : SheetCell.Wrong),
        ]);
}

/// <summary>One object on a contact sheet.</summary>
/// <param name="Row">Its row, counting from 0.</param>
/// <param name="ImageId">What the rows of its image share; null where the data have no such column.</param>
/// <param name="Category">The true category.</param>
/// <param name="Predicted">The predicted one; null without a prediction.</param>
/// <param name="Score">Its probability, 0 to 1; 0 without a prediction.</param>
/// <param name="BinaryDice">Dice of the binary mask, 0 to 1.</param>
/// <param name="SemanticDice">Dice of the semantic mask, 0 to 1; 0 where the name is wrong.</param>
public sealed record ContactSheetEntry(long Row, string? ImageId, string Category, string? Predicted, float Score, double BinaryDice, double SemanticDice)
{
    /// <summary>Mean of both: by it the sheet is sorted.</summary>
    public double MeanDice => (BinaryDice + SemanticDice) / 2;
}
