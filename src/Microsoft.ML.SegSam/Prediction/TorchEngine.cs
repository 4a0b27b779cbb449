using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Fused.Encoders;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A network in TorchSharp, on a device.</summary>
/// <param name="usesBFloat16">Whether the encoder computes its products in bfloat16.</param>
/// <param name="fused">Parts that are computed in their fused form, which is disposed of with this.</param>
internal sealed class TorchEngine(SegSamNetwork network, TorchDevice device, bool usesBFloat16, FusedForms? fused = null) : IEngine
{
    private readonly MixedPrecision.CastWeights? _castWeights = usesBFloat16 && fused?.Encoder is null
        ? MixedPrecision.CacheCasts(network.ImageEncoder.parameters(), areTrained: false) : null;
    private PreparedImages? _prepared;
    private readonly Lazy<string> _signature = new(() => Convert.ToHexString(Storage.EncoderSignature.Of(network)));

    public SegSamNetwork Network => network;

    public long Parameters => network.parameters().Sum(parameter => parameter.numel());

    public string EncoderSignature => _signature.Value;

    /// <remarks>
    /// bfloat16 takes one image at a time: a product's rounding depends on its number of rows, and a prediction must not depend on what
    /// else is in the batch.
    /// </remarks>
    public float[][] Encode(IReadOnlyList<NetworkImage> images, PixelScaling scaling)
    {
        SignalStack.Enlarge();
        if (fused?.Encoder is { } encoder)
            return [.. images.Select(image => Encode(encoder, image, scaling))];
        if (usesBFloat16 && images.Count > 1)
            return [.. images.Select(image => Encode([image], scaling)[0])];
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var precision = MixedPrecision.Use(usesBFloat16);
        return Rows(network.Encode(ImageTensor.Stack(images, scaling, device.Device)), images.Count);
    }

    private static float[] Encode(FusedEncoder encoder, NetworkImage image, PixelScaling scaling)
    {
        using var scope = NewDisposeScope();
        return encoder.Encode(ImageTensor.Stack([image], scaling, CPU));
    }

    public IReadOnlyList<DecodedPrompt> Decode(IReadOnlyList<(float[] Embedding, Prompt Prompt)> prompts, bool multimask)
    {
        SignalStack.Enlarge();
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var embeddings = prompts.Select(prompt => prompt.Embedding).Distinct().ToArray(); // by reference
        return embeddings.Length == 1 ? Prepared.Use(embeddings[0], images => Decode(images, embeddings, prompts, multimask))
            : Decode(ImageContext.Join(embeddings.Select(Prepare)), embeddings, prompts, multimask);
    }

    // Each image by itself: a product's rounding depends on its number of rows.
    private ImageContext Prepare(float[] embedding)
    {
        using var visual = Visual(embedding);
        return network.Prepare(visual);
    }

    private DecodedPrompt[] Decode(
        ImageContext images, float[][] embeddings, IReadOnlyList<(float[] Embedding, Prompt Prompt)> prompts, bool multimask)
    {
        var config = network.Config;
        var decoded = new DecodedPrompt[prompts.Count];
        foreach (var group in Enumerable.Range(0, prompts.Count).GroupBy(i => PromptCollator.Kind(prompts[i].Prompt)))
        {
            var indices = group.Select(i => (long)Array.IndexOf(embeddings, prompts[i].Embedding));
            var collated = PromptCollator.Collate(
                [.. group.Select(i => prompts[i].Prompt)], [.. indices], config.MaskSide, device.Device);
            foreach (var (i, prompt) in group.Zip(Decode(images, collated, multimask)))
                decoded[i] = prompt;
        }

        return decoded;
    }

    public IReadOnlyList<IReadOnlyList<(float[] Logits, float PredictedIoU)>> DecodeCandidates(
        float[] embedding, IReadOnlyList<Prompt> prompts)
    {
        SignalStack.Enlarge();
        var config = network.Config;
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var collated = PromptCollator.Collate(prompts, new long[prompts.Count], config.MaskSide, device.Device);
        return Prepared.Use(embedding, images =>
        {
            var (logits, predictedIoUs) = network.DecodeCandidatesInChunks(images, collated);
            return Candidates(logits, predictedIoUs);
        });
    }

    public void Dispose()
    {
        _prepared?.Dispose();
        _castWeights?.Dispose();
        fused?.Dispose();
        network.Dispose();
    }

    // What depends on an image alone is computed once for all prompts about it.
    private PreparedImages Prepared => LazyInitializer.EnsureInitialized(
        ref _prepared, () => new(Prepare));

    private IEnumerable<DecodedPrompt> Decode(ImageContext images, PromptTensors prompts, bool multimask)
    {
        using var scope = NewDisposeScope();
        var count = (int)prompts.Count;
        var output = network.DecodeInChunks(images, prompts);
        var (logits, iou) = output.BestMask();
        var (binary, semantic, ious) = (Rows(logits, count), Rows(output.SemanticLogits, count), Rows(iou, count));
        var classes = Rows(output.ClassLogits.narrow(-1, 0, network.Config.CategoryCount).softmax(-1), count);  // over the K categories
        var presence = Rows(output.PresenceScores(), count);
        var (masks, scores) = output.Candidates();
        var candidates = multimask ? Candidates(masks, scores) : null;
        return [.. Enumerable.Range(0, count).Select(i =>
            new DecodedPrompt(binary[i], semantic[i], ious[i][0], classes[i], presence[i], candidates?[i] ?? []))];
    }

    // f_v [1,C,g,g]. Written into native memory: an array would be one more copy, and work for the garbage collector.
    private Tensor Visual(float[] embedding)
    {
        var config = network.Config;
        var visual = empty([1, config.EmbeddingWidth, config.Grid, config.Grid]);
        embedding.CopyTo(MemoryMarshal.Cast<byte, float>(visual.bytes));
        return visual.to(device.Device);
    }

    // [P,m,4g,4g] and [P,m].
    private static (float[], float)[][] Candidates(Tensor logits, Tensor predictedIoUs)
    {
        var (prompts, perPrompt) = ((int)logits.size(0), (int)logits.size(1));
        return [.. Rows(logits, prompts * perPrompt).Zip(Rows(predictedIoUs, prompts * perPrompt), (mask, score) => (mask, score[0]))
            .Chunk(perPrompt)];
    }

    private static float[][] Rows(Tensor values, int count)
    {
        var all = MemoryMarshal.Cast<byte, float>(values.cpu().contiguous().bytes);
        var rows = new float[count][];
        for (var i = 0; i < count; i++)
            rows[i] = all.Slice(i * (all.Length / count), all.Length / count).ToArray();
        return rows;
    }
}
