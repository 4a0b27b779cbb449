using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Takes masks from the original image to the network's input and back.</summary>
internal static class MaskGeometry
{
    private static readonly TorchSharp.Scalar Zero = 0; // kept: a number that is collected during a native call is freed memory

    /// <summary>A training target: nearest neighbour, placed where the image lies, padding 0.</summary>
    /// <remarks>Our choice: an object that would vanish keeps the one pixel under its centre of mass.</remarks>
    /// <param name="mask">OriginalHeight x OriginalWidth bytes; non-zero is the object.</param>
    /// <param name="geometry">That of the mask's image.</param>
    /// <returns>S x S bytes, 0 or 1.</returns>
    /// <exception cref="ArgumentException">The mask's length is not that of the image.</exception>
    public static byte[] ToNetwork(ReadOnlySpan<byte> mask, ImageGeometry geometry)
    {
        var (height, width, size) = (geometry.OriginalHeight, geometry.OriginalWidth, geometry.InputSize);
        if (mask.Length != height * width)
            throw new ArgumentException(
                $"The mask holds {mask.Length} pixels, its image {width} x {height} = {height * width}. Both must be of one size.");
        var scaled = PixelResizer.NearestMask(mask, height, width, geometry.ScaledHeight, geometry.ScaledWidth);
        var target = new byte[size * size];
        var isEmpty = true;
        for (var y = 0; y < geometry.ScaledHeight; y++)
        {
            var row = target.AsSpan((y + geometry.OffsetY) * size + geometry.OffsetX, geometry.ScaledWidth);
            for (var x = 0; x < row.Length; x++)
                row[x] = scaled[y * row.Length + x] != 0 ? (byte)1 : (byte)0;
            isEmpty &= row.IndexOf((byte)1) < 0;
        }

        if (isEmpty && CenterOfMass(mask, width) is (var centerY, var centerX))
            target[(int)geometry.ToNetworkY(centerY) * size + (int)geometry.ToNetworkX(centerX)] = 1;
        return target;
    }

    /// <summary>Mask logits at the original size, as SAM does it: bilinear to S, padding cropped, bilinear to the original.</summary>
    /// <param name="lowResLogits">[N, h, w], what the decoder puts out.</param>
    /// <param name="geometry">That of the masks' image.</param>
    /// <returns>[N, OriginalHeight, OriginalWidth] float32 logits; the caller disposes them.</returns>
    public static Tensor ToOriginal(Tensor lowResLogits, ImageGeometry geometry)
    {
        using var scope = NewDisposeScope();
        var logits = lowResLogits.to(ScalarType.Float32).unsqueeze(1); // [N, 1, h, w]
        var input = Resize(logits, geometry.InputSize, geometry.InputSize)
            .narrow(2, geometry.OffsetY, geometry.ScaledHeight).narrow(3, geometry.OffsetX, geometry.ScaledWidth);
        return Resize(input, geometry.OriginalHeight, geometry.OriginalWidth).squeeze(1).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>One mask at the original size: logit &gt; 0.</summary>
    /// <param name="lowRes">side x side logits.</param>
    /// <param name="side">Side of the low-resolution mask.</param>
    /// <param name="geometry">That of the mask's image.</param>
    /// <returns>OriginalHeight x OriginalWidth, row-major.</returns>
    public static bool[] ToOriginalMask(float[] lowRes, int side, ImageGeometry geometry)
    {
        var mask = new bool[geometry.OriginalHeight * geometry.OriginalWidth];
        ToOriginalMask(lowRes, side, geometry, mask);
        return mask;
    }

    /// <summary>The same into memory at hand.</summary>
    /// <inheritdoc cref="ToOriginalMask(float[], int, ImageGeometry)" path="/param"/>
    public static void ToOriginalMask(float[] lowRes, int side, ImageGeometry geometry, Span<bool> into)
    {
        using var scope = NewDisposeScope();
        Inside(lowRes, side, geometry).CopyTo(MemoryMarshal.AsBytes(into));
    }

    /// <summary>The same with a value where the logit is above 0, and 0 elsewhere.</summary>
    /// <inheritdoc cref="ToOriginalMask(float[], int, ImageGeometry)" path="/param"/>
    public static void ToOriginalMask(float[] lowRes, int side, ImageGeometry geometry, Span<uint> into, uint inside)
    {
        using var scope = NewDisposeScope();
        var bytes = Inside(lowRes, side, geometry);
        for (var i = 0; i < into.Length; i++)
            into[i] = bytes[i] * inside;
    }

    // A byte for each pixel, 0 or 1; valid until the scope ends.
    private static Span<byte> Inside(float[] lowRes, int side, ImageGeometry geometry) => ToOriginal(LowRes(lowRes, side), geometry).gt(Zero).bytes;

    /// <summary>One mask's logits at the original size, OriginalHeight x OriginalWidth, row-major.</summary>
    /// <inheritdoc cref="ToOriginalMask(float[], int, ImageGeometry)" path="/param"/>
    public static float[] ToOriginalLogits(float[] lowRes, int side, ImageGeometry geometry)
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, float>(ToOriginal(LowRes(lowRes, side), geometry).bytes).ToArray();
    }

    private static Tensor LowRes(float[] logits, int side) => logits.Length == side * side ? tensor(logits, [1, side, side])
        : throw new ArgumentException($"Expected {side} x {side} = {side * side} low-resolution logits, found {logits.Length}.");

    private static Tensor Resize(Tensor x, int height, int width) =>
        nn.functional.interpolate(x, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);

    private static (float Y, float X)? CenterOfMass(ReadOnlySpan<byte> mask, int width)
    {
        var (count, sumX, sumY) = (0L, 0L, 0L);
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] == 0)
                continue;
            count++;
            sumX += i % width;
            sumY += i / width;
        }

        return count == 0 ? null : ((float)sumY / count + 0.5f, (float)sumX / count + 0.5f);
    }
}
