using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SegSam.Data;

/// <summary>Reads an image column, MLImage or encoded file, row by row.</summary>
internal sealed class ImageReader
{
    private readonly string _column;
    private readonly DataViewRow _row;
    private readonly ValueGetter<MLImage>? _image;
    private readonly ValueGetter<VBuffer<byte>>? _file;
    private MLImage? _buffer; // the getter's to dispose of and to refill, never ours
    private VBuffer<byte> _bytes;

    public ImageReader(DataViewRow row, DataViewSchema.Column column)
    {
        (_row, _column) = (row, column.Name);
        if (column.Type is ImageDataViewType)
            _image = row.GetGetter<MLImage>(column);
        else
            _file = row.GetGetter<VBuffer<byte>>(column);
    }

    /// <summary>The current row's pixels; null where the row has no image.</summary>
    /// <exception cref="InvalidOperationException">There are bytes, but no image in them.</exception>
    public PixelImage? Read()
    {
        try
        {
            if (_file is not null)
            {
                _file(ref _bytes);
                return _bytes.Length == 0 ? null : PixelImage.Decode(_bytes.DenseValues().ToArray());
            }

            _image!(ref _buffer!);
            return _buffer is null || IsDisposed(_buffer) ? null : PixelImage.From(_buffer);
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException)
        {
            throw ColumnCheck.BadRow(_column, _row.Position, failure.Message.TrimEnd('.'), failure);
        }
    }

    // ResizeImages leaves a disposed image in the buffer of a row whose source has none.
    private static bool IsDisposed(MLImage image)
    {
        try
        {
            return image.Width == 0;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}
