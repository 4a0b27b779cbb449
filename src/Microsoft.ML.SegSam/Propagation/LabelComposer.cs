using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Labels;

namespace Microsoft.ML.SegSam.Propagation;

/// <summary>Puts the masks of objects on slices into a label volume.</summary>
internal static class LabelComposer
{
    /// <param name="volume">The volume that was cut.</param>
    /// <param name="objects">
    /// With different labels. Where they overlap, the one with the higher share of its category has the voxel.
    /// </param>
    /// <param name="warnings">Says which objects lost voxels to others.</param>
    public static LabelVolume Compose(
        MedicalVolume volume, SlicePlane plane, IReadOnlyList<VolumeObject> objects, out IReadOnlyList<string> warnings)
    {
        var axes = SliceAxes.Of(volume.Geometry, plane);
        var runs = new LabelRuns.Builder(volume.Geometry.Slices);
        var claims = objects.SelectMany(item => item.Slices.Select(slice => (slice.Slice, Claim:
            ((uint)item.Label, item.CategoryShares.Max(share => share.Score), slice.Mask))));
        foreach (var group in claims.GroupBy(claim => claim.Slice))
        {
            var picture = SegmentationMask.ComposeLabelMap(axes.Height, axes.Width, group.Select(claim => claim.Claim));
            Add(runs, axes, axes.At(group.Key), picture, volume.Geometry.Columns);
        }

        var labels = runs.Build();
        var left = labels.Count();
        warnings =
        [
            .. from item in objects
               let found = item.Slices.Sum(slice => slice.Mask.Area)
               let kept = left.GetValueOrDefault(item.Label)
               where kept < found
               select FormattableString.Invariant($"Objects overlap: label {item.Label} has {kept} of its {found} voxels, ")
                   + "the others belong to surer objects.",
        ];
        var names = objects.Where(item => item.Category.Length > 0).ToDictionary(item => item.Label, item => item.Category);
        return new(volume.Geometry, labels, names, volume.Origin);
    }

    // Along the file's rows where the slice holds them.
    private static void Add(LabelRuns.Builder runs, SliceAxes axes, int at, uint[] picture, int columns)
    {
        (int From, int To) Range(int axis) => axes.Fixed == axis ? (at, at + 1) : (0, axes.Size[axis]);
        var ((i0, i1), (j0, j1), (k0, k1)) = (Range(0), Range(1), Range(2));
        for (var k = k0; k < k1; k++)
        {
            for (var j = j0; j < j1; j++)
            {
                for (var i = i0; i < i1;)
                {
                    var (label, start) = (Label(i, j, k), i);
                    while (++i < i1 && Label(i, j, k) == label)
                    {
                    }

                    if (label != 0)
                        runs.Add(k, j * columns + start, i - start, (int)label);
                }
            }
        }

        uint Label(int i, int j, int k)
        {
            ReadOnlySpan<int> voxel = [i, j, k];
            return picture[axes.ToY(voxel[axes.Row]) * axes.Width + axes.ToX(voxel[axes.Column])];
        }
    }
}
