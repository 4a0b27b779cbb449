namespace Med2D.Scoring;

/// <summary>How well a predicted mask matches the true one.</summary>
/// <param name="Dice">2 |P ∩ Y| / (|P| + |Y|), from 0 to 1; 1 for two empty masks.</param>
/// <param name="Nsd">Surface Dice (NSD) at 2 pixels: the part of both outlines that lies within 2 pixels of the other one.</param>
internal readonly record struct MaskAgreement(double Dice, double Nsd)
{
    // The library's default tolerance; its metrics, too, take as outline the pixels with background above, below, left or right of them.
    private const int Tolerance = 2;

    private static readonly (int X, int Y)[] Near =
    [
        .. from y in Enumerable.Range(-Tolerance, 2 * Tolerance + 1)
           from x in Enumerable.Range(-Tolerance, 2 * Tolerance + 1)
           where x * x + y * y <= Tolerance * Tolerance
           select (x, y),
    ];

    /// <param name="predicted">H·W pixels, row-major.</param>
    /// <param name="truth">As many pixels, in the same order.</param>
    /// <param name="width">W.</param>
    public static MaskAgreement Of(bool[] predicted, bool[] truth, int width)
    {
        var (shared, all) = (0L, 0L);
        for (var i = 0; i < truth.Length; i++)
        {
            shared += predicted[i] && truth[i] ? 1 : 0;
            all += (predicted[i] ? 1 : 0) + (truth[i] ? 1 : 0);
        }

        if (all == 0)
            return new(1, 1);
        bool[] first = Outline(predicted, width), second = Outline(truth, width);
        var near = NearPixels(first, second, width) + NearPixels(second, first, width);
        var pixels = first.Count(on => on) + second.Count(on => on);
        return new(2.0 * shared / all, (double)near / pixels);
    }

    private static bool[] Outline(bool[] mask, int width)
    {
        var outline = new bool[mask.Length];
        for (var i = 0; i < mask.Length; i++)
        {
            var x = i % width;
            outline[i] = mask[i] && (x == 0 || x == width - 1 || i < width || i >= mask.Length - width
                || !mask[i - 1] || !mask[i + 1] || !mask[i - width] || !mask[i + width]);
        }

        return outline;
    }

    // How many pixels of one outline have a pixel of the other one near.
    private static int NearPixels(bool[] outline, bool[] other, int width)
    {
        var (count, height) = (0, outline.Length / width);
        for (var i = 0; i < outline.Length; i++)
        {
            if (!outline[i])
                continue;
            foreach (var (dx, dy) in Near)
            {
                var (x, y) = (i % width + dx, i / width + dy);
                if (x < 0 || y < 0 || x >= width || y >= height || !other[y * width + x])
                    continue;
                count++;
                break;
            }
        }

        return count;
    }
}
