using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Storage;
using TorchSharp;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A trained network with its description, and what computes it. Many threads may predict at once.</summary>
internal sealed class SegSamModel(ModelDescription description, IEngine engine) : IDisposable
{
    private readonly ConditionalWeakTable<float[], string> _digests = []; // of embeddings, which are taken once
    private long _imagesEncoded, _promptsDecoded;
    private string? _signature;
    private volatile bool _isDisposed;

    /// <param name="usesBFloat16">Whether the encoder computes its products in bfloat16.</param>
    /// <param name="channel">Hears how the encoder is computed.</param>
    public SegSamModel(
        ModelDescription description, SegSamNetwork network, TorchDevice device, bool usesBFloat16 = false, IChannel? channel = null)
        : this(description, new TorchEngine(
            network, device, usesBFloat16, FusedChoice.Create(network, description.Options.Precision, device, channel)))
    {
    }

    public ModelDescription Description => description;

    public SegSamOptions Options => description.Options;

    public IReadOnlyList<string> Categories => description.Categories;

    public Preprocessing Preprocessing => description.Preprocessing;

    /// <summary>Whether small objects get a closer look.</summary>
    public bool Zooms => description.Zooms;

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public SegSamConfig Config
    {
        get
        {
            _ = Engine;
            return description.Config;
        }
    }

    /// <summary>For training further, and for saving: what ONNX Runtime computes has no network here.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="InvalidOperationException">The model is computed by ONNX Runtime.</exception>
    public SegSamNetwork Network => (Engine as TorchEngine)?.Network ?? throw new InvalidOperationException(
        "The model is computed by ONNX Runtime and can only predict. To save it, to train it further or to export its weights, load the "
        + ".zip that it was exported from.");

    /// <summary>Number of parameters.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public long Parameters => Engine.Parameters;

    /// <summary>How many images went through the encoder, and prompts through the decoders, since the model was made.</summary>
    public (long Images, long Prompts) Work => (Interlocked.Read(ref _imagesEncoded), Interlocked.Read(ref _promptsDecoded));

    /// <summary>Equal for models whose embeddings of an image are interchangeable: a hash of encoder weights and preprocessing.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed before the first call.</exception>
    public string Signature => _signature ??= Convert.ToHexString(SHA256.HashData(
    [
        .. Convert.FromHexString(Engine.EncoderSignature),
        .. Encoding.UTF8.GetBytes($"{Preprocessing.Resize} {Preprocessing.Resampling} {Preprocessing.Scaling} {Preprocessing.Order}"),
    ]));

    /// <exception cref="InvalidDataException">The saved model is damaged or incomplete.</exception>
    public static SegSamModel Load(IHostEnvironment environment, ModelLoadContext context, string loader)
    {
        TorchNatives.BeginLoading(); // beside what needs none of it
        var text = ModelArchive.LoadDescription(context, loader);
        var description = ModelDescription.FromJson(text);
        var device = TorchDevice.Choose(environment);
        var network = ModelArchive.LoadNetwork(context, description.Config, text);
        using var channel = environment.Start("Load");
        return new(description, network.to(device.Device), device, UsesBFloat16(), channel);

        bool UsesBFloat16()
        {
            using var inference = torch.inference_mode();
            return PrecisionChoice.UsesBFloat16(description.Options.Precision, description.Config, device, channel);
        }
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
        Prompt[] prompts = [.. images.Zip(embeddings, (image, embedding) => Informed(image.Prompt, embedding))];
        var predictions = Decode([.. images.Zip(embeddings, prompts).Select(item =>
            new Look(item.Second, item.First.Image.Geometry, item.First.Image.Geometry, item.Third))], multimask: false);
        if (Zooms)
            LookCloser(predictions, [.. images.Zip(prompts, (image, prompt) => (image.Pixels, prompt))], cache, multimask: false);
        return [.. predictions.Zip(prompts, embeddings).Select(item => item.First with { Asked = Asked(item.Second, item.Third) })];
    }

    /// <summary>Predicts prompts, in pixels of the original image, for one encoded image; those of one kind are decoded together.</summary>
    /// <param name="multimask">Whether to keep SAM's candidate masks.</param>
    /// <param name="zooms">Whether to look closer where an object is small, as far as the image's pixels are at hand.</param>
    /// <exception cref="ObjectDisposedException">The model, or the image, was disposed.</exception>
    /// <exception cref="InvalidDataException">The model predicts NaN.</exception>
    public MaskPrediction[] Predict(EncodedImage image, IReadOnlyList<Prompt> prompts, bool multimask, bool zooms)
    {
        var (embedding, pixels) = (image.EmbeddingFor(this), image.Pixels);
        prompts = [.. prompts.Select(prompt => Informed(prompt, embedding))];
        var predictions = Decode(
            [.. prompts.Select(prompt => new Look(embedding, image.Geometry, image.Geometry, prompt))], multimask);
        if (zooms && pixels is not null)
            LookCloser(predictions, [.. prompts.Select(prompt => (pixels, prompt))], image.Parts, multimask);
        return [.. predictions.Zip(prompts, (prediction, prompt) => prediction with { Asked = Asked(prompt, embedding) })];
    }

