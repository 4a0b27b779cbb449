using System.IO.Compression;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Nifti;

/// <summary>A NIfTI file that is open: its header, and its voxels by position.</summary>
/// <param name="Times">Volumes in the file, one after the other.</param>
internal sealed record NiftiFile(NiftiHeader Header, AffineMatrix Affine, bool IsOrientationKnown, int Times, StoredVoxels Voxels);

/// <summary>Reads NIfTI-1 and NIfTI-2, single files and pairs, packed by gzip or not, whatever they are called.</summary>
internal static class NiftiReader
{
    private const int Start = 540; // the longest header

    private static readonly Dictionary<int, VoxelType> Types = new()
    {
        [2] = VoxelType.UInt8, [4] = VoxelType.Int16, [8] = VoxelType.Int32, [16] = VoxelType.Float32, [64] = VoxelType.Float64,
        [128] = VoxelType.Rgb24, [256] = VoxelType.Int8, [512] = VoxelType.UInt16, [768] = VoxelType.UInt32, [1024] = VoxelType.Int64,
        [1280] = VoxelType.UInt64,
    };

    private static readonly Dictionary<int, string> OtherTypes = new()
    {
        [1] = "one bit", [32] = "complex numbers of 64 bits", [1536] = "numbers of 128 bits", [1792] = "complex numbers of 128 bits",
        [2048] = "complex numbers of 256 bits", [2304] = "colors with opacity",
    };

    /// <summary>Whether a file is NIfTI, packed or not.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool Fits(string path) => ReadStart(path, 4) is { Length: 4 } start && NiftiHeader.Fits(start);

    /// <summary>The first bytes of a file, unpacked: as many as are asked for, or all that there are.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is packed, and damaged.</exception>
    public static byte[] ReadStart(string path, int length)
    {
        using var file = Unpacked(path, out _);
        return ReadStart(file, length);
    }

    /// <param name="time">Which of several volumes.</param>
    /// <param name="mostVoxels">More are refused.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="NotSupportedException">Its voxels are of a type, or of more dimensions, that is not read.</exception>
    public static NiftiFile Open(string path, int time, long mostVoxels, string temporaryFolder)
    {
        var header = NiftiHeader.Parse(ReadStart(path, Start));
        var (columns, rows, slices, times) = VolumeShape.Of(header.Dim, mostVoxels);
        var type = TypeOf(header.DataType);
        var (affine, isKnown) = NiftiForm.Of(header);
        var (slope, intercept) = Scaling(header, type);
        var source = header.IsPair ? ImageOf(path) : path;
        var first = FirstVoxel(header);
        var size = checked((long)columns * rows * slices * type.Bytes());
        var end = checked(first + size * times);
        var bytes = Bytes(source, end, temporaryFolder);
        try
        {
            if (bytes.Length < end)
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"The file ends before its last voxel: it has {bytes.Length} of {end} bytes."));
            }

            if ((uint)time >= times)
                throw new InvalidDataException(FormattableString.Invariant($"There is no time point {time}: the file has {times}."));
            return new(header, affine, isKnown, times,
                new(bytes, first + size * time, type, header.IsBigEndian, slope, intercept, columns, rows, slices));
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>What the header says of the volumes, without a look at their voxels.</summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static (VolumeGeometry Geometry, int Times) Describe(string path, long mostVoxels)
    {
        var header = NiftiHeader.Parse(ReadStart(path, Start));
        var (columns, rows, slices, times) = VolumeShape.Of(header.Dim, mostVoxels);
        var (affine, isKnown) = NiftiForm.Of(header);
        return (new(columns, rows, slices, affine, isKnown), times);
    }

    private static VoxelType TypeOf(int code) => Types.TryGetValue(code, out var type) ? type
        : OtherTypes.TryGetValue(code, out var name)
        ? throw new NotSupportedException($"Voxels of {name} (NIfTI type {code}) are not read.")
        : throw new InvalidDataException($"The header's data type is {code}, which NIfTI does not know.");

    // Slope 0, and one that is no number, mean no scaling, and then no intercept either. Colors are not scaled.
    private static (double Slope, double Intercept) Scaling(NiftiHeader header, VoxelType type)
    {
        if (type.Samples() == 3 || header.Slope == 0 || !double.IsFinite(header.Slope))
            return (1, 0);
        return double.IsFinite(header.Intercept) ? (header.Slope, header.Intercept)
            : throw new InvalidDataException("The header scales by a slope, and its intercept is no number.");
    }

    private static long FirstVoxel(NiftiHeader header)
    {
        var least = header.IsPair ? 0 : header.Length + 4; // four bytes say whether there are extensions
        var offset = header.VoxOffset == 0 ? least : header.VoxOffset;
        return offset >= least && offset < long.MaxValue / 2 ? (long)offset : throw new InvalidDataException(
            FormattableString.Invariant($"The header says that voxels begin at byte {header.VoxOffset}; expected {least} or more."));
    }

    // The other file of a pair, packed or not.
    private static string ImageOf(string path)
    {
        var stem = path;
        foreach (var end in (string[])[".gz", ".hdr"])
            stem = stem.EndsWith(end, StringComparison.OrdinalIgnoreCase) ? stem[..^end.Length] : stem;
        return ((string[])[stem + ".img", stem + ".img.gz", stem + ".IMG"]).FirstOrDefault(File.Exists) ?? throw new InvalidDataException(
            $"'{Path.GetFileName(path)}' is the header of a pair, and its voxels, '{Path.GetFileName(stem)}.img', are not beside it.");
    }

    private static VoxelBytes Bytes(string path, long end, string temporaryFolder)
    {
        var stream = Unpacked(path, out var isPacked);
        if (!isPacked)
        {
            stream.Dispose();
            return VoxelBytes.Open(path);
        }

        using (stream)
            return PackedFile.Unpack(stream, end, new FileInfo(path).Length, "gzip", temporaryFolder);
    }

    private static Stream Unpacked(string path, out bool isPacked)
    {
        var file = File.OpenRead(path);
        var (first, second) = (file.ReadByte(), file.ReadByte());
        file.Position = 0;
        isPacked = (first, second) == (0x1F, 0x8B);
        return isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static byte[] ReadStart(Stream stream, int length)
    {
        var start = new byte[length];
        try
        {
            return start[..stream.ReadAtLeast(start, length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"The file is packed by gzip, and damaged: {failure.Message}", failure);
        }
    }
}
