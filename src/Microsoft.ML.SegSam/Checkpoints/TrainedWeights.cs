using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>Starts a network from all weights of a trained one: encoder, both decoders, text module and class head.</summary>
internal static class TrainedWeights
{
    private const string TextBank = "text_bank", ClassHead = "class_head.", TextOffset = ClassHead + "text_offset";
    private const string PresenceTokens = "semantic_decoder.presence_tokens.weight", Positions = "image_encoder.pos_embed";

    /// <summary>
    /// Builds a network. Layers of equal shape take the trained weights, and position weights are resized to the input. A category keeps
    /// what was learned under its name, whatever its case and whether it has underscores; of the tokens t_co the common ones are taken. All
    /// other layers start at random.
    /// </summary>
    /// <param name="trained">Keeps its weights.</param>
    /// <param name="known">The trained network's categories.</param>
    /// <param name="config">Of the network to build.</param>
    /// <param name="categories">Its categories.</param>
    /// <returns>The network, with an empty text bank, and the names of the layers that start at random.</returns>
    public static (SegSamNetwork Network, IReadOnlyList<string> New) Build(
        SegSamNetwork trained, IReadOnlyList<string> known, SegSamConfig config, IReadOnlyList<string> categories, long seed)
    {
        var network = new SegSamNetwork(config);
        try
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var (source, state) = (trained.state_dict(), network.state_dict());
            var isSameHead = trained.Config.ClassHead == config.ClassHead;
            var layers = state
                .Where(pair => pair.Key is not (TextBank or TextOffset or PresenceTokens))
                .GroupBy(pair => LayerOf(pair.Key))
                .ToLookup(layer => (isSameHead || !layer.First().Key.StartsWith(ClassHead, StringComparison.Ordinal))
                    && layer.All(pair => source.TryGetValue(pair.Key, out var value) && Fits(pair.Key, value, pair.Value)));
            network.Initialize(seed, [.. layers[true].SelectMany(layer => layer.Select(pair => pair.Key))]);
            foreach (var (name, target) in layers[true].SelectMany(layer => layer))
                target.copy_(HasShapeOf(source[name], target) ? source[name] : RelativePositions.ResizeStored(source[name], target.shape));
            if (state.TryGetValue(TextOffset, out var offset))
                CopyByName(isSameHead ? source[TextOffset] : null, known, offset, categories);
            if (state.TryGetValue(PresenceTokens, out var tokens) && source.TryGetValue(PresenceTokens, out var earlier))
                CopyCommonRows(earlier, tokens);
            return (network, [.. layers[false].Select(layer => layer.Key)]);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static string LayerOf(string weight) => weight[..Math.Max(0, weight.LastIndexOf('.'))];

    private static bool Fits(string name, Tensor source, Tensor target) => HasShapeOf(source, target)
        || (name == Positions || name.Contains(".attn.rel_pos_", StringComparison.Ordinal))
            && source.dim() == target.dim() && source.size(-1) == target.size(-1);

    private static bool HasShapeOf(Tensor source, Tensor target) => source.shape.AsSpan().SequenceEqual(target.shape);

    // What a new category has learned beside its text is nothing.
    private static void CopyByName(Tensor? source, IReadOnlyList<string> known, Tensor target, IReadOnlyList<string> categories)
    {
        target.zero_();
        if (source is null || source.size(1) != target.size(1))
            return;
        var rows = known.Index().DistinctBy(name => Plain(name.Item)).ToDictionary(name => Plain(name.Item), name => name.Index);
        foreach (var (i, name) in categories.Index())
        {
            if (rows.TryGetValue(Plain(name), out var row))
                target[i].copy_(source[row]);
        }

        static string Plain(string name) => name.Replace('_', ' ').ToUpperInvariant();
    }

    private static void CopyCommonRows(Tensor source, Tensor target)
    {
        var common = Math.Min(source.size(0), target.size(0));
        if (source.size(1) == target.size(1))
            target.narrow(0, 0, common).copy_(source.narrow(0, 0, common));
    }
}
