using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>
/// A section of a file, read in place; if it is deflated, it is inflated on first use and kept until the checkpoint is closed.
/// </summary>
/// <param name="what">Names the section in messages.</param>
internal sealed class FileBytes(SafeFileHandle file, string what, long offset, long packedLength, long length, bool deflated = false)
{
    private byte[]? _inflated;

    /// <summary>The length in bytes, inflated.</summary>
    public long Length => length;

    /// <exception cref="InvalidDataException">The file ends early, or the deflated data do not match their declared length.</exception>
    public void Read(long at, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(at);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(at + into.Length, length);
        if (deflated)
            (_inflated ??= Inflate()).AsSpan((int)at, into.Length).CopyTo(into);
        else
            ReadFully(file, offset + at, into, what);
    }

    public byte[] ReadAll()
    {
        var bytes = new byte[length];
        Read(0, bytes);
        return bytes;
    }

    public static void ReadFully(SafeFileHandle file, long offset, Span<byte> into, string what)
    {
        while (into.Length > 0)
        {
            var read = RandomAccess.Read(file, into, offset);
            if (read == 0)
                throw CheckpointError.Invalid($"the file ends {into.Length} bytes before the end of {what}; it is truncated");
            offset += read;
            into = into[read..];
        }
    }

    private byte[] Inflate()
    {
        var packed = new byte[packedLength];
        ReadFully(file, offset, packed, what);
        using var stream = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
        var bytes = new byte[length];
        try
        {
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length && stream.ReadByte() < 0)
                return bytes;
        }
        catch (InvalidDataException failure)
        {
            throw CheckpointError.Invalid($"{what} cannot be inflated ({failure.Message})");
        }

        throw CheckpointError.Invalid($"{what} does not inflate to the {length} bytes that the zip declares");
    }
}
