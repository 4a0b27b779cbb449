using System.Globalization;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Geometry;

namespace Microsoft.ML.SegSam.Metrics.Volumes;

/// <summary>Whether two label volumes lie on the same voxels, and whether distances can be measured between these.</summary>
internal static class SameGrid
{
    /// <exception cref="ArgumentException">They do not, or the grid is no box at right angles with even distances.</exception>
    public static void Require(LabelVolume predicted, LabelVolume truth)
    {
        var (a, b) = (predicted.Geometry, truth.Geometry);
        if (!a.Equals(b))
        {
            var apart = a.Apart(b);
            var why = double.IsNaN(apart) ? ""
                : string.Create(CultureInfo.InvariantCulture, $"; their corners lie up to {apart:0.####} mm apart");
            throw new ArgumentException($"The volumes do not lie on the same voxels: the prediction has {a} from {First(a)}, "
                + $"the truth {b} from {First(b)}{why}. Bring both to one grid, such as that of the image.", nameof(predicted));
        }

        if (b.IsSheared)
        {
            throw new ArgumentException($"The axes of the volumes are not at right angles ({b}; a tilted gantry), and distances between "
                + "surfaces are not measured on such a grid. Resample both volumes first.", nameof(truth));
        }

        if (!predicted.IsRegular || !truth.IsRegular)
        {
            throw new ArgumentException($"The slices of the volumes have different distances ({b}), and distances between surfaces are not "
                + "measured on such a grid. Resample both volumes first.", nameof(truth));
        }
    }

    private static string First(VolumeGeometry geometry)
    {
        var (x, y, z) = geometry.ToWorld(0, 0, 0);
        return string.Create(CultureInfo.InvariantCulture, $"({x:0.###}, {y:0.###}, {z:0.###}) mm");
    }
}
