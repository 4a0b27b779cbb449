using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>Reads what a row says about the categories present in its image.</summary>
internal static class PresentGetter
{
    /// <returns>A function giving the current row's answer, or null where the columns hold no truth to compare with.</returns>
    public static Func<PresentAnswer?> Create(DataViewRow row, ScoredColumns columns)
    {
        if (columns.PresenceScores is not { } scoresColumn)
            return () => null;

        var scores = new VectorReader<float>(row, scoresColumn);
        var annotated = columns.PresentCategories is { } present ? new VectorReader<ReadOnlyMemory<char>>(row, present) : null;
        var imageId = columns.ImageId is { } image ? NameGetter.Create(row, image) : null;
        return () => new PresentAnswer(
            Claimed(scores.Read(), columns.CategoryNames), annotated is null ? null : Texts(annotated.Read()), imageId?.Invoke());
    }

    // NaN scores claim nothing.
    private static List<string> Claimed(ReadOnlySpan<float> scores, IReadOnlyList<string> names)
    {
        var claimed = new List<string>();
        for (var k = 0; k < scores.Length; k++)
        {
            if (scores[k] > PresentF1.Threshold)
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
