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
    private readonly Func<string> _category, _dataset;
    private readonly Func<string>? _imageId;
    private readonly ValueGetter<VBuffer<ReadOnlyMemory<char>>>? _present;
    private readonly ValueGetter<VBuffer<float>>? _descriptionVector;
    private readonly Func<string>? _description;

    public TrainingRow(DataViewRow row, TrainingColumns columns, SegSamOptions options, int maskSide)
    {
        (_row, _columns) = (row, columns);
        _image = new(row, columns.Image);
        _mask = new(row, columns.Mask);
        _prompt = new(row, options, maskSide);
        _category = Text(columns.Category);
        _dataset = columns.Dataset is { } dataset ? Text(dataset) : () => "";
        _imageId = columns.ImageId is { } id ? Text(id) : null;
        _present = columns.Present is { } present ? row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(present) : null;
        if (columns.Description is { } description)
        {
            if (ColumnCheck.IsText(description.Type))
                _description = Text(description);
            else
                _descriptionVector = row.GetGetter<VBuffer<float>>(description);
        }
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

    public string ReadCategory() => _category();

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

    public void ReadDescription(CategoryTexts categories, int category)
    {
        if (_description is not null)
            categories.Describe(category, _description());
        if (_descriptionVector is null)
            return;
        var vector = default(VBuffer<float>);
        _descriptionVector(ref vector);
        var values = vector.DenseValues().ToArray();
        if (!values.All(float.IsFinite))
            throw Bad(_columns.Description!.Value.Name, "the description vector holds NaN or infinity");
        try
        {
            categories.Describe(category, values);
        }
        catch (InvalidOperationException failure)
        {
            throw ColumnCheck.BadRow(_columns.Description!.Value.Name, _row.Position, failure.Message.TrimEnd('.'), failure);
        }
    }

    public InvalidOperationException Bad(string column, string problem) => ColumnCheck.BadRow(column, _row.Position, problem);

    private Func<string> Text(DataViewSchema.Column column)
    {
        var getter = _row.GetGetter<ReadOnlyMemory<char>>(column);
        var buffer = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref buffer);
            return buffer.ToString().Trim();
        };
    }
}
