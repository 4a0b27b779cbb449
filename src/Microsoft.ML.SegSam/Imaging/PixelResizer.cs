namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Resizes bytes exactly as the reference pipelines do; results are equal to theirs to the byte.</summary>
internal static class PixelResizer
{
    /// <summary>
    /// Bilinear and bicubic: antialiased, as Pillow's resize of an 8-bit image, columns first, then rows, bytes in between.
    /// Nearest: as OpenCV's.
    /// </summary>
    /// <returns>height x width x 3 bytes; the image's own array where nothing changes.</returns>
    public static byte[] Resize(PixelImage image, int height, int width, Resampling resampling)
    {
        if (resampling == Resampling.Nearest)
            return Nearest(image, height, width);
        var wide = width == image.Width ? image.Rgb : Columns(image.Rgb, image.Height, image.Width, width, resampling);
        return height == image.Height ? wide : Rows(wide, image.Height, width, height, resampling);
    }

    /// <summary>Nearest neighbour of a one-byte-per-pixel mask.</summary>
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

    private static byte[] Columns(byte[] rgb, int height, int width, int newWidth, Resampling resampling)
    {
        var kernels = ResampleKernel.All(width, newWidth, resampling);
        var result = new byte[height * newWidth * 3];
        var to = 0;
        for (var y = 0; y < height; y++)
        {
            var row = rgb.AsSpan(y * width * 3, width * 3);
            foreach (var kernel in kernels)
            {
                var (red, green, blue) = (ResampleKernel.Half, ResampleKernel.Half, ResampleKernel.Half);
                var pixels = row[(kernel.First * 3)..];
                foreach (var weight in kernel.Weights)
                {
                    red += pixels[0] * weight;
                    green += pixels[1] * weight;
                    blue += pixels[2] * weight;
                    pixels = pixels[3..];
                }

                result[to++] = ResampleKernel.ToByte(red);
                result[to++] = ResampleKernel.ToByte(green);
                result[to++] = ResampleKernel.ToByte(blue);
            }
        }

        return result;
    }

    private static byte[] Rows(byte[] rgb, int height, int width, int newHeight, Resampling resampling)
    {
        var stride = width * 3;
        var result = new byte[newHeight * stride];
        var sums = new int[stride];
        var to = 0;
        foreach (var kernel in ResampleKernel.All(height, newHeight, resampling))
        {
            Array.Fill(sums, ResampleKernel.Half);
            var from = kernel.First * stride;
            foreach (var weight in kernel.Weights)
            {
                var row = rgb.AsSpan(from, stride);
                for (var i = 0; i < row.Length; i++)
                    sums[i] += row[i] * weight;
                from += stride;
            }

            foreach (var sum in sums)
                result[to++] = ResampleKernel.ToByte(sum);
        }

        return result;
    }
}
