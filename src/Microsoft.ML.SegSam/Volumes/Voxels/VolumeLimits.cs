namespace Microsoft.ML.SegSam.Volumes.Voxels;

/// <summary>How large a file may be, so that one that lies costs neither memory nor time (our choice).</summary>
internal static class VolumeLimits
{
    /// <summary>Voxels of a volume where the caller allows no more: 512 x 512 x 4096.</summary>
    public const long Voxels = 1L << 30;

    /// <summary>Voxels on an axis.</summary>
    public const int Side = 65_535;

    /// <summary>Bytes that are unpacked in memory; more go into a temporary file.</summary>
    public const int BytesInMemory = 16 << 20;

    /// <summary>A packed file may hold so many times its own length; checked beyond <see cref="BytesAfterVoxels"/>.</summary>
    public const int PackingRatio = 1000;

    /// <summary>Bytes after the last voxel that are unpacked, and thrown away, to see whether the file is whole.</summary>
    public const int BytesAfterVoxels = 64 << 20;
}
