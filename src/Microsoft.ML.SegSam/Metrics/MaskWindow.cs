namespace Microsoft.ML.SegSam.Metrics;

/// <summary>The smallest rectangle of pixels that holds two masks; nothing outside it affects their distances.</summary>
internal readonly record struct MaskWindow(int Top, int Left, int Height, int Width)
{
    public bool IsEmpty => Height == 0;

    /// <param name="first">H·W pixels, row-major.</param>
    /// <param name="second">As many pixels, in the same order.</param>
    /// <param name="width">W.</param>
    public static MaskWindow Around(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second, int width)
    {
        var (top, bottom, left, right) = (-1, -1, width, -1);
        for (var start = 0; start < first.Length; start += width)
        {
            ReadOnlySpan<bool> a = first.Slice(start, width), b = second.Slice(start, width);
            var last = Math.Max(a.LastIndexOf(true), b.LastIndexOf(true));
            if (last < 0)
                continue;
            bottom = start / width;
            top = top < 0 ? bottom : top;
            left = Math.Min(left, Math.Min(FirstOr(a, width), FirstOr(b, width)));
            right = Math.Max(right, last);
        }

        return top < 0 ? default : new MaskWindow(top, left, bottom - top + 1, right - left + 1);
    }

    /// <summary>The mask's boundary: its pixels with a pixel of background above, below, left or right of them.</summary>
    /// <remarks>
    /// That is, the mask minus its erosion by 4-connectivity; outside the image is background. MONAI measures distances between
    /// the same pixels.
    /// </remarks>
    /// <param name="mask">H·W pixels of the whole image, row-major; none of the mask lies outside this window.</param>
    /// <param name="imageWidth">W.</param>
    /// <returns>The pixels of this window, row-major.</returns>
    public bool[] BoundaryOf(ReadOnlySpan<bool> mask, int imageWidth)
    {
        var boundary = new bool[Height * Width];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var i = (Top + y) * imageWidth + Left + x;
                boundary[y * Width + x] = mask[i] && !(y > 0 && y < Height - 1 && x > 0 && x < Width - 1
                    && mask[i - imageWidth] && mask[i + imageWidth] && mask[i - 1] && mask[i + 1]);
            }
        }

        return boundary;
    }

    private static int FirstOr(ReadOnlySpan<bool> row, int none) => row.IndexOf(true) is var first and >= 0 ? first : none;
}
