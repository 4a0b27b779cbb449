using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Decoding without gradients: a chunk of the prompts at a time.</summary>
/// <remarks>
/// So memory does not grow with their number, and the maps of a chunk stay in the processor's cache. A backward pass needs all at once.
/// </remarks>
internal static class ChunkedDecoding
{
    private const long NumbersInMapsOfChunk = 1 << 20; // our choice, by measurement

    /// <summary>As <see cref="SegSamNetwork.Decode(Tensor, PromptTensors)"/>.</summary>
    public static SegSamOutput DecodeInChunks(this SegSamNetwork network, Tensor visual, PromptTensors prompts)
    {
        using var scope = NewDisposeScope();
        return network.DecodeInChunks(network.Prepare(visual), prompts).Select(tensor => tensor.MoveToOuterDisposeScope());
    }

    /// <summary>As <see cref="SegSamNetwork.Decode(ImageContext, PromptTensors)"/>.</summary>
    public static SegSamOutput DecodeInChunks(this SegSamNetwork network, ImageContext images, PromptTensors prompts)
    {
        using var scope = NewDisposeScope();
        var parts = InChunks(network, images, prompts, network.Decode);
        return SegSamOutput.Concatenate(parts).Select(tensor => tensor.MoveToOuterDisposeScope());
    }

    /// <summary>As <see cref="SegSamNetwork.DecodeCandidates"/>.</summary>
    public static (Tensor Logits, Tensor PredictedIoUs) DecodeCandidatesInChunks(
        this SegSamNetwork network, ImageContext images, PromptTensors prompts)
    {
        using var scope = NewDisposeScope();
        var parts = InChunks(network, images, prompts, network.DecodeCandidates);
        return scope.Keep((cat([.. parts.Select(part => part.Logits)]), cat([.. parts.Select(part => part.PredictedIoUs)])));
    }

    /// <summary>How many prompts are decoded at a time.</summary>
    /// <param name="prompts">All of them, at least one.</param>
    public static long PromptsOfChunk(SegSamConfig config, long prompts) =>
        Math.Clamp(NumbersInMapsOfChunk / (config.Grid * config.Grid * config.Width), 1, prompts);

    private static List<T> InChunks<T>(
        SegSamNetwork network, ImageContext images, PromptTensors prompts, Func<ImageContext, PromptTensors, T> decode)
    {
        var chunk = PromptsOfChunk(network.Config, prompts.Count);
        var parts = new List<T>();
        for (long first = 0; first < prompts.Count; first += chunk)
            parts.Add(decode(images, prompts.Slice(first, Math.Min(chunk, prompts.Count - first))));
        return parts;
    }
}
