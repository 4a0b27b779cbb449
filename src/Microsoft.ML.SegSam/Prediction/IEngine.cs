using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>Computes a network's two halves: TorchSharp does, and ONNX Runtime. Many threads may use it at once.</summary>
internal interface IEngine : IDisposable
{
    /// <summary>Number of parameters of the network.</summary>
    public long Parameters { get; }

    /// <summary>Equal for engines that make the same embedding of the same network input.</summary>
    public string EncoderSignature { get; }

    /// <summary>The embeddings of images, C·g·g numbers each, or 4C·g·g with fine maps.</summary>
    /// <param name="images">At least one.</param>
    /// <param name="scaling">How their bytes become numbers.</param>
    public float[][] Encode(IReadOnlyList<NetworkImage> images, PixelScaling scaling);

    /// <summary>What the decoders make of prompts about encoded images, in the order of the prompts.</summary>
    /// <param name="prompts">An embedding and, in the network's frame, a prompt about its image; of any kinds, at least one.</param>
    /// <param name="multimask">Whether to keep SAM's candidate masks.</param>
    public IReadOnlyList<DecodedPrompt> Decode(IReadOnlyList<(float[] Embedding, Prompt Prompt)> prompts, bool multimask);

    /// <summary>SAM's candidate masks alone, with their predicted IoU, of prompts about one image, in the order of the prompts.</summary>
    /// <param name="prompts">In the network's frame, of one kind, at least one.</param>
    public IReadOnlyList<IReadOnlyList<(float[] Logits, float PredictedIoU)>> DecodeCandidates(
        float[] embedding, IReadOnlyList<Prompt> prompts);
}

/// <summary>What the decoders predict for one prompt, in the network's frame.</summary>
/// <param name="Binary">Logits 4g x 4g.</param>
/// <param name="Semantic">Logits 4g x 4g.</param>
/// <param name="PredictedIoU">Of the binary mask.</param>
/// <param name="ClassScores">Probabilities of the K categories, sum 1.</param>
/// <param name="PresenceScores">K numbers, 0 to 1.</param>
/// <param name="Candidates">SAM's candidate masks with their predicted IoU; empty unless asked for.</param>
internal sealed record DecodedPrompt(
    float[] Binary, float[] Semantic, float PredictedIoU, float[] ClassScores, float[] PresenceScores,
    IReadOnlyList<(float[] Logits, float PredictedIoU)> Candidates)
{
    public bool IsFinite => float.IsFinite(PredictedIoU + ClassScores.Sum() + PresenceScores.Sum());
}
