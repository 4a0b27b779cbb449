using System.Globalization;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Overlays;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>
/// The worst objects of an evaluation, as pictures of the truth beside the prediction; made by
/// <see cref="SegmentationCatalog.MakeContactSheet"/>.
/// </summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class ContactSheet : INotebookView
{
    /// <summary>Number of objects on a full page.</summary>
    public const int CellsPerPage = 48;

    private readonly IReadOnlyList<SheetCell> _cells;

    internal ContactSheet(SegmentationMetrics metrics, IReadOnlyList<(ContactSheetEntry Entry, PixelImage Views)> worst)
    {
        Metrics = metrics;
        Entries = [.. worst.Select(item => item.Entry)];
        _cells = [.. worst.Select((item, rank) => Cell(rank + 1, item.Entry, item.Views))];
    }

    /// <summary>
    /// The figures of all rows, as <see cref="SegmentationCatalog.Evaluate"/> returns them, from the same pass over the data.
    /// </summary>
    public SegmentationMetrics Metrics { get; }

    /// <summary>The objects, worst first by <see cref="ContactSheetEntry.MeanDice"/>; ties are in the order of the rows.</summary>
    public IReadOnlyList<ContactSheetEntry> Entries { get; }

    /// <summary>Number of pages, each of up to <see cref="CellsPerPage"/> objects.</summary>
    public int Pages => (Entries.Count + CellsPerPage - 1) / CellsPerPage;

    /// <summary>Paints one page.</summary>
    /// <remarks>
    /// Each object is shown three times: the image around it with the true mask, with the predicted binary mask and with the predicted
    /// semantic mask, the true outline over both. Below are the Dice of each, the true category, and the predicted category with its
    /// probability, in red where it is wrong. Names in scripts that no font on this machine has become numbers: <see
    /// cref="PngPicture.Key"/>.
    /// </remarks>
    /// <param name="page">From 0, less than <see cref="Pages"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such page.</exception>
    public PngPicture Render(int page = 0)
    {
        if (page < 0 || page >= Pages)
        {
            throw new ArgumentOutOfRangeException(nameof(page), page,
                FormattableString.Invariant($"There are {Pages} pages, counting from 0."));
        }

        var (first, cells) = (page * CellsPerPage, _cells.Skip(page * CellsPerPage).Take(CellsPerPage).ToList());
        var title = FormattableString.Invariant($"worst first: {first + 1} to {first + cells.Count} of {Metrics.Rows} objects, ")
            + "by the mean of both masks' Dice (the figures)";
        var (png, key) = SheetPainter.Paint(title, cells);
        return new(png, $"Contact sheet, {title}", key);
    }

    /// <summary>A line for each object.</summary>
    public override string ToString() => string.Join('\n', MetricsTable.Aligned(
    [
        ["true category", "predicted", "score", "binary Dice", "semantic Dice", "image", "row"],
        .. Entries.Select(entry => (string[])
        [
            entry.Category, entry.Predicted ?? "none", MetricsTable.Number(entry.Score), MetricsTable.Number(entry.BinaryDice),
            MetricsTable.Number(entry.SemanticDice), entry.ImageId ?? "", entry.Row.ToString(CultureInfo.InvariantCulture),
        ]),
    ]));

    string INotebookView.ToHtml() => ((INotebookView)Render()).ToHtml();

    private static SheetCell Cell(int rank, ContactSheetEntry entry, PixelImage views)
    {
        var place = FormattableString.Invariant($"{rank}  {(entry.ImageId is null ? "" : entry.ImageId + ", ")}row {entry.Row}");
        var truth = ($"true   {entry.Category}", SheetCell.Truth);
        if (entry.Predicted is not { } predicted)
            return new(views, place, ["truth", "no prediction"], [truth, ("named  nothing", SheetCell.Wrong)]);
        string[] captions =
        [
            "truth", FormattableString.Invariant($"binary {entry.BinaryDice:0.00}"),
            FormattableString.Invariant($"semantic {entry.SemanticDice:0.00}"),
        ];
        var named = FormattableString.Invariant($"named  {predicted}  {entry.Score:0.00}");
        return new(views, place, captions, [truth, (named, predicted == entry.Category ? SheetCell.Found : SheetCell.Wrong)]);
    }
}

/// <summary>One object on a contact sheet.</summary>
public sealed class ContactSheetEntry
{
    internal ContactSheetEntry(long row, string? imageId, RowScore score)
    {
        Row = row;
        ImageId = imageId;
        Category = score.Category;
        Predicted = score.Predicted;
        Score = score.Score;
        BinaryDice = score.Binary.Dice;
        SemanticDice = score.Semantic.Dice;
    }

    /// <summary>Its row, counting from 0.</summary>
    public long Row { get; }

    /// <summary>The value that the rows of its image share; null where the data have no such column.</summary>
    public string? ImageId { get; }

    /// <summary>The true category.</summary>
    public string Category { get; }

    /// <summary>The predicted category; null without a prediction.</summary>
    public string? Predicted { get; }

    /// <summary>Probability of the predicted category, from 0 to 1; 0 without a prediction.</summary>
    public float Score { get; }

    /// <summary>Dice of the binary mask, from 0 to 1.</summary>
    public double BinaryDice { get; }

    /// <summary>Dice of the semantic mask, from 0 to 1; 0 where the predicted category is wrong.</summary>
    public double SemanticDice { get; }

    /// <summary>Mean of both Dice, by which the sheet is sorted.</summary>
    public double MeanDice => (BinaryDice + SemanticDice) / 2;
}
