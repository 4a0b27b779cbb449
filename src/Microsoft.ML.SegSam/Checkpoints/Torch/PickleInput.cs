using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>The bytes of a pickle. Every length is checked against the rest of the stream, which must have a length.</summary>
internal sealed class PickleInput(Stream stream)
{
    public const int LargestPickle = 256 << 20; // our choice; a ViT-H checkpoint with its optimizer has under 1 MB
    private const int LongestLine = 1 << 20;    // our choice
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly long _start = stream.Position;

    /// <summary>Bytes read so far.</summary>
    public long Position => stream.Position - _start;

    public byte Byte() => stream.ReadByte() is var value and >= 0 && Position <= LargestPickle ? (byte)value : throw Truncated(1);

    public byte[] Bytes(ulong count)
    {
        if (count > (ulong)Math.Max(0, Math.Min(stream.Length - stream.Position, LargestPickle - Position)))
            throw Truncated(count);
        var bytes = new byte[count];
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? bytes : throw Truncated(count);
    }

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public double BigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8));

    /// <summary>A length that the format stores as a signed number.</summary>
    public ulong Length32() => Int32() is var length and >= 0 ? (ulong)length : throw Invalid("a negative length");

    public string Text(ulong bytes) => Decode(Bytes(bytes));

    /// <summary>Text up to the next line feed, which is consumed.</summary>
    public string Line()
    {
        var bytes = new List<byte>();
        for (byte letter; (letter = Byte()) != '\n';)
        {
            if (bytes.Count == LongestLine)
                throw Invalid($"a line longer than {LongestLine} bytes");
            bytes.Add(letter);
        }

        return Decode([.. bytes]);
    }

    /// <summary>The error for something that the pickle holds before the current position.</summary>
    public InvalidDataException Invalid(string content) => CheckpointError.Invalid($"the pickle holds {content}, before its byte "
        + $"{Position}");

    private string Decode(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Invalid("a text that is not UTF-8");
        }
    }

    private InvalidDataException Truncated(ulong needed) => CheckpointError.Invalid(Position >= LargestPickle || needed > LargestPickle
        ? $"the pickle is larger than the {LargestPickle >> 20} MB allowed, or claims so at its byte {Position}"
        : $"the pickle ends inside a value: {needed} bytes are needed at its byte {Position}, the file holds "
            + $"{Math.Max(0, stream.Length - stream.Position)}; it is truncated or damaged");
}
