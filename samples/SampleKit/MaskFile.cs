namespace SampleKit;

/// <summary>What a mask file says of its object.</summary>
public static class MaskFile
{
    /// <summary>x0, y0, x1, y1 in pixels around the pixels with any non-zero color, right and bottom just outside.</summary>
    /// <param name="expected">Width and height of the image.</param>
    /// <returns>null where the mask is empty.</returns>
    /// <exception cref="InvalidDataException">The mask is not of its image's size, or no whole image.</exception>
    public static float[]? TightBox(string maskPath, (int Width, int Height) expected)
    {
        var (width, height) = expected;
        using var mask = ImageFile.Read(maskPath);
        if (mask.Width != width || mask.Height != height)
        {
            throw new InvalidDataException($"The mask '{maskPath}' is {mask.Width} x {mask.Height} pixels (width x height), " +
                $"its image {width} x {height}; they must be of one size.");
        }

        var (x0, y0, x1, y1) = (width, height, 0, 0);
        var pixels = mask.Pixels;
        for (var i = 0; i < width * height; i++)
        {
            // Three colors in either order, then opacity.
            if ((pixels[4 * i] | pixels[4 * i + 1] | pixels[4 * i + 2]) == 0)
                continue;
            var (y, x) = Math.DivRem(i, width);
            (x0, y0, x1, y1) = (Math.Min(x0, x), Math.Min(y0, y), Math.Max(x1, x + 1), Math.Max(y1, y + 1));
        }

        return x1 > 0 ? [x0, y0, x1, y1] : null;
    }
}
