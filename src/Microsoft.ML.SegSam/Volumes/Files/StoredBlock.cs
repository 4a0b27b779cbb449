using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Files;

/// <summary>How numbers are written.</summary>
internal enum BlockEncoding
{
    Raw,

    /// <summary>By gzip or zlib.</summary>
    Packed,

    /// <summary>As decimal numbers.</summary>
    Text,
}

/// <summary>The voxels of a file as one block, i fastest, time slowest.</summary>
/// <param name="First">Where it begins; −1 where it ends with the file.</param>
internal sealed record StoredBlock(
    string Path, long First, BlockEncoding Encoding, VoxelType Type, bool IsBigEndian, VolumeShape Shape)
{
    /// <summary>Bytes before the first voxel, packed with the voxels.</summary>
    public long Skipped { get; init; }

    /// <param name="time">Which of the volumes.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or too short.</exception>
    public VoxelSource Open(int time, string temporaryFolder)
    {
        var size = Shape.Voxels * Type.Bytes();
        var all = size * Shape.Times;
        var length = new FileInfo(Path).Length;
        var first = First < 0 ? length - all : First;
        if (first < 0 || first > length || Skipped > length * VolumeLimits.PackingRatio)
            throw Short(length, (Int128)Math.Max(0, First) + all);
        var bytes = Encoding switch
        {
            BlockEncoding.Packed => PackedFile.Unpack(Path, first, Skipped + all, temporaryFolder),
            BlockEncoding.Text => VoxelBytes.Of(TextNumbers.Read(Path, first, Type, Shape.Voxels * Type.Samples() * Shape.Times)),
            _ => VoxelBytes.Open(Path),
        };
        first = Encoding == BlockEncoding.Raw ? first : Skipped;
        if (bytes.Length - first >= all)
        {
            return new StoredVoxels(bytes, first + size * time, Type, IsBigEndian && Encoding != BlockEncoding.Text, slope: 1, intercept: 0,
                Shape.Columns, Shape.Rows, Shape.Slices);
        }

        length = bytes.Length;
        bytes.Dispose();
        throw Short(length, (Int128)first + all);
    }

    private static InvalidDataException Short(long found, Int128 expected) => new(FormattableString.Invariant(
        $"The file ends before its last voxel: it has {found} of {expected} bytes. It is cut off, or its header is wrong."));
}
