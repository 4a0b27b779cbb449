using System.Runtime.ExceptionServices;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>A recognized checkpoint: the network that it belongs to, and its weights under the names used here.</summary>
internal sealed class Pretrained
{
    private const string Positions = "image_encoder.pos_embed";
    private readonly IReadOnlyDictionary<string, CheckpointTensor> _weights;

    private Pretrained(
        CheckpointFamily family, SegSamConfig config, Preprocessing preprocessing, IReadOnlyDictionary<string, CheckpointTensor> weights,
        IReadOnlyList<string> unused)
    {
        Family = family;
        Config = config;
        Preprocessing = preprocessing;
        _weights = weights;
        Unused = unused;
    }

    public CheckpointFamily Family { get; }

    /// <summary>Whether only the encoder's stages are in the file: its neck, prompt encoder and decoders start at random.</summary>
    public bool IsEncoderAlone => Family == CheckpointFamily.ResNet18;

    /// <summary>The config of the SAM part, as trained; without categories.</summary>
    public SegSamConfig Config { get; }

    /// <summary>How images are preprocessed for these weights.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>The preset of the encoder; null if its sizes match no preset.</summary>
    public SegSamEncoder? Encoder => Config.Preset();

    /// <summary>Names in the file of tensors that are not used: constants, classifiers, SAM-HQ's own parts.</summary>
    public IReadOnlyList<string> Unused { get; }

    /// <summary>Recognizes family, sizes and adapters, without reading weights yet.</summary>
    /// <param name="file">Must stay open until <see cref="Build"/> has run; the caller disposes it.</param>
    /// <param name="known">The family, if the caller knows it. Null: it is recognized.</param>
    /// <exception cref="InvalidDataException">The file is not a SAM checkpoint, or not of the known family.</exception>
    public static Pretrained Recognize(CheckpointFile file, CheckpointFamily? known = null)
    {
        var isEncoderAlone = CheckpointFamilies.IsEncoderAlone(file);
        if (known is not null && (known == CheckpointFamily.ResNet18) != isEncoderAlone)
        {
            throw new InvalidDataException($"{nameof(CheckpointFamily)} is {known}, but the file is {(isEncoderAlone ? "" : "not ")}an "
                + $"ONNX file; expected null, or {nameof(CheckpointFamily.ResNet18)} for an ONNX file and another family for any other.");
        }

        var (weights, unused) = PublishedNames.Rename(file.Tensors);
        if (known is null or CheckpointFamily.SegSam && SamDescription.From(file.Metadata) is { } own)
            return new(CheckpointFamily.SegSam, own.Config, own.Preprocessing, weights, unused);
        var config = isEncoderAlone ? SegSamConfig.For(SegSamEncoder.ResNet18) : new CheckpointShape(weights).ToConfig();
        var family = known ?? CheckpointFamilies.Recognize(file, config, unused);
        return new(family, CheckpointFamilies.Complete(config, family), CheckpointFamilies.Preprocessing(family), weights, unused);
    }

