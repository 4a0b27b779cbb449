using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Data;

/// <summary>Reads the prompt columns that the options name, row by row.</summary>
internal sealed class PromptReader
{
    private readonly DataViewRow _row;
    private readonly SegSamOptions _options;
    private readonly int _maskSide;
    private readonly Func<float[]?> _box, _points, _labels, _mask;

    /// <param name="maskSide">Side of the low-resolution logits that the network takes.</param>
    public PromptReader(DataViewRow row, SegSamOptions options, int maskSide)
    {
        (_row, _options, _maskSide) = (row, options, maskSide);
        _box = Floats(options.BoxColumnName);
        _points = Floats(options.PointsColumnName);
        _labels = Floats(options.PointLabelsColumnName);
        _mask = Floats(options.MaskPromptColumnName);
    }

    /// <summary>The columns that prompts come from, checked.</summary>
    public static IEnumerable<DataViewSchema.Column> Columns(DataViewSchema schema, SegSamOptions options)
    {
        foreach (var (name, accepts, expected) in Needs(options))
            yield return ColumnCheck.Require(schema, name, accepts, expected);
    }

    /// <summary>What prompts need from a schema: name, test and the words for it.</summary>
    public static IEnumerable<(string Name, Predicate<DataViewType> Accepts, string Expected)> Needs(SegSamOptions options)
    {
        if (options.BoxColumnName is { } box)
            yield return (box, type => ColumnCheck.IsFloats(type, 4), "a vector of 4 floats x0 y0 x1 y1 in pixels");
        if (options.PointsColumnName is { } points)
            yield return (points, type => ColumnCheck.IsFloats(type), "a vector of floats x y x y … in pixels");
        if (options.PointLabelsColumnName is { } labels)
            yield return (labels, type => ColumnCheck.IsFloats(type), "a vector of floats, 1 = object, 0 = background, one for each point");
        if (options.MaskPromptColumnName is { } mask)
            yield return (mask, type => ColumnCheck.IsFloats(type), "a vector of floats, the LowResLogits of an earlier answer");
    }

    /// <summary>The current row's prompt, checked against the size of its image; empty where the row has none.</summary>
    /// <exception cref="InvalidOperationException">The prompt makes no sense for the image; the message names column and row.</exception>
    /// <param name="isAnswered">Whether the network will see the prompt as it is, mask logits included.</param>
    public Prompt Read(int height, int width, bool isAnswered)
    {
        var prompt = new Prompt(_box(), _points(), _labels(), _mask());
        if ((isAnswered ? prompt.CheckAll(height, width, _maskSide) : prompt.Check(height, width, _maskSide)) is var (part, problem))
            throw ColumnCheck.BadRow(ColumnOf(part), _row.Position, problem);
        return prompt;
    }

    /// <summary>The column of a prompt's part.</summary>
    public string ColumnOf(string part) => part switch
    {
        "Box" => _options.BoxColumnName!,
        "Points" => _options.PointsColumnName!,
        "PointLabels" => _options.PointLabelsColumnName!,
        _ => _options.MaskPromptColumnName!,
    };

    // null for a column that is not named and for an empty vector.
    private Func<float[]?> Floats(string? column)
    {
        if (column is null)
            return () => null;
        var getter = _row.GetGetter<VBuffer<float>>(_row.Schema[column]);
        var buffer = default(VBuffer<float>);
        return () =>
        {
            getter(ref buffer);
            return buffer.Length == 0 ? null : buffer.DenseValues().ToArray();
        };
    }
}
