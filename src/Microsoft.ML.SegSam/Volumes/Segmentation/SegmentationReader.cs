using Microsoft.ML.SegSam.Volumes.Labels;

namespace Microsoft.ML.SegSam.Volumes.Segmentation;

/// <summary>Puts the segments of a file on a grid.</summary>
internal static class SegmentationReader
{
    /// <summary>All segments as labels, by their numbers.</summary>
    /// <exception cref="InvalidDataException">Two segments share a voxel, or a frame does not lie on the grid.</exception>
    public static LabelRuns ReadAll(SegmentationFile file, SegmentationGrid grid)
    {
        try
        {
            return Read(file, grid, _ => true);
        }
        catch (InvalidOperationException overlap)
        {
            throw new InvalidDataException("Segments overlap, and a label volume holds one label for each voxel. "
                + $"Read them one by one, by LabelVolume.LoadSegments. {overlap.Message}", overlap);
        }
    }

    /// <summary>A segment by itself.</summary>
    /// <exception cref="InvalidDataException">Two frames lie at one place, or one does not lie on the grid.</exception>
    public static LabelRuns ReadOne(SegmentationFile file, SegmentationGrid grid, int segment)
    {
        try
        {
            return Read(file, grid, number => number == segment);
        }
        catch (InvalidOperationException overlap)
        {
            throw new InvalidDataException(FormattableString.Invariant($"Two frames of segment {segment} lie at one place."), overlap);
        }
    }

    private static LabelRuns Read(SegmentationFile file, SegmentationGrid grid, Predicate<int> isWanted)
    {
        var (runs, columns) = (new LabelRuns.Builder(grid.Geometry.Slices), grid.Geometry.Columns);
        for (var frame = 0; frame < file.Frames.Count; frame++)
        {
            var (label, place) = (file.Frames[frame].Segment, file.Frames[frame].Place);
            if (!isWanted(label))
                continue;
            var (first, right, down) = grid.Put(place, file.Columns, file.Rows, frame);
            foreach (var (y, from, to) in file.RunsOf(frame))
            {
                if (right is [1 or -1, 0, 0])
                {
                    // A row of the frame is one of the volume, maybe the other way round.
                    var (i, j, k) = Voxel(right[0] > 0 ? from : to - 1, y);
                    runs.Add(k, j * columns + i, to - from, label);
                    continue;
                }

                for (var x = from; x < to; x++)
                {
                    var (i, j, k) = Voxel(x, y);
                    runs.Add(k, j * columns + i, 1, label);
                }
            }

            (int I, int J, int K) Voxel(int x, int y) => (first[0] + x * right[0] + y * down[0], first[1] + x * right[1] + y * down[1],
                first[2] + x * right[2] + y * down[2]);
        }

        return runs.Build();
    }
}
