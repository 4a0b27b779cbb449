using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Maps masks from the original image to the network's input and back.</summary>
internal static class MaskGeometry
{
    /// <summary>A training target: nearest neighbor, at the position of the image, with padding 0.</summary>
    /// <remarks>Our choice: an object that would vanish keeps the pixel at its center of mass.</remarks>
    /// <param name="mask">OriginalHeight x OriginalWidth bytes; non-zero is the object.</param>
    /// <param name="geometry">The geometry of the mask's image.</param>
    /// <returns>S x S bytes, 0 or 1.</returns>
    /// <exception cref="ArgumentException">The mask does not have as many pixels as the image.</exception>
    public static byte[] ToNetwork(ReadOnlySpan<byte> mask, ImageGeometry geometry)
    {
        var (height, width, size) = (geometry.OriginalHeight, geometry.OriginalWidth, geometry.InputSize);
        if (mask.Length != height * width)
            throw new ArgumentException(
                $"The mask has {mask.Length} pixels, its image {width} x {height} = {height * width}. Both must have the same size.");
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

        if (isEmpty && Moments(mask, width) is { Count: > 0 } moments)
        {
            var (centerX, centerY) = ((float)moments.SumX / moments.Count + 0.5f, (float)moments.SumY / moments.Count + 0.5f);
            target[(int)geometry.ToNetworkY(centerY) * size + (int)geometry.ToNetworkX(centerX)] = 1;
        }

        return target;
    }

    /// <summary>One mask at the original size: logit &gt; 0.</summary>
    /// <param name="lowRes">side x side logits, the decoder's output.</param>
    /// <param name="side">Side of the low-resolution mask.</param>
    /// <param name="geometry">The geometry of the mask's image.</param>
    /// <returns>OriginalHeight x OriginalWidth, row-major.</returns>
    public static bool[] ToOriginalMask(float[] lowRes, int side, ImageGeometry geometry)
    {
        var mask = new bool[geometry.OriginalHeight * geometry.OriginalWidth];
        ToOriginalMask(lowRes, side, geometry, mask);
        return mask;
    }

    /// <summary>The same, written to existing memory.</summary>
    /// <inheritdoc cref="ToOriginalMask(float[], int, ImageGeometry)" path="/param"/>
    public static void ToOriginalMask(float[] lowRes, int side, ImageGeometry geometry, Span<bool> into)
    {
        var (rows, width) = (Original(lowRes, side, geometry), geometry.OriginalWidth);
        for (var y = 0; y < geometry.OriginalHeight; y++)
            Threshold.Above(rows(y), MemoryMarshal.AsBytes(into.Slice(y * width, width)));
    }

    /// <summary>The same with a value where the logit is above 0, and 0 elsewhere.</summary>
    /// <inheritdoc cref="ToOriginalMask(float[], int, ImageGeometry)" path="/param"/>
    public static void ToOriginalMask(float[] lowRes, int side, ImageGeometry geometry, Span<uint> into, uint inside)
    {
        var (rows, width) = (Original(lowRes, side, geometry), geometry.OriginalWidth);
        for (var y = 0; y < geometry.OriginalHeight; y++)
            Threshold.Above(rows(y), into.Slice(y * width, width), inside);
    }

    /// <summary>One mask's logits at the original size, OriginalHeight x OriginalWidth, row-major.</summary>
    /// <inheritdoc cref="ToOriginalMask(float[], int, ImageGeometry)" path="/param"/>
    public static float[] ToOriginalLogits(float[] lowRes, int side, ImageGeometry geometry)
    {
        var (rows, width) = (Original(lowRes, side, geometry), geometry.OriginalWidth);
        var logits = new float[geometry.OriginalHeight * width];
        for (var y = 0; y < geometry.OriginalHeight; y++)
            rows(y).CopyTo(logits.AsSpan(y * width));
        return logits;
    }

    // As in SAM: bilinear to S, padding cropped, bilinear to the original size.
    private static BilinearRows.Reader Original(float[] lowRes, int side, ImageGeometry geometry)
    {
        if (lowRes.Length != side * side)
            throw new ArgumentException($"Expected {side} x {side} = {side * side} low-resolution logits, found {lowRes.Length}.");
        var input = new BilinearRows(y => lowRes.AsSpan(y * side, side), side, side, geometry.InputSize, geometry.InputSize);
        BilinearRows.Reader cropped = y => input.Read(y + geometry.OffsetY).Slice(geometry.OffsetX, geometry.ScaledWidth);
        return (geometry.ScaledHeight, geometry.ScaledWidth) == (geometry.OriginalHeight, geometry.OriginalWidth) ? cropped
            : new BilinearRows(cropped, geometry.ScaledHeight, geometry.ScaledWidth, geometry.OriginalHeight, geometry.OriginalWidth).Read;
    }

    /// <summary>The moments of a mask, exactly: divided by the count, the sums are the center of mass less half a pixel.</summary>
    /// <param name="mask">Row-major bytes; non-zero is the object.</param>
    /// <param name="width">Columns.</param>
    public static (long Count, long SumX, long SumY) Moments(ReadOnlySpan<byte> mask, int width)
    {
        var (count, sumX, sumY) = (0L, 0L, 0L);
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] != 0)
                (count, sumX, sumY) = (count + 1, sumX + i % width, sumY + i / width);
        }

        return (count, sumX, sumY);
    }
}
