namespace Microsoft.ML.SegSam.Volumes.Voxels;

/// <summary>Bytes from a position on as a stream, for decoders that take one.</summary>
internal sealed class VoxelStream(VoxelBytes bytes, long position) : ForwardStream
{
    private long _position = position;

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, bytes.Length - _position);
        bytes.Read(_position, buffer[..count]);
        _position += count;
        return count;
    }
}
