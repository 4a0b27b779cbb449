namespace Microsoft.ML.SegSam.Volumes.Numpy;

/// <summary>Reads another stream, and compares its CRC-32 at its end, which ZipArchive does not.</summary>
internal sealed class ChecksumStream(Stream inner, uint expected) : Stream
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Remainder)];
    private uint _sum = uint.MaxValue;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

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

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static uint Remainder(int one)
    {
        var remainder = (uint)one;
        for (var bit = 0; bit < 8; bit++)
            remainder = (remainder & 1) == 1 ? 0xEDB88320 ^ remainder >> 1 : remainder >> 1;
        return remainder;
    }
}
