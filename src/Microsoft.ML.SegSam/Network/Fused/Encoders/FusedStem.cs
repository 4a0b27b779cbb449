using System.Runtime.CompilerServices;
using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

// S image side, C channels of the map, C/2 between the two convolutions.

/// <summary>TinyViT's start: two convolutions, each of which halves the sides.</summary>
internal sealed unsafe class FusedStem<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const int Colors = 3, Taps = 9 * Colors;
    private readonly PackedMatrix<T, TNumbers> _first;
    private readonly FusedConvolution<T, TNumbers> _second;
    private readonly float* _firstBias, _secondBias;
    private readonly int _operandWidth = Packing.RoundUp(Taps, 2);

    public FusedStem(AlignedMemory memory, (float[] Weight, float[] Bias) first, (float[] Weight, float[] Bias) second)
    {
        _first = new(memory, first.Weight, first.Bias.Length, Taps);
        _second = new(memory, second.Weight, second.Bias.Length);
        _firstBias = memory.Copy(first.Bias);
        _secondBias = memory.Copy(second.Bias);
    }

    /// <param name="image">[3,S,S].</param>
    /// <param name="to">Of side S/4.</param>
    public void Run(float* image, FusedMap<float> to) =>
        MapParts.InStrips(to.Side, (y, rows, x, pixels) => Run(image, 4 * to.Side, to, y, rows, x, pixels));

    private void Run(float* image, int side, FusedMap<float> to, int firstRow, int rows, int firstPixel, int pixels)
    {
        var scratch = Scratch.Empty();
        int between = _first.Columns, outputs = _second.Outputs, inputs = 2 * pixels + 1;
        var ring = stackalloc T*[3];                                                    // rows of the map between: y is in y mod 3
        for (var i = 0; i < 3; i++)
            ring[i] = scratch.Take<T>(inputs * between);
        var operand = scratch.Take<T>(inputs * _operandWidth);
        var sums = scratch.Take<float>(Math.Max(inputs * between, pixels * outputs));
        var next = 2 * firstRow - 1;
        for (var y = firstRow; y < firstRow + rows; y++)
        {
            for (; next <= 2 * y + 1; next++)
                First(image, side, next, 2 * firstPixel - 1, inputs, operand, sums, ring[(next + 3) % 3]);
            _second.Run(pixels, 2, ring[(2 * y + 2) % 3], ring[2 * y % 3], ring[(2 * y + 1) % 3], sums);
            Lanes.Over(outputs, new AddBias<float, Singles, Identity>(
                pixels, sums, outputs, _secondBias, to.At(y, firstPixel), outputs));
        }
    }

    private void First(float* image, int side, int y, int firstPixel, int pixels, T* operand, float* sums, T* to)
    {
        var outputs = _first.Columns;
        new Span<T>(to, pixels * outputs).Clear();
        int first = Math.Max(firstPixel, 0), last = Math.Min(firstPixel + pixels, side / 2);
        if (y < 0 || y >= side / 2 || last <= first)
            return;
        Gather(image, side, y, first, last, operand);
        _first.Multiply(last - first, operand, _operandWidth, sums, outputs);
        Lanes.Over(outputs, new AddBias<T, TNumbers, Gelu>(
            last - first, sums, outputs, _firstBias, to + (first - firstPixel) * outputs, outputs));
    }

    // The neighborhoods of outputs: [3,3,3] each, as the weights have it, and a zero behind.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(float* image, int side, int y, int first, int last, T* to)
    {
        new Span<T>(to, (last - first) * _operandWidth).Clear();
        for (var tapRow = 0; tapRow < Taps / 3; tapRow++)
        {
            var row = 2 * y - 1 + tapRow % 3;
            if (row < 0)                                                                // it never ends below, or on the right
                continue;
            var pixels = image + ((long)(tapRow / 3) * side + row) * side;
            var target = to + 3 * tapRow;
            for (var x = first; x < last; x++, target += _operandWidth)
            {
                if (x > 0)
                    TNumbers.Store<Lanes1, float>(target, pixels[2 * x - 1]);
                TNumbers.Store<Lanes1, float>(target + 1, pixels[2 * x]);
                TNumbers.Store<Lanes1, float>(target + 2, pixels[2 * x + 1]);
            }
        }
    }
}
