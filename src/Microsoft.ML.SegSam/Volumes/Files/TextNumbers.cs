using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Files;

/// <summary>Voxels that are written as decimal numbers.</summary>
internal static class TextNumbers
{
    private const int LongestWord = 64;

    /// <returns>The numbers as stored voxels, little end first.</returns>
    /// <exception cref="InvalidDataException">There are fewer numbers, or one is none of the type.</exception>
    /// <exception cref="NotSupportedException">Their type is not read from text.</exception>
    public static byte[] Read(string path, long from, VoxelType type, long count)
    {
        using var file = File.OpenRead(path);
        file.Position = from;
        if (count > (file.Length - from + 1) / 2) // each takes a digit, and a space but the last
            throw new InvalidDataException($"The file ends before its last voxel: {file.Length - from} bytes cannot hold {count} numbers.");
        using var text = new StreamReader(file, Encoding.Latin1);
        var numbers = new byte[checked((int)(count * (type.Bytes() / type.Samples())))];
        var (word, at) = (new StringBuilder(), 0);
        while (at < numbers.Length)
        {
            var next = text.Read();
            if (next >= 0 && !char.IsWhiteSpace((char)next) && next != ',')
            {
                if (word.Append((char)next).Length > LongestWord)
                    throw new InvalidDataException("The voxels are to be decimal numbers, and are none.");
                continue;
            }

            if (word.Length > 0)
                at += Write(word.ToString(), type, numbers.AsSpan(at));
            word.Clear();
            if (next < 0 && at < numbers.Length)
                throw new InvalidDataException($"The file ends before its last voxel: expected {count} numbers.");
        }

        return numbers;
    }

    private static int Write(string word, VoxelType type, Span<byte> into)
    {
        var number = TextHeader.Number(word) ?? throw new InvalidDataException($"'{word}' among the voxels is no number.");
        var (bits, isSigned) = type switch
        {
            VoxelType.UInt8 or VoxelType.Rgb24 => (8, false), VoxelType.Int8 => (8, true), VoxelType.Int16 => (16, true),
            VoxelType.UInt16 or VoxelType.Rgb48 => (16, false), VoxelType.Int32 => (32, true), VoxelType.UInt32 => (32, false),
            VoxelType.Float32 or VoxelType.Float64 => (0, true),
            _ => throw new NotSupportedException("Whole numbers of 64 bits are not read from text; write them as binary ones."),
        };
        if (type == VoxelType.Float32)
            BinaryPrimitives.WriteSingleLittleEndian(into, (float)number);
        else if (type == VoxelType.Float64)
            BinaryPrimitives.WriteDoubleLittleEndian(into, number);
        if (bits == 0)
            return type.Bytes();
        var (least, most) = isSigned ? (-(1L << bits - 1), (1L << bits - 1) - 1) : (0, (1L << bits) - 1);
        if (number != Math.Floor(number) || number < least || number > most)
            throw new InvalidDataException($"'{word}' among the voxels is none of the whole numbers from {least} to {most}.");
        for (var i = 0; i < bits / 8; i++)
            into[i] = (byte)((long)number >> 8 * i);
        return bits / 8;
    }
}
