using System.Buffers.Binary;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>Bytes of a file one after the other, with numbers in its byte order.</summary>
internal sealed class DicomReader(VoxelBytes bytes)
{
    private const int Window = 1 << 12;
    private readonly byte[] _window = new byte[Window];
    private long _windowAt = -1;
    private int _windowLength;

    public long Position { get; set; }

    public long Length => bytes.Length;

    public bool IsBigEndian { get; set; }

    public bool IsAtEnd => Position >= Length;

    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > Length - Position)
            throw Ends();
        if (Position < _windowAt || Position + count > _windowAt + _windowLength || _windowAt < 0)
        {
            (_windowAt, _windowLength) = (Position, (int)Math.Min(Window, Length - Position));
            bytes.Read(_windowAt, _window.AsSpan(0, _windowLength));
        }

        var at = (int)(Position - _windowAt);
        Position += count;
        return _window.AsSpan(at, count);
    }

    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public byte[] TakeValue(long count)
    {
        Require(count);
        var value = new byte[count];
        bytes.Read(Position, value);
        Position += count;
        return value;
    }

    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public void Skip(long count)
    {
        Require(count);
        Position += count;
    }

    public ushort Short() =>
        IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(Take(2)) : BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint Int() => IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(Take(4)) : BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public DicomTag Tag() => (DicomTag)((uint)Short() << 16 | Short());

    private void Require(long count)
    {
        if (count < 0 || count > Length - Position)
            throw Ends();
    }

    private static InvalidDataException Ends() => new("The file ends within an element: it is cut off, or a length in it is wrong.");
}
