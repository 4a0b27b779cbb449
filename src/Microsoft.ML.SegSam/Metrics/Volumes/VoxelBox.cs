using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Labels;

namespace Microsoft.ML.SegSam.Metrics.Volumes;

/// <summary>The smallest box of voxels that holds a label in two volumes; nothing outside it affects their distances.</summary>
internal readonly record struct VoxelBox(int Left, int Top, int First, int Width, int Height, int Depth)
{
    public bool IsEmpty => Width == 0;

    public static VoxelBox Around(int label, VolumeGeometry geometry, params LabelRuns[] volumes)
    {
        var (low, high) = (new[] { int.MaxValue, int.MaxValue, int.MaxValue }, new[] { -1, -1, -1 });
        foreach (var runs in volumes)
        {
            for (var k = 0; k < geometry.Slices; k++)
            {
                foreach (var run in runs.Of(k))
                {
                    if (run.Label != label)
                        continue;
                    // A run may go on in the next rows.
                    var (firstRow, start) = Math.DivRem(run.Start, geometry.Columns);
                    var (lastRow, end) = Math.DivRem(run.End - 1, geometry.Columns);
                    var isOneRow = firstRow == lastRow;
                    Add(0, isOneRow ? start : 0, isOneRow ? end : geometry.Columns - 1);
                    Add(1, firstRow, lastRow);
                    Add(2, k, k);
                }
            }
        }

        return high[0] < 0 ? default
            : new(low[0], low[1], low[2], high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1);

        void Add(int axis, int from, int to) => (low[axis], high[axis]) = (Math.Min(low[axis], from), Math.Max(high[axis], to));
    }
}
