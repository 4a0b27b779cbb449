using System.Runtime.ExceptionServices;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>A published checkpoint, recognised: the network it is for, and its weights under the names used here.</summary>
internal sealed class Pretrained
{
    private const string Positions = "image_encoder.pos_embed";
    private readonly IReadOnlyDictionary<string, CheckpointTensor> _weights;

    private Pretrained(
        CheckpointFamily family, SegSamConfig config, Preprocessing preprocessing, IReadOnlyDictionary<string, CheckpointTensor> weights, IReadOnlyList<string> unused) =>
        (Family, Config, Preprocessing, _weights, Unused) = (family, config, preprocessing, weights, unused);

    public CheckpointFamily Family { get; }

    /// <summary>Of the SAM part, as trained; without categories.</summary>
    public SegSamConfig Config { get; }

    /// <summary>How images are prepared for these weights.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>The preset of the encoder; null where it is of another size.</summary>
    public SegSamEncoder? Encoder => Config.Preset();

    /// <summary>Names, as in the file, of tensors there is no use for: constants, classifiers, SAM-HQ's own parts.</summary>
    public IReadOnlyList<string> Unused { get; }

    /// <summary>Recognises family, sizes and adapters; reads no weights yet.</summary>
    /// <param name="file">Stays open, and the caller's, until <see cref="Build"/> has run.</param>
    /// <param name="told">The family, where the caller knows better.</param>
    /// <exception cref="InvalidDataException">It is no SAM.</exception>
    public static Pretrained Recognise(CheckpointFile file, CheckpointFamily? told = null)
    {
        var (weights, unused) = PublishedNames.Rename(file.Tensors);
        if (told is null or CheckpointFamily.SegSam && SamDescription.From(file.Metadata) is { } own)
            return new(CheckpointFamily.SegSam, own.Config, own.Preprocessing, weights, unused);
        var config = new CheckpointShape(weights).ToConfig();
        var family = told ?? CheckpointFamilies.Recognise(file, config, unused);
        return new(family, CheckpointFamilies.Complete(config, family), CheckpointFamilies.Preprocessing(family), weights, unused);
    }

    /// <summary>Builds a network with the checkpoint's weights in the SAM part; only what the checkpoint lacks starts from random numbers.</summary>
    /// <remarks>
    /// The semantic decoder starts from SAM's: transformer and up-scaling, the mask head from hypernetwork 0, t_so from mask token 0
    /// (method, 4.8). Position weights are resized where the input size differs.
    /// </remarks>
    /// <param name="config">As <see cref="Config"/>, with another input size, added adapters, categories and texts as wanted.</param>
    /// <exception cref="InvalidDataException">Weights are missing, unexpected or misshaped; all of them are listed.</exception>
    public SegSamNetwork Build(SegSamConfig config, long seed)
    {
        Check(config);
        var network = new SegSamNetwork(config);
        try
        {
            using var noGrad = no_grad();
            var state = network.state_dict();
            ReadAll(state);
            network.Initialize(seed, [.. _weights.Keys, .. CopyToSemanticDecoder(state)]);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    // In parallel: most of the time goes into getting fresh memory page by page, which each core does for itself.
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
        using var noGrad = no_grad(); // each thread has its own
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
            var source = part == "object_token.weight"
                ? state[Sam + "mask_tokens.weight"].narrow(0, 0, 1)
                : state.GetValueOrDefault(Sam + part.Replace("mask_head.", MaskHead, StringComparison.Ordinal));
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
        string[] problems =
        [
            .. expected.Keys.Where(name => !_weights.ContainsKey(name) && !IsNewAdapter(name)).Select(name => $"missing: {name}"),
            .. _weights.Where(pair => !expected.ContainsKey(pair.Key)).Select(pair => $"unexpected: {pair.Key}"),
            .. _weights.Where(pair => expected.TryGetValue(pair.Key, out var target) && !Fits(pair.Key, pair.Value.Shape, target.shape, config))
                .Select(pair => $"shape: {pair.Key} is [{string.Join(',', pair.Value.Shape)}], expected [{string.Join(',', expected[pair.Key].shape)}]"),
            .. _weights.Where(pair => expected.TryGetValue(pair.Key, out var target) && target.is_floating_point() && !IsFloatingPoint(pair.Value.Type))
                .Select(pair => $"type: {pair.Key} holds {pair.Value.Type}, expected floating-point numbers (quantised weights are not read)"),
        ];
        if (problems.Length > 0)
            throw new InvalidDataException($"The weights do not fit the network in {problems.Length} places:\n  " + string.Join("\n  ", problems));
    }

    // The sizes were read off the weights' shapes, so the fault is the weights'.
    private static SegSamNetwork Shapes(SegSamConfig config)
    {
        try
        {
            return ConfigCheck.Shapes(config);
        }
        catch (InvalidDataException wrong)
        {
            throw new InvalidDataException($"The weights' shapes are not those of a SAM. {wrong.Message}", wrong);
        }
    }

    // Adapters wanted for a checkpoint that has none start from random numbers.
    private bool IsNewAdapter(string name) => Config.Adapter == SegSamAdapter.None && name.Contains(".Adapter.", StringComparison.Ordinal);

    private static bool Fits(string name, IReadOnlyList<long> found, long[] expected, SegSamConfig config)
    {
        if (found.SequenceEqual(expected))
            return true;
        var isResized = name == Positions || config.GlobalBlocks.Any(block => name.StartsWith($"image_encoder.blocks.{block}.attn.rel_pos_", StringComparison.Ordinal));
        return isResized && found.Count == expected.Length && found[^1] == expected[^1] && found.All(side => side > 0);
    }

    private static bool IsFloatingPoint(ScalarType type) => type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
}
