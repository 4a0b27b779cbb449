using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Volumes;

namespace Med2D.Volumes;

/// <summary>A label of a volume, slice by slice.</summary>
/// <param name="Number">Of the label.</param>
/// <param name="Name">Empty where unknown.</param>
/// <param name="Masks">By slice, ascending; none is empty.</param>
internal sealed record TrueObject(int Number, string Name, SortedList<int, SegmentationMask> Masks)
{
    /// <summary>An object of fewer slices or voxels shows nothing of how it is followed.</summary>
    public const int LeastSlices = 3, LeastVoxels = 100;

    /// <summary>The labels that are large enough, and how many are not.</summary>
    /// <param name="chosen">Which labels, and their names; null: all, with the names that the file has.</param>
    public static (IReadOnlyList<TrueObject> Objects, int TooSmall) Find(
        LabelVolume labels, IReadOnlyDictionary<int, string>? chosen, SlicePlane plane, int slices)
    {
        var names = chosen ?? labels.Names;
        var numbers = labels.Labels.Where(number => chosen?.ContainsKey(number) != false);
        List<TrueObject> all = [.. numbers.Select(number => new TrueObject(number, names.GetValueOrDefault(number, ""), new(
            Enumerable.Range(0, slices).Select(slice => (Slice: slice, Mask: labels.ReadMask(number, plane, slice)))
                .Where(item => item.Mask.Area > 0).ToDictionary(item => item.Slice, item => item.Mask))))];
        List<TrueObject> objects = [.. all.Where(item => item.Masks.Count >= LeastSlices && item.Voxels >= LeastVoxels)];
        return (objects, all.Count - objects.Count);
    }

    public long Voxels => Masks.Values.Sum(mask => mask.Area);

    public int First => Masks.GetKeyAtIndex(0);

    public int Last => Masks.GetKeyAtIndex(Masks.Count - 1);

    /// <summary>Of the slices that it is on, the one nearest to the middle.</summary>
    public int Middle => Masks.Keys.MinBy(slice => Math.Abs(2 * slice - First - Last));

    /// <summary>Around all of its masks: the first pixel, and one past the last.</summary>
    public (int X0, int Y0, int X1, int Y1) Box { get; } = (
        Masks.Values.Min(mask => mask.Box!.Value.X0), Masks.Values.Min(mask => mask.Box!.Value.Y0),
        Masks.Values.Max(mask => mask.Box!.Value.X1), Masks.Values.Max(mask => mask.Box!.Value.Y1));

    public (int Columns, int Rows, int Slices) Size => (Box.X1 - Box.X0, Box.Y1 - Box.Y0, Last - First + 1);

    /// <summary>Dice over all voxels.</summary>
    public double DiceOf(IEnumerable<(int Slice, SegmentationMask Mask)> found)
    {
        var (voxels, common) = (0L, 0L);
        foreach (var (slice, mask) in found)
        {
            voxels += mask.Area;
            if (Masks.TryGetValue(slice, out var truth))
                common += truth.ToPixels().Zip(mask.ToPixels()).LongCount(pair => pair.First && pair.Second);
        }

        return 2.0 * common / (voxels + Voxels);
    }

    /// <summary>Dice of the box that holds it, filled.</summary>
    public double DiceOfBox => 2.0 * Voxels / ((long)Size.Columns * Size.Rows * Size.Slices + Voxels);

    /// <summary>Dice of the ellipsoid that fills this box.</summary>
    public double DiceOfEllipsoid
    {
        get
        {
            var (size, box) = (Size, Box);
            var (voxels, common) = (0L, 0L);
            for (var slice = First; slice <= Last; slice++)
            {
                var truth = Masks.TryGetValue(slice, out var mask) ? mask.ToPixels() : null;
                var depth = Squared(slice - First, size.Slices);
                for (var y = 0; y < size.Rows; y++)
                {
                    for (var x = 0; x < size.Columns; x++)
                    {
                        if (depth + Squared(y, size.Rows) + Squared(x, size.Columns) > 1)
                            continue;
                        voxels++;
                        if (truth?[(box.Y0 + y) * mask!.Width + box.X0 + x] == true)
                            common++;
                    }
                }
            }

            return 2.0 * common / (voxels + Voxels);

            // Of a voxel's distance from the middle, in half sides.
            static double Squared(int at, int length) => Math.Pow((2 * at + 1 - length) / (double)length, 2);
        }
    }
}
