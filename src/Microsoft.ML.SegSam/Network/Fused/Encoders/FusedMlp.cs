using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

// C channels, E widened ones, w pixels of a piece.

/// <summary>The second half of TinyViT's block: a convolution over each channel's neighborhood, then the MLP, added to it.</summary>
internal sealed unsafe class FusedMlp<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const int AtOnce = 4 * PackedMatrix<T, TNumbers>.Panel; // widened channels, so that they stay in the nearest caches
    private readonly PackedMatrix<T, TNumbers> _widen, _narrow;
    private readonly float* _mix, _mixBias, _normWeight, _normBias, _widenBias, _narrowBias;
    private readonly float _epsilon;

    /// <param name="name">Of the block, with a dot.</param>
    public FusedMlp(AlignedMemory memory, ModuleWeights weights, string name, double epsilon)
    {
        _epsilon = (float)epsilon;
        var (mix, mixBias) = weights.Folded(name + "local_conv", Layers.BatchNormLayer.Epsilon);
        float[] widenBias = weights.Of(name + "mlp.fc1.bias"), narrowBias = weights.Of(name + "mlp.fc2.bias");
        _mix = memory.Copy(FusedWeights.TapsFirst(mix, mixBias.Length));
        _widen = new(memory, weights.Of(name + "mlp.fc1.weight"), widenBias.Length, mixBias.Length);
        _narrow = new(memory, weights.Of(name + "mlp.fc2.weight"), narrowBias.Length, widenBias.Length);
        _mixBias = memory.Copy(mixBias);
        _widenBias = memory.Copy(widenBias);
        _narrowBias = memory.Copy(narrowBias);
        _normWeight = memory.Copy(weights.Of(name + "mlp.norm.weight"));
        _normBias = memory.Copy(weights.Of(name + "mlp.norm.bias"));
    }

    public void Run(FusedMap<float> from, FusedMap<float> to) =>
        MapParts.InPieces(from.Side, (y, x, pixels) => Run(from, to, y, x, pixels));

    private void Run(FusedMap<float> from, FusedMap<float> to, int y, int x, int pixels)
    {
        var scratch = Scratch.Empty();
        int channels = from.Channels, widened = _widen.Columns, atOnce = Math.Min(AtOnce, widened);
        float* mixed = scratch.Take<float>(pixels * channels), sums = scratch.Take<float>(pixels * channels);
        T* normal = scratch.Take<T>(pixels * channels), active = scratch.Take<T>(pixels * atOnce);
        var wide = scratch.Take<float>(pixels * atOnce);
        Lanes.Over(channels, new Depthwise<float, Singles, Identity>(
            pixels, channels, 1, from.At(y - 1, x - 1), from.At(y, x - 1), from.At(y + 1, x - 1), _mix, _mixBias, mixed));
        RowSums.Normalize<T, TNumbers>(pixels, channels, mixed, channels, _normWeight, _normBias, _epsilon, normal, channels);
        for (var first = 0; first < widened; first += AtOnce)
        {
            var count = Math.Min(AtOnce, widened - first);
            _widen.MultiplyColumns(first, count, pixels, normal, channels, wide, count);            // [w,part of E]
            Lanes.Over(count, new AddBias<T, TNumbers, Gelu>(pixels, wide, count, _widenBias + first, active, count));
            _narrow.MultiplyRows(first, count, pixels, active, count, sums, channels, adds: first > 0); // [w,C]
        }

        Lanes.Over(channels, new AddResidual<Identity>(
            pixels, sums, channels, _narrowBias, mixed, channels, to.At(y, x), channels));
    }
}
