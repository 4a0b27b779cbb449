using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>An image with one prompt.</summary>
/// <param name="Pixels">The original image, which a closer look reads again.</param>
/// <param name="Image">The whole image in the network's frame.</param>
/// <param name="Prompt">In pixels of the original image.</param>
internal sealed record PromptedImage(PixelImage Pixels, NetworkImage Image, Prompt Prompt);

/// <summary>A mask as the decoders produce it, in the network's frame.</summary>
/// <param name="Logits">Side x Side, row-major; above 0 is object.</param>
/// <param name="Side">A quarter of the network's input side.</param>
internal sealed record LowResMask(float[] Logits, int Side)
{
    /// <summary>The mask at the size of its original image.</summary>
    public SegmentationMask ToMask(ImageGeometry geometry) =>
        SegmentationMask.FromPixels(ToPixels(geometry), geometry.OriginalHeight, geometry.OriginalWidth);

    /// <summary>The same as H·W pixels, row-major.</summary>
    public bool[] ToPixels(ImageGeometry geometry) => MaskGeometry.ToOriginalMask(Logits, Side, geometry);

    /// <summary>The logits at the size of the original image: H·W, row-major.</summary>
    public float[] ToLogits(ImageGeometry geometry) => MaskGeometry.ToOriginalLogits(Logits, Side, geometry);
}

/// <summary>What the model predicts for one prompt; plain arrays, so that nothing native outlives the call.</summary>
/// <param name="Geometry">Leads from the masks to the original image, of which they may show a part.</param>
/// <param name="Whole">The geometry of the whole image.</param>
/// <param name="Binary">SAM's own mask.</param>
/// <param name="Semantic">The semantic decoder's mask.</param>
/// <param name="PredictedIoU">The model's estimate of the binary mask's IoU.</param>
/// <param name="ClassScores">Probabilities of the K categories, sum 1.</param>
/// <param name="PresenceScores">For each category, 0 to 1, whether another object of it is in the image.</param>
internal sealed record MaskPrediction(
    ImageGeometry Geometry, ImageGeometry Whole, LowResMask Binary, LowResMask Semantic, float PredictedIoU, float[] ClassScores,
    float[] PresenceScores)
{
    /// <summary>SAM's multimask output, one of which is <see cref="Binary"/>; empty unless requested.</summary>
    public IReadOnlyList<(LowResMask Mask, float PredictedIoU)> Candidates { get; init; } = [];

    /// <summary>What was asked; null for networks to which it makes no difference.</summary>
    public AskedPrompt? Asked { get; init; }

    /// <summary>The binary mask's logits in the frame of the whole image, in which mask prompts are given.</summary>
    public float[] LowResLogits => InWholeImage(Binary);

    /// <summary>A mask's logits in the frame of the whole image.</summary>
    public float[] InWholeImage(LowResMask mask) =>
        Geometry.IsWhole ? mask.Logits : MaskGeometry.Move(mask.Logits, mask.Side, Geometry, Whole);

    /// <summary>
    /// What two looks at an object say together: the masks of the closer one, which shows more of the object; the mean of both looks'
    /// category scores, as the first one shows where the object lies; the first one's presence scores, as the other sees less of the image.
    /// </summary>
    public MaskPrediction Closer(MaskPrediction second) => second with
    {
        ClassScores = [.. ClassScores.Zip(second.ClassScores, (a, b) => (a + b) / 2)],
        PresenceScores = PresenceScores,
    };

    /// <summary>Index of the most probable category, counting from 0.</summary>
    public int Category => Array.IndexOf(ClassScores, ClassScores.Max());
}
