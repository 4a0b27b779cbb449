using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>Reads what the model claims about the categories in a row's image, and what the truth says of them.</summary>
internal static class PresenceGetter
{
    /// <returns>A function that reads the current row; it returns null where no column holds a truth to compare with.</returns>
    public static Func<PresenceClaim?> Create(DataViewRow row, ScoredColumns columns)
    {
        if (columns.PresenceScores is not { } scoresColumn)
            return () => null;

        var scores = new VectorReader<float>(row, scoresColumn);
        var annotated = columns.PresentCategories is { } present ? new VectorReader<ReadOnlyMemory<char>>(row, present) : null;
        var imageId = columns.ImageId is { } image ? RowText.Name(row, image) : null;
        return () => new PresenceClaim(
            Claimed(scores.Read(), columns.CategoryNames), annotated is null ? null : Texts(annotated.Read()), imageId?.Invoke());
    }

    // NaN scores claim nothing.
    private static List<string> Claimed(ReadOnlySpan<float> scores, IReadOnlyList<string> names)
    {
        var claimed = new List<string>();
        for (var k = 0; k < scores.Length; k++)
        {
            if (scores[k] > PresenceF1.Threshold)
                claimed.Add(names[k]);
        }

        return claimed;
    }

    // Vectors of fixed length are padded with empty texts.
    private static List<string> Texts(ReadOnlySpan<ReadOnlyMemory<char>> values)
    {
        var texts = new List<string>();
        foreach (var value in values)
        {
            if (!value.IsEmpty)
                texts.Add(value.ToString());
        }

        return texts;
    }
}
