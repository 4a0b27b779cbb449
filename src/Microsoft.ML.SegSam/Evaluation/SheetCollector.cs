using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Overlays;


namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>A scored row's masks, each of Height·Width pixels; those found are empty without a prediction.</summary>
internal readonly ref struct ScoredMasks(ReadOnlySpan<bool> truth, ReadOnlySpan<bool> binary, ReadOnlySpan<bool> foreground, int height, int width)
{
    public readonly ReadOnlySpan<bool> Truth = truth, Binary = binary, Foreground = foreground;
    public readonly int Height = height, Width = width;
}

/// <summary>Keeps small pictures of the rows that came out worst; memory follows how many are kept, not how many are read.</summary>
/// <param name="image">The image column.</param>
/// <param name="imageId">The column that tells images apart; null for none.</param>
/// <param name="cells">How many rows to keep.</param>
internal sealed class SheetCollector(DataViewSchema.Column image, DataViewSchema.Column? imageId, int cells)
{
    private readonly PriorityQueue<(ContactSheetEntry Entry, PixelImage Views), (double Dice, long Row)> _kept =
        new(Comparer<(double Dice, long Row)>.Create((one, other) => other.CompareTo(one))); // the best of them comes out first
    private DataViewRow _row = null!;
    private ImageReader _image = null!;
    private Func<string>? _imageId;

    /// <summary>What to ask a cursor for.</summary>
    public IEnumerable<DataViewSchema.Column> Columns => imageId is { } column ? [image, column] : [image];

    /// <summary>The worst first.</summary>
    public IReadOnlyList<(ContactSheetEntry Entry, PixelImage Views)> Worst =>
        [.. _kept.UnorderedItems.OrderBy(item => item.Priority).Select(item => item.Element)];

    public void Open(DataViewRow row) => (_row, _image, _imageId) = (row, new(row, image), imageId is { } column ? RowText.Name(row, column) : null);

    /// <summary>Takes the row at hand; its image is read only where it is kept.</summary>
    /// <exception cref="InvalidOperationException">There is no image, or it is not of the masks' size.</exception>
    public void Add(RowScore score, ScoredMasks masks)
    {
        var entry = new ContactSheetEntry(_row.Position, _imageId?.Invoke(), score.Category, score.Predicted, score.Score, score.BinaryDice, score.SemanticDice);
        var priority = (entry.MeanDice, entry.Row);
        if (_kept.Count == cells)
        {
            _kept.TryPeek(out _, out var best);
            if (priority.CompareTo(best) > 0)
                return;
            _kept.Dequeue();
        }

        _kept.Enqueue((entry, SheetCell.Paint(ReadImage(masks), masks.Truth, masks.Binary, masks.Foreground,
            score.Predicted == score.Category ? SheetCell.Found : SheetCell.Wrong)), priority);
    }

    private PixelImage ReadImage(ScoredMasks masks)
    {
        // A row without an image has no prediction, and is worth a place on the sheet all the same.
        if (_image.Read() is not { } pixels)
            return new(masks.Height, masks.Width, new byte[masks.Height * masks.Width * 3]);
        if ((pixels.Height, pixels.Width) != (masks.Height, masks.Width))
        {
            throw ColumnCheck.BadRow(image.Name, _row.Position, $"the image is {pixels.Width} x {pixels.Height} pixels and its true mask "
                + $"{masks.Width} x {masks.Height}; name the column of the image that was scored, at its original size");
        }

        return pixels;
    }
}
