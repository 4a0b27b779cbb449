namespace Microsoft.ML.SegSam.Imaging;

/// <summary>The source pixels that make one target pixel along an axis, with weights in fixed point (sum about 2^22).</summary>
/// <remarks>
/// Pillow's antialiased triangle filter: its width grows with the reduction. 22 bits leave room for eight bits of pixel and
/// two of sum in an int.
/// </remarks>
internal readonly record struct BilinearKernel(int First, int[] Weights)
{
    private const int Precision = 22;

    /// <summary>What a sum starts from so that dropping the fraction rounds.</summary>
    public const int Half = 1 << (Precision - 1);

    /// <summary>One kernel per target pixel.</summary>
    public static BilinearKernel[] All(int size, int newSize)
    {
        var scale = (double)size / newSize;
        var reach = Math.Max(scale, 1);
        return [.. Enumerable.Range(0, newSize).Select(i => Around((i + 0.5) * scale, reach, size))];
    }

    public static byte ToByte(int sum) => (byte)Math.Clamp(sum >> Precision, 0, 255);

    private static BilinearKernel Around(double center, double reach, int size)
    {
        var first = Math.Max(0, (int)(center - reach + 0.5));
        var end = Math.Min(size, (int)(center + reach + 0.5));
        var heights = new double[end - first];
        var perPixel = 1 / reach; // multiplied, not divided by: the reference's rounding
        for (var i = 0; i < heights.Length; i++)
            heights[i] = Math.Max(0, 1 - Math.Abs((first + i - center + 0.5) * perPixel));
        var sum = heights.Sum();
        return new(first, [.. heights.Select(height => (int)(height / sum * (1 << Precision) + 0.5))]);
    }
}
