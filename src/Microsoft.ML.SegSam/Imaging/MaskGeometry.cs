using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Maps masks from the original image to the network's input and back.</summary>
internal static class MaskGeometry
{
    /// <summary>The logit of a pixel well inside a mask; trained models predict about that (our choice).</summary>
    public const float SureLogit = 8;

    /// <summary>Pixels of the input to a side of a low-resolution pixel.</summary>
    public const int Stride = 4;

    /// <summary>The logit of pixels that the network did not see.</summary>
    public const float OutsideLogit = -SureLogit;

    /// <summary>A training target: nearest neighbor, at the position of the image, with padding 0.</summary>
    /// <remarks>Our choice: an object that would vanish keeps the pixel at its center of mass.</remarks>
    /// <param name="mask">OriginalHeight x OriginalWidth bytes; non-zero is the object.</param>
    /// <param name="geometry">The geometry of the mask's image.</param>
    /// <returns>S x S bytes, 0 or 1; all 0 where the object lies outside the geometry's part.</returns>
    /// <exception cref="ArgumentException">The mask does not have as many pixels as the image.</exception>
    public static byte[] ToNetwork(ReadOnlySpan<byte> mask, ImageGeometry geometry)
    {
        var (height, width, size) = (geometry.OriginalHeight, geometry.OriginalWidth, geometry.InputSize);
        if (mask.Length != height * width)
            throw new ArgumentException(
                $"The mask has {mask.Length} pixels, its image {width} x {height} = {height * width}. Both must have the same size.");
        if (!geometry.IsWhole)
        {
            mask = Cut(mask, width, geometry.Part);
            (height, width) = (geometry.Part.Height, geometry.Part.Width);
        }

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
            var centerX = geometry.Part.X0 + (float)moments.SumX / moments.Count + 0.5f;
            var centerY = geometry.Part.Y0 + (float)moments.SumY / moments.Count + 0.5f;
            target[(int)geometry.ToNetworkY(centerY) * size + (int)geometry.ToNetworkX(centerX)] = 1;
        }

