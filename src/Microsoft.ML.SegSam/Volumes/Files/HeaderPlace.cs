using Microsoft.ML.SegSam.Volumes.Geometry;

namespace Microsoft.ML.SegSam.Volumes.Files;

/// <summary>Where voxels lie, in the numbers that a MetaImage header has: a world of LPS+, in millimeters.</summary>
/// <param name="Spacing">Of three axes.</param>
/// <param name="Directions">Of the first axis, then of the second and the third.</param>
internal sealed record HeaderPlace(double[] Spacing, double[] Directions, double[] Origin)
{
    /// <summary>Spacing and directions of a matrix, which are as exact as numbers of 64 bits.</summary>
    public static HeaderPlace Of(VolumeGeometry geometry)
    {
        double[] spacing = [geometry.Spacing.X, geometry.Spacing.Y, geometry.Spacing.Z];
        return new(spacing, [.. Enumerable.Range(0, 3).SelectMany(axis => Placement.ToLps(geometry, axis)
            .Select(part => part / spacing[axis]))], Placement.ToLps(geometry, 3));
    }
}
