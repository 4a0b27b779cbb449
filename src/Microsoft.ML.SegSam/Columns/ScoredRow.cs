using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>
/// Getters of the current row's output columns. They share one prediction, made when the first of them is called for a row. A row without
/// image or prompt has none: its masks are empty, its scores NaN and its category missing.
/// </summary>
/// <param name="position">The current position; negative where there is no row.</param>
/// <param name="predict">Predicts for the row at the current position; null for a row without image or prompt.</param>
/// <param name="categories">K, the number of categories.</param>
internal sealed class ScoredRow(Func<long> position, Func<MaskPrediction?> predict, int categories)
{
    private MaskPrediction? _prediction;
    private long _predictedPosition = -1;

    /// <summary>H·W, row-major, at the original size.</summary>
    public void BinaryMask(ref VBuffer<bool> into)
    {
        var editor = VBufferEditor.Create(ref into, PixelCount);
        if (Prediction is { Binary: var mask, Geometry: var geometry })
            MaskGeometry.ToOriginalMask(mask.Logits, mask.Side, geometry, editor.Values);
        into = editor.Commit();
    }

    /// <summary>H·W: the predicted category's key on the object, 0 elsewhere.</summary>
    public void SemanticMask(ref VBuffer<uint> into)
    {
        var editor = VBufferEditor.Create(ref into, PixelCount);
        if (Prediction is { Semantic: var mask, Geometry: var geometry })
            MaskGeometry.ToOriginalMask(mask.Logits, mask.Side, geometry, editor.Values, Key);
        into = editor.Commit();
    }

    public void MaskSize(ref VBuffer<int> into) =>
        Fill(ref into, Prediction is { Geometry: var image } ? [image.OriginalHeight, image.OriginalWidth] : [0, 0]);

    public void ClassScores(ref VBuffer<float> into) => Fill(ref into, Prediction?.ClassScores ?? NoScores());

    /// <summary>1..K; 0 = missing.</summary>
    public void PredictedCategory(ref uint into) => into = Key;

    public void PresenceScores(ref VBuffer<float> into) => Fill(ref into, Prediction?.PresenceScores ?? NoScores());

    public void PredictedIoU(ref float into) => into = Prediction?.PredictedIoU ?? float.NaN;

    public void LowResLogits(ref VBuffer<float> into) => Fill(ref into, Prediction?.LowResLogits ?? []);

    private MaskPrediction? Prediction
    {
        get
        {
            var current = position();
            if (current < 0)
                throw new InvalidOperationException("There is no current row to score.");
            if (_predictedPosition != current)
            {
                _prediction = predict();
                _predictedPosition = current;
            }

            return _prediction;
        }
    }

    private uint Key => Prediction is { } prediction ? (uint)prediction.Category + 1 : 0;

    private int PixelCount => Prediction is { Geometry: var image } ? image.OriginalHeight * image.OriginalWidth : 0;

    private float[] NoScores() => [.. Enumerable.Repeat(float.NaN, categories)];

    // Into the memory that the caller's buffer already has, if it is large enough.
    private static void Fill<T>(ref VBuffer<T> into, T[] values)
    {
        var editor = VBufferEditor.Create(ref into, values.Length);
        values.CopyTo(editor.Values);
        into = editor.Commit();
    }
}
