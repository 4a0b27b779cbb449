using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Numpy;

/// <summary>
/// Reads .npz files as MedSAM and MedSAM2 have them: imgs (slices x rows x columns, mostly bytes of a window), and where it lies: spacing
/// (x, y, z in mm), direction (3 x 3, row by row, LPS) and origin; or their labels, gts. Boxes are left to others.
/// </summary>
internal static class NpzReader
{
    private const string Images = "imgs", Labels = "gts";

    /// <summary>Whether a file begins as a zip archive.</summary>
    public static bool Fits(ReadOnlySpan<byte> start) => start.StartsWith("PK\x03\x04"u8) || start.StartsWith("PK\x05\x06"u8);

    /// <param name="mostVoxels">More are refused.</param>
    /// <param name="isOfLabels">Whether the labels are wanted, where there are any.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or has no such array.</exception>
    /// <exception cref="NotSupportedException">The array holds something else than numbers, or has other dimensions.</exception>
    public static VolumeFile Describe(string path, long mostVoxels, bool isOfLabels)
    {
        using var archive = new NpzArchive(path);
        var name = isOfLabels && archive.Names.Contains(Labels) ? Labels : archive.Names.Contains(Images) ? Images
            : archive.Names.Count == 1 ? archive.Names.Single()
            : throw new InvalidDataException($"The archive has no array '{Images}'; it has {string.Join(", ", archive.Names.Take(20))}.");
        var header = archive.Header(name)!;
        var (shape, type, warnings) = NumpyReader.ShapeOf(header, archive.Header(Labels)?.Shape, mostVoxels);
        List<string> all = [.. warnings];
        return new(Place(archive, shape, all), type, Open) { Warnings = all };

        VoxelSource Open(int time, string temporaryFolder)
        {
            using var opened = new NpzArchive(path);
            if (opened.Header(name) is not { } now || now.DataAt != header.DataAt || !now.Shape.SequenceEqual(header.Shape))
                throw new InvalidDataException("The file changed while it was read.");
            var bytes = opened.Unpack(name, header.DataAt + shape.Voxels * type.Bytes(), temporaryFolder);
            return NumpyReader.Voxels(bytes, header.DataAt, header, shape, type);
        }
    }

    private static VolumeGeometry Place(NpzArchive archive, VolumeShape shape, List<string> warnings)
    {
        var (spacing, direction, origin) = (archive.Numbers("spacing", 3), archive.Numbers("direction", 9), archive.Numbers("origin", 3));
        if (spacing is not { Length: 3 })
        {
            warnings.AddRange([Placement.NoSpacing, Placement.NoOrientation]);
            return Placement.Unknown(shape, 1, 1, 1);
        }

        if (direction is not { Length: 9 })
        {
            warnings.Add(Placement.NoOrientation);
            return Placement.Unknown(shape, spacing[0], spacing[1], spacing[2]);
        }

        double[] Axis(int axis) => [.. Enumerable.Range(0, 3).Select(world => direction[3 * world + axis] * spacing[axis])];
        return Placement.Of(shape, [Axis(0), Axis(1), Axis(2)], origin is { Length: 3 } ? origin : [0, 0, 0], Placement.Lps);
    }
}
