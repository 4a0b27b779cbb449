using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Overlays;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>A scored row's masks, each of Height·Width pixels; the predicted ones are empty without a prediction.</summary>
internal readonly ref struct ScoredMasks(
    ReadOnlySpan<bool> truth, ReadOnlySpan<bool> binary, ReadOnlySpan<bool> foreground, int height, int width)
{
    public readonly ReadOnlySpan<bool> Truth = truth, Binary = binary, Foreground = foreground;
    public readonly int Height = height, Width = width;
}

/// <summary>Keeps small pictures of the worst rows; its memory depends on how many are kept, not on how many are read.</summary>
/// <param name="image">The image column.</param>
/// <param name="imageId">The column of image ids; null for none.</param>
/// <param name="cells">How many rows to keep.</param>
internal sealed class SheetCollector(DataViewSchema.Column image, DataViewSchema.Column? imageId, int cells)
{
    private readonly PriorityQueue<(ContactSheetEntry Entry, PixelImage Views), (double Dice, long Row)> _kept =
        new(Comparer<(double Dice, long Row)>.Create((left, right) => right.CompareTo(left))); // the best of them is dequeued first
    private DataViewRow _row = null!;
    private ImageReader _image = null!;
    private Func<string>? _imageId;

    /// <summary>The columns that a cursor must read.</summary>
    public IEnumerable<DataViewSchema.Column> Columns => imageId is { } column ? [image, column] : [image];

    /// <summary>The rows kept, worst first.</summary>
    public IReadOnlyList<(ContactSheetEntry Entry, PixelImage Views)> Worst =>
        [.. _kept.UnorderedItems.OrderBy(item => item.Priority).Select(item => item.Element)];

    public void Open(DataViewRow row)
    {
        _row = row;
        _image = new(row, image);
        _imageId = imageId is { } column ? RowText.Name(row, column) : null;
    }

    /// <summary>Considers the current row; its image is read only if the row is kept.</summary>
    /// <exception cref="InvalidOperationException">There is no image, or it is not of the masks' size.</exception>
    public void Add(RowScore score, ScoredMasks masks)
    {
        var entry = new ContactSheetEntry(_row.Position, _imageId?.Invoke(), score);
        var priority = (entry.MeanDice, entry.Row);
        if (_kept.Count == cells)
        {
            _kept.TryPeek(out _, out var best);
            if (priority.CompareTo(best) > 0)
                return;
            _kept.Dequeue();
        }

        var color = score.Predicted == score.Category ? SheetCell.Found : SheetCell.Wrong;
        _kept.Enqueue((entry, SheetCell.Paint(ReadImage(masks), masks.Truth, masks.Binary, masks.Foreground, color)), priority);
    }

    private PixelImage ReadImage(ScoredMasks masks)
    {
        // A row without an image has no prediction, but still belongs on the sheet.
        if (_image.Read() is not { } pixels)
            return new(masks.Height, masks.Width, new byte[masks.Height * masks.Width * 3]);
        if ((pixels.Height, pixels.Width) != (masks.Height, masks.Width))
        {
            throw ColumnCheck.BadRow(image.Name, _row.Position,
                FormattableString.Invariant($"the image is {pixels.Width} x {pixels.Height} pixels and its true mask {masks.Width} x ")
                + FormattableString.Invariant($"{masks.Height}; name the column of the image that was scored, at its original size"));
        }

        return pixels;
    }
}
