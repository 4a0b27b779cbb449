using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Prompts of one kind for the images of a batch, in the network's frame (pixels of the S × S input).</summary>
/// <param name="ImageIndex">[P] int64: the image of the batch that each prompt belongs to.</param>
/// <param name="Points">[P,n,2] x, y; null without clicks.</param>
/// <param name="PointLabels">[P,n] 1 = object, 0 = background, −1 = no point.</param>
/// <param name="Boxes">[P,4] x0, y0, x1, y1; null without boxes.</param>
/// <param name="MaskLogits">[P,1,4g,4g] low-resolution logits of an earlier answer; null without.</param>
internal sealed record PromptTensors(Tensor ImageIndex, Tensor? Points = null, Tensor? PointLabels = null, Tensor? Boxes = null, Tensor? MaskLogits = null)
{
    public long Count => ImageIndex.size(0);

    /// <summary>Some of the prompts.</summary>
    public PromptTensors Part(long first, long count) => first == 0 && count == Count ? this : new(
        ImageIndex.narrow(0, first, count), Points?.narrow(0, first, count), PointLabels?.narrow(0, first, count), Boxes?.narrow(0, first, count), MaskLogits?.narrow(0, first, count));
}
