using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Reads the true mask of the cursor's current row from a column of images or of encoded image files.</summary>
internal sealed class TruthReader
{
    private readonly DataViewRow _row;
    private readonly string _columnName;
    private readonly ValueGetter<MLImage?>? _getImage;
    private readonly VectorReader<byte>? _file;

    // Never disposed here: the image belongs to whoever made it, and ML.NET's image loader recycles what it is handed back.
    private MLImage? _image;
    private bool[] _mask = [];

    public TruthReader(DataViewRow row, DataViewSchema.Column column)
    {
        _row = row;
        _columnName = column.Name;
        if (column.Type is VectorDataViewType)
            _file = new VectorReader<byte>(row, column);
        else
            _getImage = row.GetGetter<MLImage?>(column);
    }

    /// <summary>Rows of the mask last read.</summary>
    public int Height { get; private set; }

    /// <summary>Columns of the mask last read.</summary>
    public int Width { get; private set; }

    /// <summary>The mask, H·W row-major; valid until the next call.</summary>
    /// <exception cref="InvalidOperationException">The row has no mask, or one that cannot be read.</exception>
    public ReadOnlySpan<bool> Read()
    {
        if (_file is not null)
        {
            var file = _file.Read();
            if (file.IsEmpty)
                throw Missing();
            using var decoded = Decode(file);
            return Fill(decoded);
        }

        _getImage!(ref _image);
        return Fill(_image ?? throw Missing());
    }

    private MLImage Decode(ReadOnlySpan<byte> file)
    {
        try
        {
            return TruthMask.Decode(file);
        }
        catch (ArgumentException failure)
        {
            throw Unreadable($"its {file.Length} bytes are no image file of a known kind", failure);
        }
    }

    private ReadOnlySpan<bool> Fill(MLImage image)
    {
        try
        {
            (Height, Width) = (image.Height, image.Width);
            if (_mask.Length < Height * Width)
                _mask = new bool[Height * Width];
            var mask = _mask.AsSpan(0, Height * Width);
            TruthMask.Fill(image, mask);
            return mask;
        }
        catch (InvalidOperationException failure) // a disposed image among them
        {
            throw Unreadable(failure.Message, failure);
        }
    }

    private InvalidOperationException Missing() => new(
        $"Column '{_columnName}', row {_row.Position} (counting from 0): there is no mask. Every row to evaluate needs its " +
        "true mask; filter out the rows that have none.");

    private InvalidOperationException Unreadable(string why, Exception failure) => new(
        $"Column '{_columnName}', row {_row.Position} (counting from 0): the mask cannot be read: {why}. " +
        "Give an image whose pixels are non-zero inside the object, such as a PNG file.", failure);
}
