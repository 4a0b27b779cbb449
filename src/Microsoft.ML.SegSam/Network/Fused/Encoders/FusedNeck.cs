using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

// g map side, C decoder width.

/// <summary>SAM's neck: from the encoder's width to the decoder's, and the neighborhood of each pixel.</summary>
internal sealed unsafe class FusedNeck<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private readonly PackedMatrix<T, TNumbers> _first;
    private readonly FusedConvolution<T, TNumbers> _second;
    private readonly float* _firstWeight, _firstBias, _secondWeight, _secondBias; // of the norms
    private readonly float _epsilon;

    public FusedNeck(AlignedMemory memory, ModuleWeights weights, double epsilon)
    {
        _epsilon = (float)epsilon;
        float[] first = weights.Of("neck.0.weight"), norm = weights.Of("neck.1.weight");
        _first = new(memory, first, norm.Length, first.Length / norm.Length);
        _second = new(memory, weights.Of("neck.2.weight"), norm.Length);
        _firstWeight = memory.Copy(norm);
        _firstBias = memory.Copy(weights.Of("neck.1.bias"));
        _secondWeight = memory.Copy(weights.Of("neck.3.weight"));
        _secondBias = memory.Copy(weights.Of("neck.3.bias"));
    }

    /// <param name="between">Of the same side, with C channels.</param>
    /// <param name="to">[C,g,g].</param>
    public void Run(FusedMap<float> from, FusedMap<T> between, float* to)
    {
        MapParts.InPieces(from.Side, (y, x, pixels) => First(from, between, y, x, pixels));
        MapParts.InPieces(from.Side, (y, x, pixels) => Second(between, to, y, x, pixels));
    }

    private void First(FusedMap<float> from, FusedMap<T> to, int y, int x, int pixels)
    {
        var scratch = Scratch.Empty();
        var outputs = _first.Columns;
        var sums = scratch.Take<float>(pixels * outputs);
        var (a, stride) = Packing.First<T, TNumbers>(
            pixels, from.Channels, from.At(y, x), from.Channels, scratch.Take<T>(pixels * from.Channels));
        _first.Multiply(pixels, (T*)a, stride, sums, outputs);
        RowSums.Normalize<T, TNumbers>(pixels, outputs, sums, outputs, _firstWeight, _firstBias, _epsilon, to.At(y, x), outputs);
    }

    private void Second(FusedMap<T> from, float* to, int y, int x, int pixels)
    {
        var scratch = Scratch.Empty();
        var (outputs, side) = (_second.Outputs, from.Side);
        var sums = scratch.Take<float>(pixels * outputs);
        _second.Run(pixels, 1, from.At(y - 1, x - 1), from.At(y, x - 1), from.At(y + 1, x - 1), sums);
        RowSums.Normalize<float, Singles>(pixels, outputs, sums, outputs, _secondWeight, _secondBias, _epsilon, sums, outputs);
        Transposition.Run(pixels, outputs, (uint*)sums, outputs, (uint*)(to + y * side + x), side * side);
    }
}
