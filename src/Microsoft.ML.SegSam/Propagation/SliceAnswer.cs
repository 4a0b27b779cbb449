using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Propagation;

/// <summary>What the model says of one prompt on one slice.</summary>
/// <param name="ClassScores">Of each category, sum 1.</param>
/// <param name="MaskPrompt">The mask as a prompt on the next slice.</param>
internal sealed record SliceAnswer(
    SegmentationMask Mask, float PredictedIoU, IReadOnlyList<float> ClassScores, SegSamPrompt MaskPrompt)
{
    public static SliceAnswer Of(SegSamPrediction prediction) => new(prediction.Mask, prediction.PredictedIoU,
        [.. prediction.ClassScores.Select(score => score.Score)], SegSamPrompt.MaskOfAnotherSlice(prediction));
}

/// <summary>Segments a slice: an answer for each prompt.</summary>
internal delegate IReadOnlyList<SliceAnswer> SliceSegmenter(int slice, IReadOnlyList<SegSamPrompt> prompts);
