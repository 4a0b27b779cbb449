using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>Prompts as tensors. Only prompts of one kind share a forward pass, so padding never changes a prediction.</summary>
internal static class PromptCollator
{
    /// <summary>What prompts must have in common to share a forward pass.</summary>
    public static (int Points, bool Box, bool Mask) Kind(Prompt prompt) =>
        (prompt.PointCount, prompt.Box is not null, prompt.MaskLogits is not null);

    /// <param name="prompts">In the network's frame, all of one <see cref="Kind"/>.</param>
    /// <param name="imageIndex">For each prompt, the index of its image in the batch.</param>
    /// <param name="maskSide">Side of the mask logits.</param>
    public static PromptTensors Collate(IReadOnlyList<Prompt> prompts, long[] imageIndex, int maskSide, Device device)
    {
        var count = prompts.Count;
        var (points, box, mask) = Kind(prompts[0]);
        return new(
            tensor(imageIndex, device: device),
            points == 0 ? null : Floats(prompt => prompt.Points, [count, points, 2]),
            points == 0 ? null : Floats(prompt => prompt.PointLabels, [count, points]),
            !box ? null : Floats(prompt => prompt.Box!, [count, 4]),
            !mask ? null : Floats(prompt => prompt.MaskLogits!, [count, 1, maskSide, maskSide]));

        Tensor Floats(Func<Prompt, float[]> values, long[] shape) =>
            tensor(Arrays.Join([.. prompts.Select(values)]), shape, device: device);
    }
}
