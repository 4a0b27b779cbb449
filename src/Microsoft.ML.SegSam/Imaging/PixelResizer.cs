using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Resizes bytes exactly as the reference pipelines do, with the same result to the byte.</summary>
internal static class PixelResizer
{
    private const int Together = 4, Lanes = 4 * Together; // rows, and the bytes of one pixel of each

    /// <summary>
    /// Bilinear and bicubic: antialiased, as in Pillow's resize of an 8-bit image: columns first, then rows, with bytes in between.
    /// Nearest: as in OpenCV.
    /// </summary>
    /// <returns>height x width x 3 bytes; the image's own array if the size does not change.</returns>
    public static byte[] Resize(PixelImage image, int height, int width, Resampling resampling)
    {
        if (resampling == Resampling.Nearest)
            return Nearest(image, height, width);
        var wide = width == image.Width ? image.Rgb : Columns(image.Rgb, image.Height, image.Width, width, resampling);
        return height == image.Height ? wide : Rows(wide, image.Height, width, height, resampling);
    }

    /// <summary>Resizes a mask with one byte per pixel by nearest neighbor.</summary>
    /// <returns>newHeight x newWidth bytes.</returns>
    public static byte[] NearestMask(ReadOnlySpan<byte> mask, int height, int width, int newHeight, int newWidth)
    {
        var columns = NearestIndices(width, newWidth);
        var result = new byte[newHeight * newWidth];
        var to = 0;
        foreach (var row in NearestIndices(height, newHeight))
        {
            var source = mask.Slice(row * width, width);
            foreach (var column in columns)
                result[to++] = source[column];
        }

        return result;
    }

    private static byte[] Nearest(PixelImage image, int height, int width)
    {
        var columns = NearestIndices(image.Width, width);
        var result = new byte[height * width * 3];
        var to = 0;
        foreach (var row in NearestIndices(image.Height, height))
        {
            foreach (var column in columns)
            {
                image.Rgb.AsSpan((row * image.Width + column) * 3, 3).CopyTo(result.AsSpan(to));
                to += 3;
            }
        }

        return result;
    }

    // OpenCV's rounding twice: where i x size / newSize is a whole number, a few sizes get the pixel before it.
    private static int[] NearestIndices(int size, int newSize)
    {
        var scale = 1 / ((double)newSize / size);
        return [.. Enumerable.Range(0, newSize).Select(i => Math.Min(size - 1, (int)(i * scale)))];
    }

    // Four rows at once, pixel by pixel: a vector holds the colors of four pixels from the same column, with one unused byte each.
    private static byte[] Columns(byte[] rgb, int height, int width, int newWidth, Resampling resampling)
    {
        var kernels = ResampleKernel.All(width, newWidth, resampling);
        var result = new byte[height * newWidth * 3];
        var four = new byte[width * Lanes];
        for (var y = 0; y < height; y += Together)
        {
            var rows = Math.Min(Together, height - y);
            for (var row = 0; row < rows; row++)
                Spread(rgb.AsSpan((y + row) * width * 3, width * 3), four.AsSpan(row * 4));
            for (var x = 0; x < newWidth; x++)
            {
                var kernel = kernels[x];
                var sum = Vector512.Create(ResampleKernel.Half);
                var pixels = four.AsSpan(kernel.First * Lanes);
                foreach (var weight in kernel.Weights)
                {
                    sum += Widen(pixels) * weight;
                    pixels = pixels[Lanes..];
                }

                var pixel = ResampleKernel.ToBytes(sum).AsUInt32(); // one per row; little-endian, like every platform of libtorch
                for (var row = 0; row < rows; row++)
                {
                    var to = result.AsSpan(((y + row) * newWidth + x) * 3, 3);
                    (to[0], to[1], to[2]) = ((byte)pixel[row], (byte)(pixel[row] >> 8), (byte)(pixel[row] >> 16));
                }
            }
        }

        return result;
    }

    private static void Spread(ReadOnlySpan<byte> row, Span<byte> four)
    {
        var (from, to) = (0, 0);
        for (; from <= row.Length - 4; from += 3, to += Lanes)
            MemoryMarshal.Write(four[to..], MemoryMarshal.Read<uint>(row[from..])); // the fourth byte is unused
        (four[to], four[to + 1], four[to + 2]) = (row[from], row[from + 1], row[from + 2]);
    }

    private static byte[] Rows(byte[] rgb, int height, int width, int newHeight, Resampling resampling)
    {
        var stride = width * 3;
        var result = new byte[newHeight * stride];
        var to = result.AsSpan();
        foreach (var kernel in ResampleKernel.All(height, newHeight, resampling))
        {
            var from = rgb.AsSpan(kernel.First * stride);
            var i = 0;
            for (; i <= stride - Lanes; i += Lanes)
            {
                var sum = Vector512.Create(ResampleKernel.Half);
                for (var row = 0; row < kernel.Weights.Length; row++)
                    sum += Widen(from[(row * stride + i)..]) * kernel.Weights[row];
                ResampleKernel.ToBytes(sum).CopyTo(to[i..]);
            }

            for (; i < stride; i++)
            {
                var sum = ResampleKernel.Half;
                for (var row = 0; row < kernel.Weights.Length; row++)
                    sum += from[row * stride + i] * kernel.Weights[row];
                to[i] = ResampleKernel.ToByte(sum);
            }

            to = to[stride..];
        }

        return result;
    }

    private static Vector512<int> Widen(ReadOnlySpan<byte> bytes) =>
        Vector512.WidenLower(Vector512.WidenLower(Vector128.Create(bytes).ToVector256Unsafe().ToVector512Unsafe())).AsInt32();
}
