using System.Runtime.Intrinsics;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>The source pixels of one target pixel along an axis, with fixed-point weights (sum about 2^22).</summary>
/// <remarks>
/// Pillow's antialiased filters, whose width grows with the reduction. With 22 bits, an int has room for eight bits of pixel and two bits
/// of sum.
/// </remarks>
internal readonly record struct ResampleKernel(int First, int[] Weights)
{
    private const int Precision = 22;
    private const double A = -0.5; // slope of the cubic at distance 1, Pillow's; OpenCV's is -0.75

    /// <summary>The start value of a sum, so that dropping the fraction rounds.</summary>
    public const int Half = 1 << (Precision - 1);

    /// <summary>One kernel per target pixel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither bilinear nor bicubic.</exception>
    public static ResampleKernel[] All(int size, int newSize, Resampling resampling)
    {
        (Func<double, double> filter, var support) = resampling switch
        {
            Resampling.Bilinear => ((Func<double, double>)Triangle, 1.0),
            Resampling.Bicubic => (Cubic, 2.0),
            _ => throw new ArgumentOutOfRangeException(nameof(resampling), resampling, "Expected Bilinear or Bicubic."),
        };
        var scale = (double)size / newSize;
        var stretch = Math.Max(scale, 1);
        return [.. Enumerable.Range(0, newSize).Select(i => Around((i + 0.5) * scale, stretch, support * stretch, size, filter))];
    }

    public static byte ToByte(int sum) => (byte)Math.Clamp(sum >> Precision, 0, 255);

    /// <inheritdoc cref="ToByte"/>
    public static Vector128<byte> ToBytes(Vector512<int> sums)
    {
        var clamped = Vector512.Min(Vector512.Max(sums >> Precision, Vector512<int>.Zero), Vector512.Create(255)).AsUInt32();
        var halves = Vector512.Narrow(clamped, clamped);
        return Vector512.Narrow(halves, halves).GetLower().GetLower();
    }

    private static ResampleKernel Around(double center, double stretch, double reach, int size, Func<double, double> filter)
    {
        var first = Math.Max(0, (int)(center - reach + 0.5));
        var end = Math.Min(size, (int)(center + reach + 0.5));
        var heights = new double[end - first];
        var perPixel = 1 / stretch; // multiplied by, not divided by: the reference's rounding
        for (var i = 0; i < heights.Length; i++)
            heights[i] = filter(Math.Abs((first + i - center + 0.5) * perPixel));
        var sum = heights.Sum();
        return new(first, [.. heights.Select(height => ToFixed(height / sum))]);
    }

    // Half away from zero.
    private static int ToFixed(double weight) => (int)(weight * (1 << Precision) + (weight < 0 ? -0.5 : 0.5));

    private static double Triangle(double distance) => Math.Max(0, 1 - distance);

    private static double Cubic(double distance) => distance switch
    {
        < 1 => ((A + 2) * distance - (A + 3)) * distance * distance + 1,
        < 2 => (((distance - 5) * distance + 8) * distance - 4) * A,
        _ => 0,
    };
}
