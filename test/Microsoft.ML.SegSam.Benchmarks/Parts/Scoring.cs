using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>Reads scored rows the way a caller does.</summary>
internal static class Scoring
{
    /// <summary>
    /// Reads masks, category and scores of every row; <paramref name="see"/> gets the class scores and the mask's quality.
    /// </summary>
    public static void Read(IDataView scored, Action<float[]>? see = null)
    {
        var columns = ((string[])["BinaryMask", "SemanticMask", "ClassScores", "PredictedCategory", "PredictedIoU"])
            .Select(name => scored.Schema[name])
            .ToArray();
        using var cursor = scored.GetRowCursor(columns);
        var binary = cursor.GetGetter<VBuffer<bool>>(columns[0]);
        var semantic = cursor.GetGetter<VBuffer<uint>>(columns[1]);
        var classes = cursor.GetGetter<VBuffer<float>>(columns[2]);
        var category = cursor.GetGetter<uint>(columns[3]);
        var quality = cursor.GetGetter<float>(columns[4]);
        var (mask, keys, scores, key, grade) = (default(VBuffer<bool>), default(VBuffer<uint>), default(VBuffer<float>), 0u, 0f);
        while (cursor.MoveNext())
        {
            binary(ref mask);
            semantic(ref keys);
            classes(ref scores);
            category(ref key);
            quality(ref grade);
            see?.Invoke([.. scores.DenseValues(), grade]);
        }
    }

    /// <summary>The low-resolution logits of every row: all that a row's masks and scores come from, but the classes.</summary>
    public static List<float[]> Logits(IDataView scored)
    {
        var column = scored.Schema["LowResLogits"];
        using var cursor = scored.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        var (all, logits) = (new List<float[]>(), default(VBuffer<float>));
        while (cursor.MoveNext())
        {
            getter(ref logits);
            all.Add([.. logits.DenseValues()]);
        }

        return all;
    }

    public static double Difference(IEnumerable<float[]> a, IEnumerable<float[]> b) =>
        a.Zip(b, (x, y) => x.Zip(y, (p, q) => (double)Math.Abs(p - q)).Max()).Max();
}
