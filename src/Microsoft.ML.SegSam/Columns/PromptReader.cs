using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>Reads the prompt columns, row by row.</summary>
internal sealed class PromptReader
{
    private readonly DataViewRow _row;
    private readonly PromptColumnNames _names;
    private readonly int _maskSide;
    private readonly Func<float[]?> _boxes, _scores, _points, _labels, _mask;

    /// <param name="maskSide">Side of the low-resolution logits that the network takes.</param>
    public PromptReader(DataViewRow row, PromptColumnNames names, int maskSide)
    {
        _row = row;
        _names = names;
        _maskSide = maskSide;
        _boxes = Floats(names.Box);
        _scores = Floats(names.BoxScores);
        _points = Floats(names.Points);
        _labels = Floats(names.PointLabels);
        _mask = Floats(names.Mask);
    }

    /// <summary>What prompts need from a schema.</summary>
    public static IEnumerable<ColumnNeed> Needs(PromptColumnNames names)
    {
        if (names is { Box: { } boxes, BoxScores: { } scores })
        {
            yield return new(boxes, type => ColumnCheck.IsFloats(type), "a vector of floats, x0 y0 x1 y1 of each box in pixels");
            yield return new(scores, type => ColumnCheck.IsFloats(type), "a vector of floats, the score of each box");
        }
        else if (names.Box is { } box)
        {
            yield return new(box, type => ColumnCheck.IsFloats(type, 4),
                "a vector of 4 floats x0 y0 x1 y1 in pixels, "
                + $"or several boxes with their scores in {nameof(SegSamOptions.BoxScoresColumnName)}");
        }

        if (names.Points is { } points)
            yield return new(points, type => ColumnCheck.IsFloats(type), "a vector of floats x y x y … in pixels");
        if (names.PointLabels is { } labels)
            yield return new(labels, type => ColumnCheck.IsFloats(type), "a vector of floats, 1 = object, 0 = background, one per point");
        if (names.Mask is { } mask)
            yield return new(mask, type => ColumnCheck.IsFloats(type), "a vector of floats, the LowResLogits of an earlier prediction");
    }

    /// <summary>The current row's prompt, checked against the size of its image; empty if the row has none.</summary>
    /// <param name="isAnswered">Whether the network will see the prompt as it is, mask logits included.</param>
    /// <exception cref="InvalidOperationException">The prompt makes no sense for the image; the message names column and row.</exception>
    public Prompt Read(int height, int width, bool isAnswered)
    {
        var prompt = new Prompt(ReadBox(), _points(), _labels(), _mask());
        if ((isAnswered ? prompt.CheckAll(height, width, _maskSide) : prompt.Check(height, width, _maskSide)) is var (part, problem))
            throw BadRow(ColumnOf(part), problem);
        return prompt;
    }

    /// <summary>The column of a prompt's part, as <see cref="Prompt.Check"/> names it.</summary>
    public string ColumnOf(string part) => part switch
    {
        "Box" => _names.Box!,
        "Points" => _names.Points!,
        "PointLabels" => _names.PointLabels!,
        _ => _names.Mask!,
    };

    // Of a detector's boxes the one with the highest score, of equal ones the first; null if there is none.
    private float[]? ReadBox()
    {
        var (boxes, scores) = (_boxes() ?? [], _scores() ?? []);
        if (boxes is [] && scores is [])
            return null;
        var (column, count) = (_names.Box!, boxes.Length / 4);
        if (_names.BoxScores is not { } scoreColumn)
        {
            return count <= 1 ? boxes : throw BadRow(column, $"expected one box, 4 numbers x0 y0 x1 y1, found {boxes.Length} numbers; "
                + "name the column of their scores in "
                + $"{nameof(SegSamOptions)}.{nameof(SegSamOptions.BoxScoresColumnName)} to take the best box, "
                + "or give each box a row of its own");
        }

        if (boxes.Length % 4 != 0)
            throw BadRow(column, $"expected 4 numbers x0 y0 x1 y1 for each box, found {boxes.Length} numbers");
        if (scores.Length != count)
            throw BadRow(scoreColumn, $"expected a score for each of the {count} boxes of column '{column}', found {scores.Length}");
        RequireFinite(column, boxes, perBox: 4);
        RequireFinite(scoreColumn, scores, perBox: 1);
        return boxes.AsSpan(4 * Array.IndexOf(scores, scores.Max()), 4).ToArray();
    }

    private void RequireFinite(string column, float[] numbers, int perBox)
    {
        if (Array.FindIndex(numbers, number => !float.IsFinite(number)) is >= 0 and var at)
        {
            throw BadRow(column, string.Create(CultureInfo.InvariantCulture,
                $"expected finite numbers, found {numbers[at]} for box {at / perBox} (counting from 0)"));
        }
    }

    private InvalidOperationException BadRow(string column, string problem) => ColumnCheck.BadRow(column, _row.Position, problem);

    // Gives null for a column that is not named and for an empty vector.
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
