using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

// n = g·g tokens, C channels, E widened ones, r tokens of a tile.

/// <summary><see cref="EncoderBlock"/>: adapters that are linear layers are folded into those beside them.</summary>
internal sealed unsafe class FusedVitBlock<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const int AtOnce = 4 * PackedMatrix<T, TNumbers>.Panel;     // channels that are computed together, ...
    private const int FewestTokens = 64, MostTokens = 256;              // ... and tokens (our choice, by measurement)
    private readonly PackedMatrix<T, TNumbers> _qkv, _projection, _widen, _narrow;
    private readonly FusedVitAttention<T, TNumbers> _attention;
    private readonly FusedMed2DAdapter<T, TNumbers>? _adapter;
    private readonly float* _norm1Weight, _norm1Bias, _norm2Weight, _norm2Bias, _qkvBias, _projectionBias, _widenBias, _narrowBias;
    private readonly float _epsilon;
    private readonly int _channels;

    /// <param name="name">Of the block, with a dot.</param>
    public FusedVitBlock(AlignedMemory memory, ModuleWeights weights, string name, EncoderConfig config, bool isGlobal)
    {
        (_channels, _epsilon) = (config.Width, (float)config.Epsilon);
        var scale = 1 / Math.Sqrt(_channels / config.Heads);
        var (qkv, qkvBias) = FusedVitWeights.Qkv(weights, name + "attn.", config, scale);
        var mlp = FusedVitWeights.Mlp(weights, name, config);
        _attention = new(memory, weights, name + "attn.", qkvBias, config.Heads, isGlobal, scale);
        _qkv = new(memory, qkv, 3 * _channels, _channels);
        _projection = new(memory, weights.Of(name + "attn.proj.weight"), _channels, _channels);
        _widen = new(memory, mlp.Widen, mlp.WidenBias.Length, _channels);
        _narrow = new(memory, mlp.Narrow, _channels, mlp.WidenBias.Length);
        _qkvBias = memory.Copy(qkvBias);
        _projectionBias = memory.Copy(weights.Of(name + "attn.proj.bias"));
        _widenBias = memory.Copy(mlp.WidenBias);
        _narrowBias = memory.Copy(mlp.NarrowBias);
        _norm1Weight = memory.Copy(weights.Of(name + "norm1.weight"));
        _norm1Bias = memory.Copy(weights.Of(name + "norm1.bias"));
        _norm2Weight = memory.Copy(weights.Of(name + "norm2.weight"));
        _norm2Bias = memory.Copy(weights.Of(name + "norm2.bias"));
        _adapter = config.Adapter == SegSamAdapter.SamMed2D ? new(memory, weights, name + "Adapter.", config) : null;
    }

    /// <param name="tokens">[n,C] in, out.</param>
    /// <param name="qkv">Room for [n,3C].</param>
    /// <param name="room">For SAM-Med2D's adapter; null without.</param>
    public void Run(float* tokens, int side, T* qkv, AdapterRoom<T>? room)
    {
        var normal = room is null ? null : room.Normal.At(0, 0);
        InTiles(side * side, (first, count) => Project(count, tokens + (long)first * _channels, qkv + (long)first * 3 * _channels));
        _attention.Run(qkv, side);
        InTiles(side * side, (first, count) => Finish(count, tokens + (long)first * _channels, qkv + (long)first * 3 * _channels,
            normal is null ? null : normal + (long)first * _channels));
        _adapter?.Run(room!, tokens);
    }

    // Weights are read once for each tile: tiles are as large as the caches and the number of threads allow.
    private static void InTiles(int tokens, Action<int, int> compute)
    {
        var ofThread = (tokens + WorkerThreads.Threads - 1) / WorkerThreads.Threads;
        var size = Math.Clamp(Packing.RoundUp(ofThread, FewestTokens), FewestTokens, MostTokens);
        WorkerThreads.For((tokens + size - 1) / size, part => compute(part * size, Math.Min(size, tokens - part * size)));
    }

    private void Project(int count, float* tokens, T* qkv)
    {
        var scratch = Scratch.Empty();
        var normal = scratch.Take<T>(count * _channels);
        var sums = scratch.Take<float>(count * AtOnce);
        RowSums.Normalize<T, TNumbers>(count, _channels, tokens, _channels, _norm1Weight, _norm1Bias, _epsilon, normal, _channels);
        for (var first = 0; first < _qkv.Columns; first += AtOnce)
        {
            var columns = Math.Min(AtOnce, _qkv.Columns - first);
            _qkv.MultiplyColumns(first, columns, count, normal, _channels, sums, columns);
            Lanes.Over(columns, new AddBias<T, TNumbers, Identity>(
                count, sums, columns, _qkvBias + first, qkv + first, _qkv.Columns));
        }
    }

    /// <param name="normals">For what the adapter is given; null without.</param>
    private void Finish(int count, float* tokens, T* attended, float* normals)
    {
        var scratch = Scratch.Empty();
        T* normal = scratch.Take<T>(count * _channels), active = scratch.Take<T>(count * AtOnce);
        float* sums = scratch.Take<float>(count * _channels), wide = scratch.Take<float>(count * AtOnce);
        _projection.Multiply(count, attended, 3 * _channels, sums, _channels);
        Lanes.Over(_channels, new AddResidual<Identity>(
            count, sums, _channels, _projectionBias, tokens, _channels, tokens, _channels));
        RowSums.Normalize<T, TNumbers>(count, _channels, tokens, _channels, _norm2Weight, _norm2Bias, _epsilon, normal, _channels);
        if (normals is not null)
            RowSums.Normalize<float, Singles>(count, _channels, tokens, _channels, _norm2Weight, _norm2Bias, _epsilon, normals, _channels);
        for (var first = 0; first < _widen.Columns; first += AtOnce)
        {
            var columns = Math.Min(AtOnce, _widen.Columns - first);
            _widen.MultiplyColumns(first, columns, count, normal, _channels, wide, columns);                       // [r,part of E]
            Lanes.Over(columns, new AddBias<T, TNumbers, Gelu>(count, wide, columns, _widenBias + first, active, columns));
            _narrow.MultiplyRows(first, columns, count, active, columns, sums, _channels, adds: first > 0);        // [r,C]
        }

        Lanes.Over(_channels, new AddResidual<Identity>(count, sums, _channels, _narrowBias, tokens, _channels, tokens, _channels));
    }
}