    /// <summary>SAM's candidate masks alone, for prompts of one kind: half the work of a prediction.</summary>
    /// <param name="prompts">In pixels of the original image.</param>
    /// <exception cref="ObjectDisposedException">The model, or the image, was disposed.</exception>
    /// <exception cref="InvalidDataException">The model predicts NaN.</exception>
    public IReadOnlyList<IReadOnlyList<(LowResMask Mask, float PredictedIoU)>> Propose(EncodedImage image, IReadOnlyList<Prompt> prompts)
    {
        var candidates = Engine.DecodeCandidates(
            image.EmbeddingFor(this), [.. prompts.Select(prompt => prompt.ToNetwork(image.Geometry))]);
        Interlocked.Add(ref _promptsDecoded, prompts.Count);
        return [.. candidates.Select(ofPrompt => ofPrompt.Select(candidate => float.IsFinite(candidate.PredictedIoU)
            ? (Mask(candidate.Logits), candidate.PredictedIoU) : throw NotFinite()).ToList())];
    }

    /// <summary>The embeddings of images, C·g·g numbers each.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public float[][] Encode(IReadOnlyList<NetworkImage> images)
    {
        var embeddings = Engine.Encode(images, Preprocessing.Scaling);
        Interlocked.Add(ref _imagesEncoded, images.Count);
        return embeddings;
    }

    public void Dispose()
    {
        _isDisposed = true;
        engine.Dispose();
    }

    private IEngine Engine => !_isDisposed ? engine : throw new ObjectDisposedException("SegSamTransformer", // its public face
        "The model was disposed, together with the transformer or the predictor that owned it. Load it again.");

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

    // Networks whose masks begin with the prompt's take their own answer for the truth: see SegSamPrompt.AndMask.
    private Prompt Informed(Prompt prompt, float[] embedding) =>
        description.Config.MaskPrior && prompt.Earlier is not null ? prompt.WithoutOwnAnswer(DigestOf(embedding)) : prompt;

    private AskedPrompt? Asked(Prompt prompt, float[] embedding) =>
        description.Config.MaskPrior ? new(prompt, DigestOf(embedding)) : null;

    private string DigestOf(float[] embedding) => _digests.GetValue(
        embedding, numbers => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(numbers.AsSpan()))));

    // Puts closer looks in the place of first ones.
    private void LookCloser(
        MaskPrediction[] first, IReadOnlyList<(PixelImage Pixels, Prompt Prompt)> prompts, EmbeddingCache cache, bool multimask)
    {
        var parts = prompts.Select((item, i) => item.Prompt.Box is { } box
            ? Zoom.Around(box, item.Prompt.Points, item.Pixels.Height, item.Pixels.Width)
            : Zoom.Around(first[i], item.Prompt.Points)).ToList();
        var small = Enumerable.Range(0, parts.Count).Where(i => parts[i] is not null).ToList();
        if (small.Count == 0)
            return;
        var images = small.ConvertAll(i => NetworkImage.From(prompts[i].Pixels, Config.InputSize, Preprocessing, parts[i]));
        var second = Decode([.. small.Zip(images, Embed(images, cache)).Select(item =>
            new Look(item.Third, item.Second.Geometry, first[item.First].Whole, prompts[item.First].Prompt))], multimask);
        foreach (var (i, prediction) in small.Zip(second))
            first[i] = first[i].Closer(prediction);
    }

    private MaskPrediction[] Decode(IReadOnlyList<Look> looks, bool multimask)
    {
        var prompts = looks.Select(look => look.Prompt.ToNetwork(look.Geometry, look.Whole)).ToList();
        var decoded = Engine.Decode([.. looks.Zip(prompts, (look, prompt) => (look.Embedding, prompt))], multimask);
        Interlocked.Add(ref _promptsDecoded, looks.Count);
        return [.. looks.Zip(prompts, decoded).Select(item => Prediction(item.First, item.Second, item.Third))];
    }

    private MaskPrediction Prediction(Look look, Prompt prompt, DecodedPrompt decoded)
    {
        if (!decoded.IsFinite)
            throw NotFinite();
        if (description.Config.MaskPrior && prompt.Box is { } box) // a published SAM's masks stay as they are
        {
            var (side, points) = (description.Config.MaskSide, prompt.PointsOnObject);
            foreach (var logits in decoded.Candidates.Select(candidate => candidate.Logits).Append(decoded.Binary).Append(decoded.Semantic))
                BoxBounds.Hold(logits, side, box, points);
        }

        return new(look.Geometry, look.Whole, Mask(decoded.Binary), Mask(decoded.Semantic), decoded.PredictedIoU, decoded.ClassScores,
            decoded.PresenceScores)
        {
            Candidates = [.. decoded.Candidates.Select(candidate => (Mask(candidate.Logits), candidate.PredictedIoU))],
        };
    }

    private LowResMask Mask(float[] logits) => new(logits, description.Config.MaskSide);

    private static InvalidDataException NotFinite() => new("The model predicts NaN: its weights are damaged, or their training diverged. "
        + "Get the file again, or train with a lower learning rate.");
}

/// <summary>A prompt about an image, or about a part of it.</summary>
/// <param name="Embedding">Of what <paramref name="Geometry"/> shows.</param>
/// <param name="Whole">The geometry of the whole image.</param>
/// <param name="Prompt">In pixels of the original image.</param>
internal sealed record Look(float[] Embedding, ImageGeometry Geometry, ImageGeometry Whole, Prompt Prompt);
