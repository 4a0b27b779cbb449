using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Numpy;

/// <summary>
/// Reads NumPy arrays as volumes: rows x columns, or slices x rows x columns, perhaps with red, green and blue as the last index.
/// </summary>
internal static class NumpyReader
{
    /// <summary>An array in a file of its own, .npy.</summary>
    /// <param name="mostVoxels">More are refused.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or too large.</exception>
    /// <exception cref="NotSupportedException">It is no array of numbers, or has other dimensions.</exception>
    public static VolumeFile Describe(string path, long mostVoxels)
    {
        NpyHeader header;
        using (var file = File.OpenRead(path))
            header = NpyHeader.Read(file);
        var (shape, type, warnings) = ShapeOf(header, labels: null, mostVoxels);
        return new(Placement.Unknown(shape, 1, 1, 1), type, (_, _) => Voxels(VoxelBytes.Open(path), header.DataAt, header, shape, type))
        {
            Warnings = [.. warnings, Placement.NoSpacing, Placement.NoOrientation],
        };
    }

    /// <param name="labels">The shape of the labels that belong to the array; null where there are none.</param>
    /// <inheritdoc cref="Describe" path="/exception"/>
    public static (VolumeShape Shape, VoxelType Type, IReadOnlyList<string> Warnings) ShapeOf(
        NpyHeader header, IReadOnlyList<long>? labels, long mostVoxels)
    {
        var sizes = header.Shape;
        while (sizes.Count > 2 && sizes[0] == 1)
            sizes = [.. sizes.Skip(1)];
        var mayBeColor = sizes.Count is 3 or 4 && sizes[^1] == 3 && header.Type.Of(3) is not null;
        var isColor = mayBeColor && (labels is null || !labels.SequenceEqual(header.Shape));
        var space = isColor ? sizes.Take(sizes.Count - 1).ToList() : sizes;
        if (space.Count is < 2 or > 3)
        {
            throw new NotSupportedException($"The array has the shape ({string.Join(", ", header.Shape)}); expected rows x columns or "
                + "slices x rows x columns, perhaps with 3 for red, green and blue as the last.");
        }

        return (VolumeShape.Of([.. space.Reverse()], mostVoxels), isColor ? header.Type.Of(3)!.Value : header.Type,
            isColor && labels is null ? ["The last dimension of the array is 3: it is taken for red, green and blue."] : []);
    }

    /// <param name="bytes">Owned.</param>
    /// <param name="first">Where the first number begins.</param>
    /// <exception cref="InvalidDataException">There are too few.</exception>
    public static VoxelSource Voxels(VoxelBytes bytes, long first, NpyHeader header, VolumeShape shape, VoxelType type)
    {
        if (bytes.Length - first >= shape.Voxels * type.Bytes())
        {
            return header.IsFortran
                ? new FortranVoxels(bytes, first, header.Type, header.IsBigEndian, shape, type.Samples())
                : new StoredVoxels(
                    bytes, first, type, header.IsBigEndian, slope: 1, intercept: 0, shape.Columns, shape.Rows, shape.Slices);
        }

        var found = bytes.Length;
        bytes.Dispose();
        throw new InvalidDataException(
            $"The array ends before its last number: it has {found} of {first + shape.Voxels * type.Bytes()} bytes.");
    }
}