    /// <summary>
    /// Builds a network with the checkpoint's weights in the SAM part. Only what the checkpoint lacks is initialized randomly.
    /// </summary>
    /// <remarks>
    /// The semantic decoder starts from SAM's weights: its transformer and upscaling from SAM's, its mask head from hypernetwork 0, t_so
    /// from mask token 0 (method, 4.8), where the checkpoint has them. Position weights are resized if the input size differs.
    /// </remarks>
    /// <param name="config">Like <see cref="Config"/>, possibly with another input size, new adapters, categories and texts.</param>
    /// <exception cref="InvalidDataException">Weights are missing, unexpected or have the wrong shape; the message lists all.</exception>
    public SegSamNetwork Build(SegSamConfig config, long seed)
    {
        Check(config);
        var network = new SegSamNetwork(config);
        try
        {
            using var noGrad = no_grad();
            var state = network.state_dict();
            ReadAll(state);
            network.Initialize(seed, [.. _weights.Keys, .. IsEncoderAlone ? [] : CopyToSemanticDecoder(state)]);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    // In parallel, because most of the time is spent on getting new memory page by page, which each core does on its own.
    private void ReadAll(Dictionary<string, Tensor> state)
    {
        try
        {
            Parallel.ForEach(_weights, pair => Read(pair.Value, state[pair.Key]));
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    private static void Read(CheckpointTensor weight, Tensor target)
    {
        if (target.shape.AsSpan().SequenceEqual([.. weight.Shape]))
        {
            weight.ReadInto(target);
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad(); // a setting of each thread
        target.copy_(RelativePositions.ResizeStored(weight.Read().to(target.dtype), target.shape));
    }

    private static List<string> CopyToSemanticDecoder(Dictionary<string, Tensor> state)
    {
        const string Sam = "mask_decoder.", Semantic = "semantic_decoder.", MaskHead = "output_hypernetworks_mlps.0.";
        var copied = new List<string>();
        foreach (var (name, value) in state.Where(pair => pair.Key.StartsWith(Semantic, StringComparison.Ordinal)))
        {
            var part = name[Semantic.Length..];
            using var scope = NewDisposeScope();
            var source = part switch
            {
                "object_token.weight" => state[Sam + "mask_tokens.weight"].narrow(0, 0, 1),
                "mask_prior.scale" => state[Sam + part].narrow(0, 0, 1),
                _ => state.GetValueOrDefault(Sam + part.Replace("mask_head.", MaskHead, StringComparison.Ordinal)),
            };
            if (source is null)
                continue; // t_co
            value.copy_(source);
            copied.Add(name);
        }

        return copied;
    }

    private void Check(SegSamConfig config)
    {
        using var shapes = Shapes(config);
        var expected = shapes.state_dict().Where(pair => PublishedNames.IsSam(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);
        var common = _weights.Where(pair => expected.ContainsKey(pair.Key)).ToList();
        string[] problems =
        [
            .. expected.Keys.Where(name => !_weights.ContainsKey(name) && !IsNew(name)).Select(name => $"missing: {name}"),
            .. _weights.Where(pair => !expected.ContainsKey(pair.Key)).Select(pair => $"unexpected: {pair.Key}"),
            .. common.Where(pair => !Fits(pair.Key, pair.Value.Shape, expected[pair.Key].shape, config))
                .Select(pair => $"shape: {pair.Key} is [{string.Join(',', pair.Value.Shape)}], expected "
                    + $"[{string.Join(',', expected[pair.Key].shape)}]"),
            .. common.Where(pair => expected[pair.Key].is_floating_point() && !IsFloatingPoint(pair.Value.Type))
                .Select(pair => $"type: {pair.Key} holds {pair.Value.Type}, expected floating-point numbers (quantized weights are not "
                    + "supported)"),
        ];
        if (problems.Length > 0)
            throw new InvalidDataException($"The weights do not fit the network in {problems.Length} places:\n  " + string.Join("\n  "
                + "", problems));
    }

    // The sizes were derived from the weights' shapes, so the weights are wrong.
    private static SegSamNetwork Shapes(SegSamConfig config)
    {
        try
        {
            return ConfigCheck.Shapes(config);
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"The weights do not have the shapes of a SAM. {failure.Message}", failure);
        }
    }

    // Adapters that are added to a checkpoint without any are initialized randomly, as is all but the stages of an encoder alone.
    private bool IsNew(string name) => IsEncoderAlone
        ? !SegSamNetwork.IsOfStages(name)
        : Config.Adapter == SegSamAdapter.None && name.Contains(".Adapter.", StringComparison.Ordinal);

    private static bool Fits(string name, IReadOnlyList<long> shape, long[] expected, SegSamConfig config)
    {
        if (shape.SequenceEqual(expected))
            return true;
        var isResized = name == Positions
            || config.GlobalBlocks.Any(block => name.StartsWith($"image_encoder.blocks.{block}.attn.rel_pos_", StringComparison.Ordinal));
        return isResized && shape.Count == expected.Length && shape[^1] == expected[^1] && shape.All(side => side > 0);
    }

    private static bool IsFloatingPoint(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
}
