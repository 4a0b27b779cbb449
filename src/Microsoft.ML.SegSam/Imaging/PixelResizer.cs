namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Resizes bytes exactly as the reference pipelines do; results are equal to theirs to the byte.</summary>
internal static class PixelResizer
{
    /// <summary>Antialiased bilinear, as Pillow's resize of an 8-bit image: columns first, then rows, bytes in between.</summary>
    /// <returns>height x width x 3 bytes; the image's own array where nothing changes.</returns>
    public static byte[] Bilinear(PixelImage image, int height, int width)
    {
        var wide = width == image.Width ? image.Rgb : Columns(image.Rgb, image.Height, image.Width, width);
        return height == image.Height ? wide : Rows(wide, image.Height, width, height);
    }

    /// <summary>Nearest neighbour as OpenCV's: source index = floor(target index x source size / target size).</summary>
    /// <returns>height x width x 3 bytes.</returns>
    public static byte[] Nearest(PixelImage image, int height, int width)
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

    /// <summary>Nearest neighbour of a one-byte-per-pixel mask, the same rule.</summary>
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

    private static int[] NearestIndices(int size, int newSize) =>
        [.. Enumerable.Range(0, newSize).Select(i => (int)((long)i * size / newSize))];

    private static byte[] Columns(byte[] rgb, int height, int width, int newWidth)
    {
        var kernels = BilinearKernel.All(width, newWidth);
        var result = new byte[height * newWidth * 3];
        var to = 0;
        for (var y = 0; y < height; y++)
        {
            var row = rgb.AsSpan(y * width * 3, width * 3);
            foreach (var kernel in kernels)
            {
                var (red, green, blue) = (BilinearKernel.Half, BilinearKernel.Half, BilinearKernel.Half);
                var pixels = row[(kernel.First * 3)..];
                foreach (var weight in kernel.Weights)
                {
                    red += pixels[0] * weight;
                    green += pixels[1] * weight;
                    blue += pixels[2] * weight;
                    pixels = pixels[3..];
                }

                result[to++] = BilinearKernel.ToByte(red);
                result[to++] = BilinearKernel.ToByte(green);
                result[to++] = BilinearKernel.ToByte(blue);
            }
        }

        return result;
    }

    private static byte[] Rows(byte[] rgb, int height, int width, int newHeight)
    {
        var stride = width * 3;
        var result = new byte[newHeight * stride];
        var sums = new int[stride];
        var to = 0;
        foreach (var kernel in BilinearKernel.All(height, newHeight))
        {
            Array.Fill(sums, BilinearKernel.Half);
            var from = kernel.First * stride;
            foreach (var weight in kernel.Weights)
            {
                var row = rgb.AsSpan(from, stride);
                for (var i = 0; i < row.Length; i++)
                    sums[i] += row[i] * weight;
                from += stride;
            }

            foreach (var sum in sums)
                result[to++] = BilinearKernel.ToByte(sum);
        }

        return result;
    }
}
