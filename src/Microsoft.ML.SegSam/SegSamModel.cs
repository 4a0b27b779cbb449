using System.Security.Cryptography;
using Microsoft.ML.SegSam.Data;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam;

/// <summary>A question: an image and a prompt in the network's frame.</summary>
internal sealed record SegSamQuestion(NetworkImage Image, Prompt Prompt)
{
    /// <summary>Equal for equal network inputs: what an embedding depends on.</summary>
    public string ImageKey { get; } = $"{Image.Geometry.ScaledHeight} {Image.Geometry.ScaledWidth} {Convert.ToHexString(SHA256.HashData(Image.Pixels))}";
}

/// <summary>The answer for one prompt, masks still at low resolution; plain arrays, so that nothing native outlives the call.</summary>
internal sealed record SegSamAnswer(
    ImageGeometry Geometry, float[] BinaryLogits, float[] SemanticLogits, float Quality, float[] ClassScores, float[] PresentScores);

/// <summary>A trained network with all that belongs to its weights. Answers questions from many threads at once.</summary>
internal sealed class SegSamModel(
    SegSamNetwork network, IReadOnlyList<string> categories, Preprocessing preprocessing, TorchDevice device) : IDisposable
{
    private long _imagesEncoded, _promptsDecoded;
    private volatile bool _isDisposed;

    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public SegSamNetwork Network
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(SegSamTransformer));
            return network;
        }
    }

    public IReadOnlyList<string> Categories => categories;

    public Preprocessing Preprocessing => preprocessing;

    /// <summary>How many images went through the encoder, and prompts through the decoders, since the model was made.</summary>
    public (long Images, long Prompts) Work => (Interlocked.Read(ref _imagesEncoded), Interlocked.Read(ref _promptsDecoded));

    /// <summary>Answers a batch; images not in the cache are encoded together, prompts of one kind decoded together.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public SegSamAnswer[] Answer(IReadOnlyList<SegSamQuestion> questions, EmbeddingCache cache)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(SegSamTransformer));
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var keys = questions.Select(question => question.ImageKey).Distinct().ToList();
        var visual = Visual(questions, keys, cache);
        var answers = new SegSamAnswer[questions.Count];
        foreach (var group in Enumerable.Range(0, questions.Count).GroupBy(i => PromptCollator.Kind(questions[i].Prompt)))
            Decode(visual, questions, keys, [.. group], answers);
        return answers;
    }

    public void Dispose()
    {
        _isDisposed = true;
        network.Dispose();
    }

    private Tensor Visual(IReadOnlyList<SegSamQuestion> questions, List<string> keys, EmbeddingCache cache)
    {
        var embeddings = keys.Select(cache.Find).ToArray();
        var unseen = Enumerable.Range(0, keys.Count).Where(i => embeddings[i] is null).ToList();
        if (unseen.Count > 0)
        {
            var images = unseen.Select(i => questions.First(question => question.ImageKey == keys[i]).Image).ToList();
            var encoded = Rows(network.Encode(ImageTensor.Stack(images, preprocessing.Scaling, device.Device)), images.Count);
            Interlocked.Add(ref _imagesEncoded, images.Count);
            foreach (var (i, embedding) in unseen.Zip(encoded))
                cache.Add(keys[i], embeddings[i] = embedding);
        }

        var config = network.Config;
        return tensor(Arrays.Join(embeddings!), [keys.Count, config.Width, config.Grid, config.Grid], device: device.Device);
    }

    private void Decode(Tensor visual, IReadOnlyList<SegSamQuestion> questions, List<string> keys, int[] group, SegSamAnswer[] answers)
    {
        using var scope = NewDisposeScope();
        var prompts = PromptCollator.Collate(
            [.. group.Select(i => questions[i].Prompt)], [.. group.Select(i => (long)keys.IndexOf(questions[i].ImageKey))],
            network.Config.MaskSide, device.Device);
        var output = network.Decode(visual, prompts);
        Interlocked.Add(ref _promptsDecoded, group.Length);

        var (logits, quality) = output.BestMask();
        var binary = Rows(logits, group.Length);
        var semantic = Rows(output.SemanticLogits, group.Length);
        var qualities = Rows(quality, group.Length);
        var classes = Rows(output.ClassLogits.narrow(-1, 0, categories.Count).softmax(-1), group.Length);   // over the K categories
        var presence = Rows(output.PresenceScores(), group.Length);
        for (var i = 0; i < group.Length; i++)
            answers[group[i]] = new(questions[group[i]].Image.Geometry, binary[i], semantic[i], qualities[i][0], classes[i], presence[i]);
    }

    private static float[][] Rows(Tensor values, int count)
    {
        var all = values.cpu().contiguous().data<float>().ToArray();
        return [.. all.Chunk(all.Length / count)];
    }
}
