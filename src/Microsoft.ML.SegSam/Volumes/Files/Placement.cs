using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Files;

/// <summary>Where the voxels of a file lie, from its own way to say so to millimeters in RAS+.</summary>
internal static class Placement
{
    public const string NoOrientation = "The file does not say how its axes lie in the patient: the orientation is unknown.";
    public const string NoSpacing = "The file does not say how far its voxels lie apart: they are taken for 1 mm.";

    /// <summary>Towards the left, the back and the head.</summary>
    public static readonly double[] Lps = [-1, -1, 1];

    /// <param name="axes">A vector of three numbers for each axis: from a voxel to the next one.</param>
    /// <param name="origin">Of the first voxel's center.</param>
    /// <param name="signs">What leads from the file's world to RAS+.</param>
    /// <exception cref="InvalidDataException">Voxels share places.</exception>
    public static VolumeGeometry Of(VolumeShape shape, IReadOnlyList<double[]> axes, double[] origin, double[] signs)
    {
        var affine = new AffineMatrix([.. Enumerable.Range(0, 3).SelectMany(row => new[]
            { signs[row] * axes[0][row], signs[row] * axes[1][row], signs[row] * axes[2][row], signs[row] * origin[row] })]);
        return affine.PlacesVoxels ? new(shape.Columns, shape.Rows, shape.Slices, affine) : throw new InvalidDataException(
            $"The header places all voxels on one plane, or nowhere: its matrix is {affine.ToString()}. Expected three directions, and "
            + "spacings above 0.");
    }

    /// <summary>Of a file that knows no orientation: rows and columns lie as in a picture.</summary>
    /// <exception cref="InvalidDataException">A spacing is not above 0.</exception>
    public static VolumeGeometry Unknown(VolumeShape shape, double x, double y, double z)
    {
        var affine = new AffineMatrix([-x, 0, 0, 0, 0, -y, 0, 0, 0, 0, z, 0]);
        return x > 0 && y > 0 && z > 0 && affine.PlacesVoxels
            ? new(shape.Columns, shape.Rows, shape.Slices, affine, isOrientationKnown: false)
            : throw new InvalidDataException(FormattableString.Invariant(
                $"The file's spacing is {x:R}, {y:R}, {z:R}; expected numbers above 0."));
    }

    /// <summary>A column of a geometry's matrix in a world of LPS+; column 3 is the place of the first voxel.</summary>
    public static double[] ToLps(VolumeGeometry geometry, int column) =>
        [.. Lps.Select((sign, row) => sign * geometry.Affine[row, column] + 0.0)]; // + 0.0: no -0
}
