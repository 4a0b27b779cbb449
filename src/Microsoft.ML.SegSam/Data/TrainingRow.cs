using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Knowledge;

namespace Microsoft.ML.SegSam.Data;

/// <summary>The current training row, column by column, each value checked by itself.</summary>
internal sealed class TrainingRow
{
    private readonly DataViewRow _row;
    private readonly TrainingColumns _columns;
    private readonly ImageReader _image, _mask;
    private readonly PromptReader _prompt;
    private readonly CategoryReader _category;
    private readonly Func<string> _dataset;
    private readonly Func<string>? _imageId;
    private readonly ValueGetter<VBuffer<ReadOnlyMemory<char>>>? _present;

    public TrainingRow(DataViewRow row, TrainingColumns columns, SegSamOptions options, int maskSide)
    {
        (_row, _columns) = (row, columns);
        _image = new(row, columns.Image);
        _mask = new(row, columns.Mask);
        _prompt = new(row, options, maskSide);
        _category = new(row, columns.Category, columns.Description);
        _dataset = columns.Dataset is { } dataset ? row.TextGetter(dataset) : () => "";
        _imageId = columns.ImageId is { } id ? row.TextGetter(id) : null;
        _present = columns.Present is { } present ? row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(present) : null;
    }

    public PixelImage ReadImage() => _image.Read() ?? throw Bad(_columns.Image.Name, "there is no image; leave the row out");

    /// <returns>height x width bytes, 0 or 1, at least one of them 1.</returns>
    public byte[] ReadMask(int height, int width)
    {
        var pixels = _mask.Read() ?? throw Bad(_columns.Mask.Name, "there is no mask; leave the row out");
        var mask = MaskImage.From(pixels, out var maskHeight, out var maskWidth);
        if ((maskHeight, maskWidth) != (height, width))
            throw Bad(_columns.Mask.Name, $"the mask is {maskWidth} x {maskHeight} pixels and its image {width} x {height}; both must be of one size");
        return mask.AsSpan().Contains((byte)1) ? mask : throw Bad(_columns.Mask.Name, "the mask is empty; leave the row out, since no prompt can point at nothing");
    }

    public Prompt ReadPrompt(int height, int width) => _prompt.Read(height, width);

    public string ReadCategory() => _category.ReadName();

    public string ReadDataset() => _dataset();

    /// <summary>null when there is no such column or it is empty.</summary>
    public string? ReadImageId() => _imageId?.Invoke() is { Length: > 0 } id ? id : null;

    public IEnumerable<string> ReadPresent()
    {
        if (_present is null)
            return [];
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        _present(ref names);
        return names.DenseValues().Select(name => name.ToString().Trim());
    }

    public void ReadDescription(CategoryTexts categories, int category) => _category.ReadDescription(categories, category);

    public InvalidOperationException Bad(string column, string problem) => ColumnCheck.BadRow(column, _row.Position, problem);
}
