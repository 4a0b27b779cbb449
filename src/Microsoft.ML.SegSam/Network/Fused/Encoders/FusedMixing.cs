using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

// C channels, E widened ones, w pixels of a strip.

/// <summary>Widen each pixel, mix its neighborhood channel by channel, narrow again: TinyViT's first blocks, and its merging.</summary>
/// <remarks>A row at a time, of which three stay: the widened map, the largest of all, exists nowhere.</remarks>
internal sealed unsafe class FusedMixing<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private readonly PackedMatrix<T, TNumbers> _widen, _narrow;
    private readonly float* _widenBias, _mix, _mixBias, _narrowBias;
    private readonly int _step;
    private readonly bool _isResidual;

    /// <param name="step">Pixels from one output to the next: 2 halves the map's sides.</param>
    /// <param name="isResidual">Whether the block adds to its input, and ends with a GELU.</param>
    public FusedMixing(
        AlignedMemory memory, (float[] Weight, float[] Bias) widen, (float[] Weight, float[] Bias) mix,
        (float[] Weight, float[] Bias) narrow, int step, bool isResidual)
    {
        int hidden = widen.Bias.Length, outputs = narrow.Bias.Length;
        _widen = new(memory, widen.Weight, hidden, widen.Weight.Length / hidden);
        _narrow = new(memory, narrow.Weight, outputs, hidden);
        _widenBias = memory.Copy(widen.Bias);
        _mixBias = memory.Copy(mix.Bias);
        _narrowBias = memory.Copy(narrow.Bias);
        _mix = memory.Copy(FusedWeights.TapsFirst(mix.Weight, hidden));
        (_step, _isResidual) = (step, isResidual);
    }

    public int Outputs => _narrow.Columns;

    public void Run(FusedMap<float> from, FusedMap<float> to) =>
        MapParts.InStrips(to.Side, (y, rows, x, pixels) => Run(from, to, y, rows, x, pixels));

    private void Run(FusedMap<float> from, FusedMap<float> to, int firstRow, int rows, int firstPixel, int pixels)
    {
        var scratch = Scratch.Empty();
        int hidden = _widen.Columns, outputs = _narrow.Columns, inputs = (pixels - 1) * _step + 3;
        var widened = stackalloc float*[3];                                             // a ring: row y is in y mod 3
        for (var i = 0; i < 3; i++)
            widened[i] = scratch.Take<float>(inputs * hidden);
        var operand = scratch.Take<T>(inputs * from.Channels);
        var mixed = scratch.Take<T>(pixels * hidden);                                   // [w,E]
        var sums = scratch.Take<float>(Math.Max(inputs * hidden, pixels * outputs));
        var next = firstRow * _step - 1;
        for (var y = firstRow; y < firstRow + rows; y++)
        {
            for (; next <= y * _step + 1; next++)
                Widen(from, next, firstPixel * _step - 1, inputs, operand, sums, widened[(next + 3) % 3]);
            var above = y * _step - 1;
            Lanes.Over(hidden, new Depthwise<T, TNumbers, Gelu>(pixels, hidden, _step, widened[(above + 3) % 3],
                widened[(above + 4) % 3], widened[(above + 5) % 3], _mix, _mixBias, mixed));
            _narrow.Multiply(pixels, mixed, hidden, sums, outputs);                     // [w,C]
            var target = to.At(y, firstPixel);
            if (_isResidual)
            {
                Lanes.Over(outputs, new AddResidual<Gelu>(
                    pixels, sums, outputs, _narrowBias, from.At(y, firstPixel), outputs, target, outputs));
            }
            else
                Lanes.Over(outputs, new AddBias<float, Singles, Identity>(pixels, sums, outputs, _narrowBias, target, outputs));
        }
    }

    // The mixing sees zeros beyond the map, not widened zeros.
    private void Widen(FusedMap<float> from, int y, int firstPixel, int pixels, T* operand, float* sums, float* widened)
    {
        var hidden = _widen.Columns;
        int first = Math.Max(firstPixel, 0), last = y < 0 || y >= from.Side ? first : Math.Min(firstPixel + pixels, from.Side);
        new Span<float>(widened, (first - firstPixel) * hidden).Clear();
        new Span<float>(widened + (last - firstPixel) * hidden, (firstPixel + pixels - last) * hidden).Clear();
        if (last <= first)
            return;
        var (a, stride) = Packing.First<T, TNumbers>(last - first, from.Channels, from.At(y, first), from.Channels, operand);
        _widen.Multiply(last - first, (T*)a, stride, sums, hidden);
        Lanes.Over(hidden, new AddBias<float, Singles, Gelu>(
            last - first, sums, hidden, _widenBias, widened + (first - firstPixel) * hidden, hidden));
    }
}
