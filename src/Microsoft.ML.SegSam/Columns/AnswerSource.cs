using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>Getters of one row's output columns; all read one shared answer, and what no getter asks for is not computed.</summary>
/// <param name="current">The answer of the row at hand, computed at most once for each row; throws where there is no row.</param>
internal sealed class AnswerSource(Func<AnswerView> current)
{
    /// <summary>Writes the values of a row into the memory that the caller's buffer has already.</summary>
    public delegate void Fill<T>(AnswerView answer, Span<T> into);

    public ValueGetter<VBuffer<T>> Pixels<T>(Fill<T> fill) => (ref VBuffer<T> into) =>
    {
        var answer = current();
        var editor = VBufferEditor.Create(ref into, answer.PixelCount);
        fill(answer, editor.Values);
        into = editor.Commit();
    };

    public ValueGetter<VBuffer<T>> Vector<T>(Func<AnswerView, T[]> value) => (ref VBuffer<T> into) =>
    {
        var values = value(current());
        var editor = VBufferEditor.Create(ref into, values.Length);
        values.CopyTo(editor.Values);
        into = editor.Commit();
    };

    public ValueGetter<T> Scalar<T>(Func<AnswerView, T> value) => (ref T into) => into = value(current());
}

/// <summary>An answer as column values. A row without image or prompt has none: empty masks, NaN scores, missing key.</summary>
/// <param name="categories">K, the number of categories.</param>
/// <param name="maskSide">Side of the low-resolution logits.</param>
internal sealed class AnswerView(SegSamAnswer? answer, int categories, int maskSide)
{
    /// <summary>H·W of the original image; 0 without an answer.</summary>
    public int PixelCount => answer is null ? 0 : answer.Geometry.OriginalHeight * answer.Geometry.OriginalWidth;

    /// <summary>H·W, row-major, at the original size.</summary>
    public void BinaryMask(Span<bool> into)
    {
        if (answer is not null)
            MaskGeometry.ToOriginalMask(answer.BinaryLogits, maskSide, answer.Geometry, into);
    }

    /// <summary>H·W: the predicted category's key on the object, 0 elsewhere.</summary>
    public void SemanticMask(Span<uint> into)
    {
        if (answer is not null)
            MaskGeometry.ToOriginalMask(answer.SemanticLogits, maskSide, answer.Geometry, into, PredictedCategory);
    }

    public int[] MaskSize => answer is null ? [0, 0] : [answer.Geometry.OriginalHeight, answer.Geometry.OriginalWidth];

    public float[] ClassScores => answer?.ClassScores ?? Unknown();

    /// <summary>1..K; 0 = missing.</summary>
    public uint PredictedCategory => answer is null ? 0 : (uint)answer.Category + 1;

    public float[] PresentScores => answer?.PresentScores ?? Unknown();

    public float MaskQuality => answer?.Quality ?? float.NaN;

    public float[] LowResLogits => answer?.BinaryLogits ?? [];

    private float[] Unknown() => [.. Enumerable.Repeat(float.NaN, categories)];
}
