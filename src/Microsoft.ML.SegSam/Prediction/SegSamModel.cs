using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A trained network with its description, on a device. Many threads may predict at once.</summary>
/// <param name="usesBFloat16">Whether the encoder computes its products in bfloat16.</param>
internal sealed class SegSamModel(
    ModelDescription description, SegSamNetwork network, TorchDevice device, bool usesBFloat16 = false) : IDisposable
{
    private readonly IDisposable? _castWeights = usesBFloat16 ? MixedPrecision.CacheCasts(network.ImageEncoder) : null;
    private long _imagesEncoded, _promptsDecoded;
    private string? _signature;
    private volatile bool _isDisposed;

    public ModelDescription Description => description;

    public SegSamOptions Options => description.Options;

    public IReadOnlyList<string> Categories => description.Categories;

    public Preprocessing Preprocessing => description.Preprocessing;

    /// <summary>Whether small objects get a closer look.</summary>
    public bool Zooms => description.Zooms;

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public SegSamConfig Config => Network.Config;

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public SegSamNetwork Network => !_isDisposed ? network : throw new ObjectDisposedException("SegSamTransformer", // its public face
        "The model was disposed, together with the transformer or the predictor that owned it. Load it again.");

    /// <summary>How many images went through the encoder, and prompts through the decoders, since the model was made.</summary>
    public (long Images, long Prompts) Work => (Interlocked.Read(ref _imagesEncoded), Interlocked.Read(ref _promptsDecoded));

    /// <summary>Equal for models whose embeddings of an image are interchangeable: a hash of encoder weights and preprocessing.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed before the first call.</exception>
    public string Signature => _signature ??= Convert.ToHexString(SHA256.HashData(
    [
        .. EncoderSignature.Of(Network),
        .. Encoding.UTF8.GetBytes($"{Preprocessing.Resize} {Preprocessing.Resampling} {Preprocessing.Scaling} {Preprocessing.Order}"),
    ]));

    /// <exception cref="InvalidDataException">The saved model is damaged or incomplete.</exception>
    public static SegSamModel Load(IHostEnvironment environment, ModelLoadContext context, string loader)
    {
        var device = TorchDevice.Choose(environment); // first: it says what to do where libtorch is missing
        var text = ModelArchive.LoadDescription(context, loader);
        var description = ModelDescription.FromJson(text);
        var network = ModelArchive.LoadNetwork(context, description.Config, text);
        using var channel = environment.Start("Load");
        var usesBFloat16 = PrecisionChoice.UsesBFloat16(description.Options.Precision, description.Config, device, channel);
        return new(description, network.to(device.Device), device, usesBFloat16);
    }

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Save(ModelSaveContext context, string loader, bool halfPrecision) =>
        ModelArchive.Save(context, loader, description.ToJson(), Network, halfPrecision);

    /// <summary>
    /// Predicts a batch: images that are not in the cache are encoded together, prompts of one kind are decoded together. Where an object
    /// is small, and the model zooms, its mask comes from a closer look.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="InvalidDataException">The model predicts NaN.</exception>
    public MaskPrediction[] Predict(IReadOnlyList<PromptedImage> images, EmbeddingCache cache)
    {
        var embeddings = Embed([.. images.Select(image => image.Image)], cache);
        var predictions = Decode([.. images.Zip(embeddings, (image, embedding) =>
            new Look(embedding, image.Image.Geometry, image.Image.Geometry, image.Prompt))], multimask: false);
        return Zooms ? LookCloser(predictions, [.. images.Select(image => (image.Pixels, image.Prompt))], cache, multimask: false)
            : predictions;
    }

    /// <summary>Predicts prompts, in pixels of the original image, for one encoded image; those of one kind are decoded together.</summary>
    /// <param name="multimask">Whether to keep SAM's candidate masks.</param>
    /// <param name="zooms">Whether to look closer where an object is small, as far as the image's pixels are at hand.</param>
    /// <exception cref="ObjectDisposedException">The model, or the image, was disposed.</exception>
    /// <exception cref="InvalidDataException">The model predicts NaN.</exception>
    public MaskPrediction[] Predict(EncodedImage image, IReadOnlyList<Prompt> prompts, bool multimask, bool zooms)
    {
        var (embedding, pixels) = (image.EmbeddingFor(this), image.Pixels);
        var predictions = Decode(
            [.. prompts.Select(prompt => new Look(embedding, image.Geometry, image.Geometry, prompt))], multimask);
        return zooms && pixels is not null
            ? LookCloser(predictions, [.. prompts.Select(prompt => (pixels, prompt))], image.Parts, multimask)
            : predictions;
    }

    /// <summary>The embeddings of images, C·g·g numbers each.</summary>
    /// <remarks>
    /// bfloat16 takes one image at a time: a product's rounding depends on its number of rows, and a prediction must not depend on what
    /// else is in the batch.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public float[][] Encode(IReadOnlyList<NetworkImage> images)
    {
        if (usesBFloat16 && images.Count > 1)
            return [.. images.Select(image => Encode([image])[0])];
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var precision = MixedPrecision.Use(usesBFloat16);
        var embeddings = Rows(Network.Encode(ImageTensor.Stack(images, Preprocessing.Scaling, device.Device)), images.Count);
        Interlocked.Add(ref _imagesEncoded, images.Count);
        return embeddings;
    }

    public void Dispose()
    {
        _isDisposed = true;
        _castWeights?.Dispose();
        network.Dispose();
    }

    // The embeddings of images in their order, from the cache or encoded together.
    private float[][] Embed(IReadOnlyList<NetworkImage> images, EmbeddingCache cache)
    {
        var embeddings = images.Select(image => image.Key).Distinct().ToDictionary(key => key, cache.Find);
        var unseen = images.DistinctBy(image => image.Key).Where(image => embeddings[image.Key] is null).ToList();
        if (unseen.Count > 0)
        {
            foreach (var (image, embedding) in unseen.Zip(Encode(unseen)))
                cache.Add(image.Key, embeddings[image.Key] = embedding);
        }

        return [.. images.Select(image => embeddings[image.Key]!)];
    }

    private MaskPrediction[] LookCloser(
        MaskPrediction[] first, IReadOnlyList<(PixelImage Pixels, Prompt Prompt)> prompts, EmbeddingCache cache, bool multimask)
    {
        var parts = prompts.Select((item, i) => item.Prompt.Box is { } box
            ? Zoom.Around(box, item.Prompt.Points, item.Pixels.Height, item.Pixels.Width)
            : Zoom.Around(first[i], item.Prompt.Points)).ToList();
        var small = Enumerable.Range(0, parts.Count).Where(i => parts[i] is not null).ToList();
        if (small.Count == 0)
            return first;
        var images = small.ConvertAll(i => NetworkImage.From(prompts[i].Pixels, Config.InputSize, Preprocessing, parts[i]));
        var second = Decode([.. small.Zip(images, Embed(images, cache)).Select(item =>
            new Look(item.Third, item.Second.Geometry, first[item.First].Whole, prompts[item.First].Prompt))], multimask);
        foreach (var (i, prediction) in small.Zip(second))
            first[i] = first[i].Closer(prediction);
        return first;
    }

    private MaskPrediction[] Decode(IReadOnlyList<Look> looks, bool multimask)
    {
        var config = Network.Config;
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var embeddings = looks.Select(look => look.Embedding).Distinct().ToArray(); // by reference
        var visual = tensor(
            Arrays.Join(embeddings), [embeddings.Length, config.EmbeddingWidth, config.Grid, config.Grid], device: device.Device);
        var prompts = looks.Select(look =>
            ((long)Array.IndexOf(embeddings, look.Embedding), look, look.Prompt.ToNetwork(look.Geometry, look.Whole))).ToArray();
        var predictions = new MaskPrediction[prompts.Length];
        foreach (var group in Enumerable.Range(0, prompts.Length).GroupBy(i => PromptCollator.Kind(prompts[i].Item3)))
            Decode(visual, prompts, [.. group], predictions, multimask);
        return predictions;
    }

    private void Decode(
        Tensor visual, (long Image, Look Look, Prompt Prompt)[] prompts, int[] group, MaskPrediction[] predictions, bool multimask)
    {
        using var scope = NewDisposeScope();
        var side = network.Config.MaskSide;
        var collated = PromptCollator.Collate(
            [.. group.Select(i => prompts[i].Prompt)], [.. group.Select(i => prompts[i].Image)], side, device.Device);
        var output = network.DecodeInChunks(visual, collated);
        Interlocked.Add(ref _promptsDecoded, group.Length);

        var (logits, iou) = output.BestMask();
        var binary = Rows(logits, group.Length);
        var semantic = Rows(output.SemanticLogits, group.Length);
        var ious = Rows(iou, group.Length);
        var classes = Rows(output.ClassLogits.narrow(-1, 0, Categories.Count).softmax(-1), group.Length);   // over the K categories
        var presence = Rows(output.PresenceScores(), group.Length);
        var candidates = multimask ? Candidates(output, side) : null;
        for (var i = 0; i < group.Length; i++)
        {
            if (!float.IsFinite(ious[i][0] + classes[i].Sum() + presence[i].Sum()))
            {
                throw new InvalidDataException("The model predicts NaN: its weights are damaged, or their training diverged. "
                    + "Get the file again, or train with a lower learning rate.");
            }

            var (binaryMask, semanticMask) = (new LowResMask(binary[i], side), new LowResMask(semantic[i], side));
            var look = prompts[group[i]].Look;
            predictions[group[i]] = new(look.Geometry, look.Whole, binaryMask, semanticMask, ious[i][0], classes[i], presence[i])
            {
                Candidates = candidates?[i] ?? [],
            };
        }
    }

    private static (LowResMask Mask, float PredictedIoU)[][] Candidates(SegSamOutput output, int side)
    {
        var (logits, iou) = output.Candidates();
        var (prompts, perPrompt) = ((int)logits.size(0), (int)logits.size(1));
        var (masks, ious) = (Rows(logits, prompts * perPrompt), Rows(iou, prompts * perPrompt));
        return [.. masks.Zip(ious, (mask, score) => (new LowResMask(mask, side), score[0])).Chunk(perPrompt)];
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

/// <summary>A prompt about an image, or about a part of it.</summary>
/// <param name="Embedding">Of what <paramref name="Geometry"/> shows.</param>
/// <param name="Whole">The geometry of the whole image.</param>
/// <param name="Prompt">In pixels of the original image.</param>
internal sealed record Look(float[] Embedding, ImageGeometry Geometry, ImageGeometry Whole, Prompt Prompt);
