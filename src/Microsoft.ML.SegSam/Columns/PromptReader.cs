using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>Reads the prompt columns that the options name, row by row.</summary>
internal sealed class PromptReader
{
    private readonly DataViewRow _row;
    private readonly SegSamOptions _options;
    private readonly int _maskSide;
    private readonly Func<float[]?> _boxes, _scores, _points, _labels, _mask;

    /// <param name="maskSide">Side of the low-resolution logits that the network takes.</param>
    public PromptReader(DataViewRow row, SegSamOptions options, int maskSide)
    {
        (_row, _options, _maskSide) = (row, options, maskSide);
        _boxes = Floats(options.BoxColumnName);
        _scores = Floats(options.BoxScoresColumnName);
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
        if (options is { BoxColumnName: { } boxes, BoxScoresColumnName: { } scores })
        {
            yield return (boxes, type => ColumnCheck.IsFloats(type), "a vector of floats, x0 y0 x1 y1 of each box in pixels");
            yield return (scores, type => ColumnCheck.IsFloats(type), "a vector of floats, the score of each box");
        }
        else if (options.BoxColumnName is { } box)
            yield return (box, type => ColumnCheck.IsFloats(type, 4),
                $"a vector of 4 floats x0 y0 x1 y1 in pixels, or several boxes with their scores in {nameof(SegSamOptions.BoxScoresColumnName)}");
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
        var prompt = new Prompt(ReadBox(), _points(), _labels(), _mask());
        if ((isAnswered ? prompt.CheckAll(height, width, _maskSide) : prompt.Check(height, width, _maskSide)) is var (part, problem))
            throw Bad(ColumnOf(part), problem);
        return prompt;
    }

    // Of a detector's boxes that of the highest score, of equal ones the first; null where there is none.
    private float[]? ReadBox()
    {
        var (boxes, scores) = (_boxes() ?? [], _scores() ?? []);
        if (boxes is [] && scores is [])
            return null;
        var (column, count) = (_options.BoxColumnName!, boxes.Length / 4);
        if (_options.BoxScoresColumnName is not { } scoreColumn)
        {
            return count <= 1 ? boxes : throw Bad(column, $"expected one box, 4 numbers x0 y0 x1 y1, found {boxes.Length} numbers; "
                + $"name the column of their scores in {nameof(SegSamOptions)}.{nameof(SegSamOptions.BoxScoresColumnName)} to take the best box, or give each box a row of its own");
        }

        if (boxes.Length % 4 != 0)
            throw Bad(column, $"expected 4 numbers x0 y0 x1 y1 for each box, found {boxes.Length} numbers");
        if (scores.Length != count)
            throw Bad(scoreColumn, $"expected a score for each of the {count} boxes of column '{column}', found {scores.Length}");
        foreach (var (numbers, each, name) in ((float[], int, string)[])[(boxes, 4, column), (scores, 1, scoreColumn)])
        {
            if (Array.FindIndex(numbers, number => !float.IsFinite(number)) is >= 0 and var at)
                throw Bad(name, string.Create(CultureInfo.InvariantCulture, $"expected finite numbers, found {numbers[at]} for box {at / each} (counting from 0)"));
        }

        return boxes.AsSpan(4 * Array.IndexOf(scores, scores.Max()), 4).ToArray();
    }

    private InvalidOperationException Bad(string column, string problem) => ColumnCheck.BadRow(column, _row.Position, problem);

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
