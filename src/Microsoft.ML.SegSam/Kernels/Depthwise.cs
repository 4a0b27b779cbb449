using System.Runtime.CompilerServices;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>One row of a 3 x 3 convolution of each channel by itself: to[x] = activation(bias + sum of 9 pixels · weights).</summary>
/// <param name="outputs">Pixels to compute. Each row has (outputs - 1)·step + 3 pixels, padding included, channel beside channel.</param>
/// <param name="channels">Of a pixel, of <paramref name="bias"/>, and of each of the nine <paramref name="weights"/>, row by row.</param>
/// <param name="step">Pixels from one output to the next, 1 or 2.</param>
internal readonly unsafe struct Depthwise<T, TNumbers, TActivation>(
    int outputs, int channels, int step, float* above, float* middle, float* below, float* weights, float* bias, T* to) : IKernel
    where T : unmanaged
    where TNumbers : INumbers<T>
    where TActivation : IActivation
{
    private const int AtOnce = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        var x = 0;
        for (; x + AtOnce <= outputs; x += AtOnce)
        {
            for (var channel = first; channel < last; channel += L.Count)
            {
                V a = L.Load(bias + channel), b = a, c = a, d = a;
                var start = (long)x * step * channels + channel;
                Add<L, V>(above + start, weights + channel, ref a, ref b, ref c, ref d);
                Add<L, V>(middle + start, weights + 3 * channels + channel, ref a, ref b, ref c, ref d);
                Add<L, V>(below + start, weights + 6 * channels + channel, ref a, ref b, ref c, ref d);

                var target = to + (long)x * channels + channel;
                TNumbers.Store<L, V>(target, TActivation.Of<L, V>(a));
                TNumbers.Store<L, V>(target += channels, TActivation.Of<L, V>(b));
                TNumbers.Store<L, V>(target += channels, TActivation.Of<L, V>(c));
                TNumbers.Store<L, V>(target += channels, TActivation.Of<L, V>(d));
            }
        }

        for (; x < outputs; x++)
        {
            for (var channel = first; channel < last; channel += L.Count)
            {
                var sum = L.Load(bias + channel);
                for (var tap = 0; tap < 9; tap++)
                {
                    var pixel = RowOf(tap / 3) + ((long)x * step + tap % 3) * channels + channel;
                    sum = L.MultiplyAdd(L.Load(pixel), L.Load(weights + tap * channels + channel), sum);
                }

                TNumbers.Store<L, V>(to + (long)x * channels + channel, TActivation.Of<L, V>(sum));
            }
        }
    }

    // What a row of pixels adds to four outputs side by side.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add<L, V>(float* pixel, float* weight, ref V a, ref V b, ref V c, ref V d)
        where L : ILanes<V>
        where V : struct
    {
        long next = channels;
        V left = L.Load(weight), middle = L.Load(weight + next), right = L.Load(weight + 2 * next);
        V p0 = L.Load(pixel), p1 = L.Load(pixel + next), p2 = L.Load(pixel + 2 * next), p3 = L.Load(pixel + 3 * next);
        V p4 = L.Load(pixel + 4 * next), p5 = L.Load(pixel + 5 * next);
        a = L.MultiplyAdd(p2, right, L.MultiplyAdd(p1, middle, L.MultiplyAdd(p0, left, a)));
        if (step == 1)
        {
            b = L.MultiplyAdd(p3, right, L.MultiplyAdd(p2, middle, L.MultiplyAdd(p1, left, b)));
            c = L.MultiplyAdd(p4, right, L.MultiplyAdd(p3, middle, L.MultiplyAdd(p2, left, c)));
            d = L.MultiplyAdd(p5, right, L.MultiplyAdd(p4, middle, L.MultiplyAdd(p3, left, d)));
            return;
        }

        V p6 = L.Load(pixel + 6 * next), p7 = L.Load(pixel + 7 * next), p8 = L.Load(pixel + 8 * next);
        b = L.MultiplyAdd(p4, right, L.MultiplyAdd(p3, middle, L.MultiplyAdd(p2, left, b)));
        c = L.MultiplyAdd(p6, right, L.MultiplyAdd(p5, middle, L.MultiplyAdd(p4, left, c)));
        d = L.MultiplyAdd(p8, right, L.MultiplyAdd(p7, middle, L.MultiplyAdd(p6, left, d)));
    }

    private float* RowOf(int row) => row == 0 ? above : row == 1 ? middle : below;
}
