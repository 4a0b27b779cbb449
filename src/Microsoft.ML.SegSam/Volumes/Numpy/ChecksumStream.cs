using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Numpy;

/// <summary>Reads another stream, and compares its CRC-32 at its end, which ZipArchive does not.</summary>
internal sealed class ChecksumStream(Stream inner, uint expected) : ForwardStream
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Remainder)];
    private uint _sum = uint.MaxValue;

    /// <exception cref="InvalidDataException">The stream ends, and is not what was packed.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        foreach (var one in buffer[..count])
            _sum = Table[(byte)(_sum ^ one)] ^ _sum >> 8;
        if (count == 0 && buffer.Length > 0 && ~_sum != expected)
            throw new InvalidDataException("Its checksum is not that of what was packed.");
        return count;
    }

    private static uint Remainder(int one)
    {
        var remainder = (uint)one;
        for (var bit = 0; bit < 8; bit++)
            remainder = (remainder & 1) == 1 ? 0xEDB88320 ^ remainder >> 1 : remainder >> 1;
        return remainder;
    }
}
