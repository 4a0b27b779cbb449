using System.Buffers.Binary;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Tiff;

/// <summary>Numbers at places of a TIFF file, in its byte order.</summary>
internal sealed class TiffNumbers(VoxelBytes bytes, bool isBigEndian)
{
    public long Length => bytes.Length;

    public bool IsBigEndian => isBigEndian;

    /// <param name="size">Bytes of the number: 1, 2, 4 or 8.</param>
    /// <exception cref="InvalidDataException">The file ends before, or the number is above what a long holds.</exception>
    public long Whole(long at, int size)
    {
        Span<byte> number = stackalloc byte[8];
        number = number[..size];
        Read(at, number);
        var value = size switch
        {
            1 => number[0],
            2 => isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(number) : BinaryPrimitives.ReadUInt16LittleEndian(number),
            4 => isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(number) : BinaryPrimitives.ReadUInt32LittleEndian(number),
            _ => isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(number) : BinaryPrimitives.ReadUInt64LittleEndian(number),
        };
        return value <= long.MaxValue ? (long)value : throw new InvalidDataException("The file points beyond the end of any file.");
    }

    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public void Read(long at, Span<byte> into)
    {
        if (at < 0 || at > bytes.Length - into.Length)
            throw new InvalidDataException($"The file points to byte {at}, and has {bytes.Length}: it is cut off, or damaged.");
        bytes.Read(at, into);
    }
}
