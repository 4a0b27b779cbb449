using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A question: an image and a prompt in the network's frame.</summary>
internal sealed record SegSamQuestion(NetworkImage Image, Prompt Prompt)
{
    /// <summary>Equal for equal network inputs: what an embedding depends on.</summary>
    public string ImageKey { get; } = $"{Image.Geometry.ScaledHeight} {Image.Geometry.ScaledWidth} {Convert.ToHexString(SHA256.HashData(Image.Pixels))}";
}

/// <summary>The answer for one prompt, masks still at low resolution; plain arrays, so that nothing native outlives the call.</summary>
internal sealed record SegSamAnswer(
    ImageGeometry Geometry, float[] BinaryLogits, float[] SemanticLogits, float Quality, float[] ClassScores, float[] PresentScores)
{
    /// <summary>All masks that may be the answer, with their predicted IoU; the best is the answer. Empty unless asked for.</summary>
    public IReadOnlyList<(float[] Logits, float Quality)> Hypotheses { get; init; } = [];

    /// <summary>Number of the most probable category, from 0.</summary>
    public int Category => Array.IndexOf(ClassScores, ClassScores.Max());

    /// <summary>Low-resolution logits, a square, as a mask of the original size.</summary>
    public static SegmentationMask Mask(float[] lowRes, ImageGeometry geometry) => SegmentationMask.FromPixels(
        MaskGeometry.ToOriginalMask(lowRes, (int)Math.Sqrt(lowRes.Length), geometry), geometry.OriginalHeight, geometry.OriginalWidth);
}

