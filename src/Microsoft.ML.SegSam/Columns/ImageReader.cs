using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>Reads an image column, MLImage or encoded file, row by row.</summary>
internal sealed class ImageReader
{
    private readonly string _column;
    private readonly DataViewRow _row;
    private readonly ValueGetter<MLImage>? _image;
    private readonly ValueGetter<VBuffer<byte>>? _file;
    private readonly SliceLook? _look;
    private MLImage? _buffer; // the getter disposes and refills it, not this class
    private VBuffer<byte> _bytes;

    /// <param name="look">How DICOM files are shown; null: by their own windows.</param>
    public ImageReader(DataViewRow row, DataViewSchema.Column column, SliceLook? look = null)
    {
        (_row, _look) = (row, look);
        _column = column.Name;
        if (column.Type is ImageDataViewType)
            _image = row.GetGetter<MLImage>(column);
        else
            _file = row.GetGetter<VBuffer<byte>>(column);
    }

    /// <summary>The current row's pixels; null if the row has no image.</summary>
    /// <exception cref="InvalidOperationException">There are bytes, but not of a whole image.</exception>
    public PixelImage? Read() => Read(PixelImage.From, file => PictureFile.Decode(file, _look));

    /// <summary>The current row's image, read as a mask; null if the row has none.</summary>
    /// <exception cref="InvalidOperationException">There are bytes, but not of a whole image.</exception>
    public MaskImage? ReadMask() => Read(MaskImage.From, MaskImage.Decode);

    /// <summary>A cheap digest of the current row's image, of its file or its pixels; null if the row has none.</summary>
    public UInt128? ReadDigest() =>
        Read<object>(image => DistinctImages.Digest(image.Pixels) ^ (UInt128)image.Width, file => DistinctImages.Digest(file)) as UInt128?;

    private T? Read<T>(Func<MLImage, T> fromImage, ImageFile.Decoder<T> fromFile) where T : class
    {
        try
        {
            if (_file is not null)
            {
                _file(ref _bytes);
                return _bytes.Length == 0 ? null : fromFile(_bytes.IsDense ? _bytes.GetValues() : [.. _bytes.DenseValues()]);
            }

            _image!(ref _buffer!);
            return _buffer is null || IsDisposed(_buffer) ? null : fromImage(_buffer);
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException)
        {
            throw ColumnCheck.BadRow(_column, _row.Position, failure.Message.TrimEnd('.'), failure);
        }
    }

    // ResizeImages leaves a disposed image in the buffer for a row whose source has no image.
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
