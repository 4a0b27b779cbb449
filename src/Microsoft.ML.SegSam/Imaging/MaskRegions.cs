using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Finds the connected regions of a mask (8 neighbors) and their boxes.</summary>
/// <remarks>Works on runs of pixels along rows joined by union-find, so memory follows the outline, not the area.</remarks>
internal static class MaskRegions
{
    /// <summary>The box of the largest region, of equal ones the first, row by row (SAM-Med2D); null for an empty mask.</summary>
    /// <param name="mask">height x width bytes; non-zero is the object.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public static RegionBox? LargestBox(ReadOnlySpan<byte> mask, int height, int width)
    {
        var regions = Label(mask, height, width).Regions;
        return regions.Count == 0 ? null : regions.MaxBy(region => region.Area).Box;
    }

    /// <summary>The box around everything; null for an empty mask.</summary>
    public static RegionBox? Box(ReadOnlySpan<byte> mask, int height, int width)
    {
        Check(mask, height, width);
        RegionBox? box = null;
        for (var y = 0; y < height; y++)
        {
            var row = mask.Slice(y * width, width);
            var first = row.IndexOfAnyExcept((byte)0);
            if (first < 0)
                continue;
            var run = new RegionBox(first, y, row.LastIndexOfAnyExcept((byte)0) + 1, y + 1);
            box = box?.Union(run) ?? run;
        }

        return box;
    }

    /// <summary>Takes regions away that are smaller than an area.</summary>
    /// <param name="mask">height x width bytes; non-zero is the object.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="area">In pixels.</param>
    /// <param name="keepLargest">Whether the largest stays (of equal ones the first) where all are smaller.</param>
    /// <returns>Whether there was such a region.</returns>
    public static bool EraseSmall(Span<byte> mask, int height, int width, int area, bool keepLargest)
    {
        var (runs, regionOf, regions) = Label(mask, height, width);
        var isLargestSpared = keepLargest && regions.Count > 0 && regions.TrueForAll(region => region.Area < area);
        var spared = isLargestSpared ? regions.IndexOf(regions.MaxBy(region => region.Area)) : -1;
        for (var run = 0; run < runs.Count; run++)
        {
            if (regions[regionOf[run]].Area < area && regionOf[run] != spared)
                mask.Slice(runs[run].Y0 * width + runs[run].X0, runs[run].Width).Clear();
        }

        return regions.Exists(region => region.Area < area);
    }

    /// <summary>The regions of a mask that share a pixel with another mask of the same size.</summary>
    public static SegmentationMask Touching(SegmentationMask mask, SegmentationMask other)
    {
        var (pixels, others) = (mask.ToPixels(), other.ToPixels());
        var bytes = MemoryMarshal.AsBytes(pixels.AsSpan());
        var (runs, regionOf, regions) = Label(bytes, mask.Height, mask.Width);
        var isTouched = new bool[regions.Count];
        Span<bool> Row(Span<bool> of, RegionBox run) => of.Slice(run.Y0 * mask.Width + run.X0, run.Width);
        foreach (var (i, run) in runs.Index())
            isTouched[regionOf[i]] |= Row(others, run).Contains(true);
        foreach (var (i, run) in runs.Index())
        {
            if (!isTouched[regionOf[i]])
                Row(pixels, run).Clear();
        }

        return SegmentationMask.FromPixels(pixels, mask.Height, mask.Width);
    }

    // The regions come in the order in which they begin, row by row.
    private static (List<RegionBox> Runs, int[] RegionOf, List<(RegionBox Box, long Area)> Regions) Label(
        ReadOnlySpan<byte> mask, int height, int width)
    {
        Check(mask, height, width);
        var runs = new List<RegionBox>(); // each one row high
        var parent = new List<int>();     // of each run; a region's first run is its own parent
        var above = 0;                    // the first run above that may touch the next run
        for (var y = 0; y < height; y++)
        {
            var firstOfRow = runs.Count;
            AddRuns(mask.Slice(y * width, width), y, runs);
            for (var run = firstOfRow; run < runs.Count; run++)
            {
                parent.Add(run);
                while (above < firstOfRow && runs[above].X1 < runs[run].X0) // ends before the left diagonal neighbor
                    above++;
                for (var other = above; other < firstOfRow && runs[other].X0 <= runs[run].X1; other++)
                    Join(parent, run, other);
            }

            above = firstOfRow;
        }

        var regionOf = new int[runs.Count];
        return (runs, regionOf, Collect(runs, parent, regionOf));
    }

    private static void AddRuns(ReadOnlySpan<byte> row, int y, List<RegionBox> runs)
    {
        for (var x = 0; x < row.Length;)
        {
            var gap = row[x..].IndexOfAnyExcept((byte)0);
            if (gap < 0)
                return;
            x += gap;
            var length = row[x..].IndexOf((byte)0);
            var end = length < 0 ? row.Length : x + length;
            runs.Add(new(x, y, end, y + 1));
            x = end;
        }
    }

    private static void Join(List<int> parent, int one, int other)
    {
        var (a, b) = (Root(parent, one), Root(parent, other));
        parent[Math.Max(a, b)] = Math.Min(a, b);
    }

    private static int Root(List<int> parent, int run)
    {
        while (parent[run] != run)
            run = parent[run] = parent[parent[run]]; // halves the path, so chains stay short
        return run;
    }

    private static List<(RegionBox Box, long Area)> Collect(List<RegionBox> runs, List<int> parent, int[] regionOf)
    {
        var regions = new List<(RegionBox Box, long Area)>();
        for (var run = 0; run < runs.Count; run++)
        {
            var box = runs[run];
            var root = Root(parent, run);
            if (root == run)
            {
                regionOf[run] = regions.Count;
                regions.Add((box, 0));
            }

            var region = regionOf[run] = regionOf[root];
            regions[region] = (regions[region].Box.Union(box), regions[region].Area + box.X1 - box.X0);
        }

        return regions;
    }

    private static void Check(ReadOnlySpan<byte> mask, int height, int width)
    {
        if (mask.Length != height * width)
            throw new ArgumentException($"A {width} x {height} mask takes {height * width} bytes, found {mask.Length}.");
    }
}
