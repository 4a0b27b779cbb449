using System.IO.Compression;

namespace Microsoft.ML.SegSam.Volumes.Voxels;

/// <summary>Unpacks what is packed by gzip, zlib or zip, to its end, where the checksum is.</summary>
internal static class PackedFile
{
    private const int NeedsDictionary = 0x20; // bit of zlib's second byte (RFC 1950)

    /// <summary>The rest of a file, packed by gzip or zlib.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="needed">Bytes that are needed, unpacked.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or unpacks to more than any image does.</exception>
    public static VoxelBytes Unpack(string path, long from, long needed, string temporaryFolder)
    {
        using var file = File.OpenRead(path);
        file.Position = from;
        var (first, second) = (file.ReadByte(), file.ReadByte());
        var isGzip = (first, second) == (0x1F, 0x8B);
        if (!isGzip && second >= 0 && (second & NeedsDictionary) != 0)
            throw new InvalidDataException("The file is packed by zlib with a dictionary that it lacks: it is damaged.");
        file.Position = from;
        using Stream stream = isGzip ? new GZipStream(file, CompressionMode.Decompress) : new ZLibStream(file, CompressionMode.Decompress);
        return Unpack(stream, needed, file.Length - from, isGzip ? "gzip" : "zlib", temporaryFolder);
    }

    /// <param name="stream">Unpacks as it is read.</param>
    /// <param name="packed">Bytes of what is packed.</param>
    /// <param name="how">By what it is packed, for messages.</param>
    /// <inheritdoc cref="Unpack(string, long, long, string)"/>
    public static VoxelBytes Unpack(Stream stream, long needed, long packed, string how, string temporaryFolder)
    {
        VoxelBytes? bytes = null;
        try
        {
            bytes = VoxelBytes.Unpack(stream, needed, packed, temporaryFolder);
            if (bytes.Length == needed)
                ReadOn(stream);
            return bytes;
        }
        catch (InvalidDataException failure)
        {
            bytes?.Dispose();
            throw new InvalidDataException($"The file is packed by {how}, and damaged: {failure.Message}", failure);
        }
    }

    private static void ReadOn(Stream stream)
    {
        var buffer = new byte[1 << 16];
        for (var left = VolumeLimits.BytesAfterVoxels; left > 0;)
        {
            var count = stream.Read(buffer);
            if (count == 0)
                return;
            left -= count;
        }
    }
}