        return target;
    }

    /// <summary>The share of each low-resolution pixel that a mask covers: S/4 x S/4, row by row.</summary>
    /// <param name="mask">S x S bytes, 0 or 1, in the network's frame.</param>
    /// <param name="size">S.</param>
    public static float[] Coverage(ReadOnlySpan<byte> mask, int size)
    {
        var side = size / Stride;
        var covered = new float[side * side];
        for (var i = 0; i < mask.Length; i++)
            covered[i / size / Stride * side + i % size / Stride] += mask[i] / (float)(Stride * Stride);
        return covered;
    }

    /// <summary>
    /// The logit of a pixel that a mask covers in part: ln(c / (1 − c)), no surer than <see cref="SureLogit"/> (our choice).
    /// </summary>
    /// <param name="share">c, 0 to 1.</param>
    public static float LogOdds(float share) => Math.Clamp(MathF.Log(share / (1 - share)), -SureLogit, SureLogit);

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
        var ((read, from, to), part) = (Original(lowRes, side, geometry), geometry.Part);
        into.Clear();
        for (var y = from; y < to; y++)
            Threshold.Above(read(y), MemoryMarshal.AsBytes(into.Slice((part.Y0 + y) * geometry.OriginalWidth + part.X0, part.Width)));
    }

    /// <summary>The same with a value where the logit is above 0, and 0 elsewhere.</summary>
    /// <inheritdoc cref="ToOriginalMask(float[], int, ImageGeometry)" path="/param"/>
    public static void ToOriginalMask(float[] lowRes, int side, ImageGeometry geometry, Span<uint> into, uint inside)
    {
        var ((read, from, to), part) = (Original(lowRes, side, geometry), geometry.Part);
        into.Clear();
        for (var y = from; y < to; y++)
            Threshold.Above(read(y), into.Slice((part.Y0 + y) * geometry.OriginalWidth + part.X0, part.Width), inside);
    }

    /// <summary>
    /// One mask's logits at the original size, OriginalHeight x OriginalWidth, row-major; <see cref="OutsideLogit"/> outside the part.
    /// </summary>
    /// <inheritdoc cref="ToOriginalMask(float[], int, ImageGeometry)" path="/param"/>
    public static float[] ToOriginalLogits(float[] lowRes, int side, ImageGeometry geometry)
    {
        var ((read, _, _), part) = (Original(lowRes, side, geometry), geometry.Part);
        var logits = new float[geometry.OriginalHeight * geometry.OriginalWidth];
        if (!geometry.IsWhole)
            Array.Fill(logits, OutsideLogit);
        for (var y = 0; y < part.Height; y++)
            read(y).CopyTo(logits.AsSpan((part.Y0 + y) * geometry.OriginalWidth + part.X0));
        return logits;
    }

    /// <summary>
    /// Low-resolution logits of one geometry in another of the same image: each pixel is the mean of 4 x 4 bilinear samples, and
    /// <see cref="OutsideLogit"/> outside what the first one shows (our choice).
    /// </summary>
    /// <param name="lowRes">side x side logits.</param>
    /// <param name="side">A quarter of the input's side, of both geometries.</param>
    public static float[] Move(float[] lowRes, int side, ImageGeometry from, ImageGeometry to)
    {
        const int Samples = 4; // along each axis
        var step = (double)to.InputSize / side;
        var places = Enumerable.Range(0, side * Samples).Select(i => (i + 0.5) / Samples * step);
        float[] columns = [.. places.Select(x => (float)to.ToOriginalX(x))
            .Select(x => x >= from.Part.X0 && x <= from.Part.X1 ? (float)(from.ToNetworkX(x) / step - 0.5) : float.NaN)];
        float[] rows = [.. places.Select(y => (float)to.ToOriginalY(y))
            .Select(y => y >= from.Part.Y0 && y <= from.Part.Y1 ? (float)(from.ToNetworkY(y) / step - 0.5) : float.NaN)];
        var moved = new float[side * side];
        for (var y = 0; y < rows.Length; y++)
        {
            for (var x = 0; x < columns.Length; x++)
                moved[y / Samples * side + x / Samples] += Sample(lowRes, side, columns[x], rows[y]) / (Samples * Samples);
        }

        return moved;
    }

    private static float Sample(float[] lowRes, int side, float x, float y)
    {
        if (float.IsNaN(x + y))
            return OutsideLogit;
        var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
        float At(int column, int row) => lowRes[Math.Clamp(row, 0, side - 1) * side + Math.Clamp(column, 0, side - 1)];
        var (right, low) = (x - left, y - top);
        return (At(left, top) * (1 - right) + At(left + 1, top) * right) * (1 - low)
            + (At(left, top + 1) * (1 - right) + At(left + 1, top + 1) * right) * low;
    }

    private static byte[] Cut(ReadOnlySpan<byte> mask, int width, RegionBox part)
    {
        var cut = new byte[part.Height * part.Width];
        for (var y = 0; y < part.Height; y++)
            mask.Slice((part.Y0 + y) * width + part.X0, part.Width).CopyTo(cut.AsSpan(y * part.Width));
        return cut;
    }

    // As in SAM: bilinear to S, padding cropped, bilinear to the original size. Logits above 0 are in the rows From to before To alone:
    // where a map has none, there are none between its numbers.
    private static (BilinearRows.Reader Read, int From, int To) Original(float[] lowRes, int side, ImageGeometry geometry)
    {
        if (lowRes.Length != side * side)
            throw new ArgumentException($"Expected {side} x {side} = {side * side} low-resolution logits, found {lowRes.Length}.");
        var input = new BilinearRows(y => lowRes.AsSpan(y * side, side), side, side, geometry.InputSize, geometry.InputSize);
        BilinearRows.Reader cropped = y => input.Read(y + geometry.OffsetY).Slice(geometry.OffsetX, geometry.ScaledWidth);
        var (from, to) = input.Reached(RowsAboveZero(lowRes, side));
        (from, to) = (Math.Max(0, from - geometry.OffsetY), Math.Min(geometry.ScaledHeight, to - geometry.OffsetY));
        if ((geometry.ScaledHeight, geometry.ScaledWidth) == (geometry.Part.Height, geometry.Part.Width))
            return (cropped, from, to);
        var original = new BilinearRows(
            cropped, geometry.ScaledHeight, geometry.ScaledWidth, geometry.Part.Height, geometry.Part.Width);
        (from, to) = original.Reached((from, to));
        return (original.Read, from, to);
    }

    // To is behind the last.
    private static (int From, int To) RowsAboveZero(float[] lowRes, int side)
    {
        bool HasAny(int y) => TensorPrimitives.Max(lowRes.AsSpan(y * side, side)) > 0;
        var (from, to) = (0, side);
        while (from < to && !HasAny(from))
            from++;
        while (to > from && !HasAny(to - 1))
            to--;
        return (from, to);
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
