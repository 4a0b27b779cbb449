using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

// S input side, g = S/16, C decoder width.

/// <summary><see cref="TinyVitEncoder"/> for predictions on a CPU: batch norms folded, maps in pieces that stay in the caches.</summary>
internal sealed unsafe class FusedTinyVit<T, TNumbers> : IFusedEncoder
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private readonly AlignedMemory _weights = new();
    private readonly FusedStem<T, TNumbers> _stem;
    private readonly List<FusedTinyVitStage<T, TNumbers>> _stages;
    private readonly FusedNeck<T, TNumbers> _neck;
    private readonly int _width, _outputs;

    public FusedTinyVit(TinyVitEncoder encoder, EncoderConfig config)
    {
        var weights = new ModuleWeights(encoder);
        var stages = config.Stages!;
        (_width, _outputs) = (stages[0].Width, config.OutputWidth);
        const double epsilon = BatchNormLayer.Epsilon;
        _stem = new(_weights, weights.Folded("patch_embed.seq.0", epsilon), weights.Folded("patch_embed.seq.2", epsilon));
        _stages = [.. stages.Select((stage, i) => new FusedTinyVitStage<T, TNumbers>(
            _weights, weights, $"layers.{i}.", stage, mergingStep: i == stages.Count - 1 ? 0 : i < 2 ? 2 : 1))];
        _neck = new(_weights, weights, config.MapEpsilon);
    }

    public void Encode(float* image, int side, float* to)
    {
        var memory = new AlignedMemory();
        var map = new FusedMap<float>(memory, side / 4, _width);                    // [S/4,S/4,64]
        _stem.Run(image, map);
        foreach (var stage in _stages)
            (map, memory) = stage.Run(map, memory);                                 // [S/8,S/8,128] [g,g,160] [g,g,320]
        using (memory)
            _neck.Run(map, new(memory, map.Side, _outputs), to);                    // [C,g,g]
        GC.KeepAlive(this);                                                         // and with it the weights
    }

    public void Dispose() => _weights.Dispose();
}

/// <summary>The blocks of one stage, and what leads to the next.</summary>
internal sealed class FusedTinyVitStage<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private readonly List<(FusedWindows<T, TNumbers>? Windows, Action<FusedMap<float>, FusedMap<float>> Run)> _blocks;
    private readonly FusedMixing<T, TNumbers>? _merging;
    private readonly int _mergingStep;

    /// <param name="name">Of the stage, with a dot.</param>
    /// <param name="mergingStep">By what the map's sides are divided in the end; 0: the last stage, which merges nothing.</param>
    public FusedTinyVitStage(AlignedMemory memory, ModuleWeights weights, string name, TinyVitStage stage, int mergingStep)
    {
        _blocks = [.. Enumerable.Range(0, stage.Depth).Select(i => Block($"{name}blocks.{i}."))];
        _mergingStep = mergingStep;
        _merging = mergingStep == 0 ? null : Mixing(name + "downsample.", mergingStep, isResidual: false);

        (FusedWindows<T, TNumbers>?, Action<FusedMap<float>, FusedMap<float>>) Block(string block) => stage.Heads == 0
            ? (null, Mixing(block, 1, isResidual: true).Run)
            : (new(memory, weights, block + "attn.", stage.Heads, stage.Window, TinyVitBlock.Epsilon),
               new FusedMlp<T, TNumbers>(memory, weights, block, TinyVitBlock.Epsilon).Run);

        FusedMixing<T, TNumbers> Mixing(string mixing, int step, bool isResidual) => new(memory,
            weights.Folded(mixing + "conv1", BatchNormLayer.Epsilon), weights.Folded(mixing + "conv2", BatchNormLayer.Epsilon),
            weights.Folded(mixing + "conv3", BatchNormLayer.Epsilon), step, isResidual);
    }

    /// <param name="memory">The map's; disposed of.</param>
    /// <returns>The next stage's map, and its memory, which the caller disposes.</returns>
    public (FusedMap<float> Map, AlignedMemory Memory) Run(FusedMap<float> map, AlignedMemory memory)
    {
        var other = new FusedMap<float>(memory, map.Side, map.Channels);
        foreach (var (windows, run) in _blocks)
        {
            windows?.Run(map);                                                      // in place
            run(map, other);
            (map, other) = (other, map);
        }

        if (_merging is null)
            return (map, memory);
        var next = new AlignedMemory();
        var merged = new FusedMap<float>(next, map.Side / _mergingStep, _merging.Outputs);
        _merging.Run(map, merged);
        memory.Dispose();
        return (merged, next);
    }
}
