using Microsoft.ML.SegSam.Kernels;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Fused;

// P prompts, N tokens, n pixels of a map, C width, D inner width of attention between tokens and map, h heads, J = N·h, M ≥ J.

/// <summary><see cref="TwoWayTransformer"/> for predictions on a CPU: a map is read and written once for each layer.</summary>
internal sealed unsafe class FusedTwoWay<T, TNumbers> : ITwoWay, IDisposable
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const int RowsAtOnce = 160; // tokens; our choice
    private readonly AlignedMemory _weights = new();
    private readonly List<Layer> _layers;
    private readonly FusedCrossAttention<T, TNumbers> _final;
    private readonly FusedNorm _finalNorm;
    private readonly int _width, _heads;

    public FusedTwoWay(TwoWayTransformer transformer, SegSamConfig config)
    {
        (_width, _heads) = (config.Width, config.DecoderHeads);
        var weights = new ModuleWeights(transformer);
        _layers = [.. Enumerable.Range(0, config.DecoderDepth).Select(i => new Layer(
            new(_weights, weights, $"layers.{i}.", config, first: i == 0),
            new(_weights, weights, $"layers.{i}.cross_attn_token_to_image.", _heads, mapReads: false),
            new(_weights, weights, $"layers.{i}.cross_attn_image_to_token.", _heads, mapReads: true),
            new(_weights, weights, $"layers.{i}.norm4", config.DecoderEpsilon)))];
        _final = new(_weights, weights, "final_attn_token_to_image.", _heads, mapReads: false);
        _finalNorm = new(_weights, weights, "norm_final_attn", config.DecoderEpsilon);
    }

    public (Tensor Tokens, Tensor Map) Compute(Tensor keys, Tensor keyPositions, Tensor tokens)
    {
        using var scope = NewDisposeScope();
        Tensor map = keys.contiguous(), places = keyPositions.contiguous(), positions = tokens.contiguous();
        var queries = positions.clone();
        var changed = empty(tokens.size(0), keys.size(1), _width);
        fixed (byte* from = map.bytes, at = places.bytes, own = positions.bytes, read = queries.bytes, to = changed.bytes)
        {
            float* source = (float*)from, place = (float*)at, position = (float*)own, query = (float*)read, target = (float*)to;
            int prompts = (int)tokens.size(0), count = (int)tokens.size(1), pixels = (int)keys.size(1);
            var stride = keys.size(0) == 1 ? 0L : keys.size(1) * _width;
            WorkerThreads.Call(get_num_threads(), () => Run(source, stride, place, position, query, target, prompts, count, pixels));
        }

        GC.KeepAlive(this);
        return (queries.MoveToOuterDisposeScope(), changed.MoveToOuterDisposeScope());
    }

    public void Dispose() => _weights.Dispose();

    private void Run(
        float* from, long stride, float* places, float* positions, float* queries, float* to, int prompts, int tokens, int pixels)
    {
        using var memory = new AlignedMemory();
        int rows = prompts * tokens, inner = _final.Inner, columns = Packing.RoundUp(tokens * _heads, 16);
        var chunks = prompts * new FusedMapPass<T, TNumbers>
            { Prompts = prompts, Tokens = tokens, Heads = _heads, Pixels = pixels, Width = _width, Positions = places }.Chunks;
        var pass = new FusedMapPass<T, TNumbers>
        {
            Prompts = prompts, Tokens = tokens, Heads = _heads, Pixels = pixels, Width = _width, Positions = places,
            Keys = memory.Take<T>((long)prompts * _width * columns), Queries = memory.Take<T>((long)prompts * _width * columns),
            KeyBias = memory.Take<float>(prompts * columns),
            Values = memory.Take<T>((long)prompts * Packing.RoundUp(tokens * _heads, 2) * _width),
            Sums = memory.TakeUnset<float>((long)chunks * tokens * _heads * _width),
            Largest = memory.TakeUnset<float>((long)chunks * columns), Weights = memory.TakeUnset<float>((long)chunks * columns),
        };
        float* placed = memory.TakeUnset<float>(rows * _width), projected = memory.TakeUnset<float>(rows * inner);
        float* averages = memory.TakeUnset<float>((long)rows * _heads * _width), values = memory.TakeUnset<float>(rows * inner);
        var sums = memory.TakeUnset<float>(rows * _width);
        Layer? before = null;
        foreach (var layer in _layers)
        {
            InBlocks((first, count) => layer.Tokens.Attend(
                count, tokens, queries + first * tokens * _width, positions + first * tokens * _width));
            Read(layer.TokensRead);
            InBlocks((first, count) =>
            {
                int start = first * tokens, some = count * tokens;
                layer.Tokens.Think(some, queries + start * _width);
                Place(start, some);
                layer.MapReads.Project(some, placed + start * _width, projected + start * inner);
                layer.MapReads.ProjectValues(some, queries + start * _width, values + start * inner);
            });
            WorkerThreads.For(prompts, prompt =>
            {
                var scratch = Scratch.Empty();
                var start = prompt * tokens * inner;
                layer.MapReads.FoldScores(scratch, tokens, projected + start, pass.Keys + (long)prompt * _width * columns, columns);
                layer.MapReads.FoldBias(tokens, projected + start, pass.KeyBias + prompt * columns);
                layer.MapReads.FoldValues(scratch, tokens, values + start,
                    pass.Values + (long)prompt * Packing.RoundUp(tokens * _heads, 2) * _width);
            });
            before = layer;
        }

        Read(_final);
        _finalNorm.Run(rows, queries);

        // Tokens of some prompts, enough that weights are not read for each.
        void InBlocks(Action<int, int> compute)
        {
            var block = Math.Max(1, RowsAtOnce / tokens);
            WorkerThreads.For((prompts + block - 1) / block, i => compute(i * block, Math.Min(block, prompts - i * block)));
        }

        void Place(int start, int count) => Lanes.Over(count * _width, new AddRows<float, Singles>(
            1, queries + start * _width, 0, positions + start * _width, 0, placed + start * _width, 0));

        // Tokens read the map, after the map has read the tokens of the layer before.
        void Read(FusedCrossAttention<T, TNumbers> attention)
        {
            InBlocks((first, count) =>
            {
                Place(first * tokens, count * tokens);
                attention.Project(count * tokens, placed + first * tokens * _width, projected + first * tokens * inner);
            });
            WorkerThreads.For(prompts, prompt => attention.FoldScores(
                Scratch.Empty(), tokens, projected + prompt * tokens * inner, pass.Queries + (long)prompt * _width * columns, columns));
            pass.Run(from, stride, to, before is null ? null : before.MapReads.OutputBias, before?.Norm);
            if (before is not null)
            {
                stride = (long)pixels * _width;
                from = to;
            }

            WorkerThreads.For(prompts, prompt =>
            {
                pass.Average(prompt, averages + (long)prompt * tokens * _heads * _width);
                attention.ReadValues(tokens, averages + (long)prompt * tokens * _heads * _width, projected + prompt * tokens * inner);
            });
            InBlocks((first, count) => attention.AddOutput(count * tokens, projected + first * tokens * inner,
                sums + first * tokens * _width, queries + first * tokens * _width));
        }
    }

    private sealed record Layer(
        FusedTokens Tokens, FusedCrossAttention<T, TNumbers> TokensRead, FusedCrossAttention<T, TNumbers> MapReads, FusedNorm Norm);
}
