namespace Phantoms;

/// <summary>A tight box in pixels: left and top inclusive, right and bottom exclusive.</summary>
public readonly record struct PhantomBox(int X0, int Y0, int X1, int Y1)
{
    /// <summary>The smallest box around the true pixels of a row-major mask.</summary>
    /// <exception cref="ArgumentException">The mask has no true pixel.</exception>
    public static PhantomBox Around(bool[] mask, int width)
    {
        var (x0, y0, x1, y1) = (int.MaxValue, int.MaxValue, 0, 0);
        for (var i = 0; i < mask.Length; i++)
        {
            if (!mask[i])
                continue;
            var (y, x) = Math.DivRem(i, width);
            (x0, y0, x1, y1) = (Math.Min(x0, x), Math.Min(y0, y), Math.Max(x1, x + 1), Math.Max(y1, y + 1));
        }

        return x1 > 0 ? new(x0, y0, x1, y1)
            : throw new ArgumentException($"The mask of {mask.Length} pixels is empty; a box needs at least one pixel.",
                nameof(mask));
    }
}