/// <summary>A trained network with all that belongs to its weights. Answers questions from many threads at once.</summary>
/// <param name="isLowered">Whether the encoder's products are in bfloat16.</param>
internal sealed class SegSamModel(
    SegSamNetwork network, IReadOnlyList<string> categories, Preprocessing preprocessing, TorchDevice device, bool isLowered = false) : IDisposable
{
    private readonly IDisposable? _lowered = isLowered ? MixedPrecision.CacheCasts(network.ImageEncoder) : null;
    private long _imagesEncoded, _promptsDecoded;
    private string? _signature;
    private volatile bool _isDisposed;

    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public SegSamNetwork Network => _isDisposed ? throw new ObjectDisposedException("SegSamTransformer") : network; // the model's public face

    public IReadOnlyList<string> Categories => categories;

    public Preprocessing Preprocessing => preprocessing;

    /// <summary>How many images went through the encoder, and prompts through the decoders, since the model was made.</summary>
    public (long Images, long Prompts) Work => (Interlocked.Read(ref _imagesEncoded), Interlocked.Read(ref _promptsDecoded));

    /// <summary>Equal for models whose embeddings of an image mean the same: a hash of encoder weights and preprocessing.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed before anybody asked.</exception>
    public string Signature => _signature ??= Convert.ToHexString(SHA256.HashData(
        [.. EncoderSignature.Of(Network), .. Encoding.UTF8.GetBytes($"{preprocessing.Resize} {preprocessing.Resampling} {preprocessing.Scaling} {preprocessing.Order}")]));

    /// <summary>Answers a batch; images not in the cache are encoded together, prompts of one kind decoded together.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    /// <exception cref="InvalidDataException">The answer is NaN.</exception>
    public SegSamAnswer[] Answer(IReadOnlyList<SegSamQuestion> questions, EmbeddingCache cache)
    {
        var keys = questions.Select(question => question.ImageKey).Distinct().ToList();
        var embeddings = keys.Select(cache.Find).ToArray();
        var unseen = Enumerable.Range(0, keys.Count).Where(i => embeddings[i] is null).ToList();
        if (unseen.Count > 0)
        {
            var encoded = Encode([.. unseen.Select(i => questions.First(question => question.ImageKey == keys[i]).Image)]);
            foreach (var (i, embedding) in unseen.Zip(encoded))
                cache.Add(keys[i], embeddings[i] = embedding);
        }

        return Decode(embeddings!, [.. questions.Select(question => (keys.IndexOf(question.ImageKey), question.Image.Geometry, question.Prompt))], hypotheses: false);
    }

    /// <summary>Answers prompts, in the network's frame, about one encoded image; those of one kind are decoded together.</summary>
    /// <param name="hypotheses">Whether all masks that may be the answer are kept.</param>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    /// <exception cref="InvalidDataException">The answer is NaN.</exception>
    public SegSamAnswer[] Answer(float[] embedding, ImageGeometry geometry, IReadOnlyList<Prompt> prompts, bool hypotheses) =>
        Decode([embedding], [.. prompts.Select(prompt => (0, geometry, prompt))], hypotheses);

    /// <summary>The embeddings of images, C·g·g numbers each.</summary>
    /// <remarks>In bfloat16 one image at a time: products round by the number of their rows, and an answer must not depend on what else is asked.</remarks>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public float[][] Encode(IReadOnlyList<NetworkImage> images)
    {
        if (isLowered && images.Count > 1)
            return [.. images.Select(image => Encode([image])[0])];
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var precision = MixedPrecision.Use(isLowered);
        var embeddings = Rows(Network.Encode(ImageTensor.Stack(images, preprocessing.Scaling, device.Device)), images.Count);
        Interlocked.Add(ref _imagesEncoded, images.Count);
        return embeddings;
    }

    public void Dispose()
    {
        _isDisposed = true;
        _lowered?.Dispose();
        network.Dispose();
    }

    private SegSamAnswer[] Decode(float[][] embeddings, (int Image, ImageGeometry Geometry, Prompt Prompt)[] asked, bool hypotheses)
    {
        var config = Network.Config;
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var visual = tensor(Arrays.Join(embeddings), [embeddings.Length, config.Width, config.Grid, config.Grid], device: device.Device);
        var answers = new SegSamAnswer[asked.Length];
        foreach (var group in Enumerable.Range(0, asked.Length).GroupBy(i => PromptCollator.Kind(asked[i].Prompt)))
            Decode(visual, asked, [.. group], answers, hypotheses);
        return answers;
    }

    private void Decode(Tensor visual, (int Image, ImageGeometry Geometry, Prompt Prompt)[] asked, int[] group, SegSamAnswer[] answers, bool hypotheses)
    {
        using var scope = NewDisposeScope();
        var prompts = PromptCollator.Collate(
            [.. group.Select(i => asked[i].Prompt)], [.. group.Select(i => (long)asked[i].Image)], network.Config.MaskSide, device.Device);
        var output = network.DecodeInChunks(visual, prompts);
        Interlocked.Add(ref _promptsDecoded, group.Length);

        var (logits, quality) = output.BestMask();
        var binary = Rows(logits, group.Length);
        var semantic = Rows(output.SemanticLogits, group.Length);
        var qualities = Rows(quality, group.Length);
        var classes = Rows(output.ClassLogits.narrow(-1, 0, categories.Count).softmax(-1), group.Length);   // over the K categories
        var presence = Rows(output.PresenceScores(), group.Length);
        var candidates = hypotheses ? Candidates(output) : null;
        for (var i = 0; i < group.Length; i++)
        {
            if (!float.IsFinite(qualities[i][0] + classes[i].Sum() + presence[i].Sum()))
                throw new InvalidDataException("The model answers with NaN: its weights are damaged, or their training diverged. Get the file anew, or train with a lower learning rate.");
            answers[group[i]] = new(asked[group[i]].Geometry, binary[i], semantic[i], qualities[i][0], classes[i], presence[i]) { Hypotheses = candidates?[i] ?? [] };
        }
    }

    private static (float[] Logits, float Quality)[][] Candidates(SegSamOutput output)
    {
        var (logits, quality) = output.Candidates();
        var (prompts, each) = ((int)logits.size(0), (int)logits.size(1));
        return [.. Rows(logits, prompts * each).Zip(Rows(quality, prompts * each), (mask, grade) => (mask, grade[0])).Chunk(each)];
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
