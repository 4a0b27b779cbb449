using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>Reads the current training row, column by column, and checks each value by itself.</summary>
internal sealed class TrainingRow
{
    private readonly DataViewRow _row;
    private readonly TrainingColumns _columns;
    private readonly DistinctImages _images;
    private readonly ImageReader _mask;
    private readonly RowWarnings _warnings;
    private readonly PromptReader _prompt;
    private readonly CategoryReader _category;
    private readonly Func<string> _dataset;
    private readonly Func<string>? _imageId;
    private readonly ValueGetter<VBuffer<ReadOnlyMemory<char>>>? _present;
    private bool _isTurned; // whether EXIF turned the current row's image

    /// <param name="look">How DICOM files are shown; null: by their own windows.</param>
    public TrainingRow(DataViewRow row, TrainingColumns columns, int maskSide, RowWarnings warnings, SliceLook? look)
    {
        _row = row;
        _columns = columns;
        _warnings = warnings;
        _images = new(row, columns.Image, columns.ImageId?.Name, look);
        _mask = new(row, columns.Mask);
        _prompt = new(row, columns.PromptNames, maskSide);
        _category = new(row, columns.Category, columns.Description);
        _dataset = columns.Dataset is { } dataset ? RowText.Text(row, dataset) : () => "";
        _imageId = columns.ImageId is { } id ? RowText.Text(row, id) : null;
        _present = columns.Present is { } present ? row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(present) : null;
    }

    /// <summary>A text that the rows of one image share, and the pixels if no earlier row had the image.</summary>
    public (string Key, PixelImage? Pixels) ReadImage()
    {
        (var key, var pixels, _isTurned) = _images.Read(_imageId?.Invoke() is { Length: > 0 } id ? id : null);
        return (key, pixels);
    }

    /// <returns>height x width bytes, 0 or 1, at least one of them 1.</returns>
    public byte[] ReadMask(int height, int width)
    {
        var mask = _mask.ReadMask() ?? throw BadRow(_columns.Mask.Name, "there is no mask; leave the row out");
        if ((mask.Height, mask.Width) != (height, width))
        {
            throw BadRow(_columns.Mask.Name, $"the mask is {mask.Width} x {mask.Height} pixels and its image {width} x {height}; "
                + "both must have the same size");
        }

        if (mask.IsEmpty)
            throw BadRow(_columns.Mask.Name, $"the mask {mask.WhyEmpty}; leave the row out, since no prompt can point at nothing");
        _warnings.AddRow();
        _warnings.Add(_columns.Mask.Name, _row.Position, mask);
        if (_isTurned && !mask.IsTurned)
        {
            _warnings.Add(_columns.Mask.Name, _row.Position,
                "masks without an EXIF orientation, of images that are turned by theirs (were they drawn on the upright image?)",
                "the image's file is turned, the mask's is not");
        }

        return mask.Pixels;
    }

    /// <param name="mask">The row's true mask, height x width; a prompt that contradicts it is warned of.</param>
    public Prompt ReadPrompt(byte[] mask, int height, int width)
    {
        var prompt = _prompt.Read(height, width, isAnswered: false);
        foreach (var (part, kind, found) in prompt.DoubtsAbout(mask, height, width))
            _warnings.Add(_prompt.ColumnOf(part), _row.Position, kind, found);
        return prompt;
    }

    public string ReadCategory() => _category.ReadName();

    public string ReadDataset() => _dataset();

    public IEnumerable<string> ReadPresent()
    {
        if (_present is null)
            return [];
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        _present(ref names);
        return names.DenseValues().Select(name => name.ToString().Trim());
    }

    public void ReadDescription(CategoryTexts categories, int category) => _category.ReadDescription(categories, category);

    public InvalidOperationException BadRow(string column, string problem) => ColumnCheck.BadRow(column, _row.Position, problem);
}
