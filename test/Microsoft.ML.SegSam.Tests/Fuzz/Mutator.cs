using System.Buffers.Binary;

namespace Microsoft.ML.SegSam.Tests.Fuzz;

/// <summary>Spoils bytes in one (mostly) to four of the ways that files go wrong, or are made to.</summary>
internal sealed class Mutator(Random random)
{
    private static readonly byte[] Opcodes =
    [
        .. "(.012FIJKLMNPQRSTUVXabcd}eghijl]opqrst)uGBC"u8, .. Enumerable.Range(0x80, 0x19).Select(code => (byte)code),
    ];

    private static readonly long[] Lengths =
        [0, 1, -1, 7, 255, 65535, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue];

    /// <param name="seed">A valid input; left as it is.</param>
    /// <param name="other">Where splices come from.</param>
    public byte[] Mutate(byte[] seed, byte[] other)
    {
        var bytes = seed.ToArray();
        for (var times = Math.Max(1, random.Next(-3, 5)); times > 0 && bytes.Length > 0; times--)
            bytes = Once(bytes, other);
        return bytes;
    }

    private byte[] Once(byte[] bytes, byte[] other)
    {
        var at = random.Next(bytes.Length);
        switch (random.Next(8))
        {
            case 0: // a bit flips
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1: // any byte
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2: // another opcode
                bytes[at] = Opcodes[random.Next(Opcodes.Length)];
                return bytes;
            case 3: // a number that lies: an extreme, or a little more or less than it was
                return Number(bytes, at);
            case 4:
                return bytes[..at];
            case 5: // a stretch goes
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 1 + random.Next(32))..]];
            case 6: // a stretch comes twice, or often
                var chunk = bytes[at..Math.Min(bytes.Length, at + 1 + random.Next(64))];
                return
                [
                    .. bytes[..at],
                    .. Enumerable.Repeat(chunk, random.Next(20) == 0 ? 1000 : 2).SelectMany(part => part),
                    .. bytes[(at + chunk.Length)..],
                ];
            default: // a stretch of another file
                var from = random.Next(other.Length);
                return
                [
                    .. bytes[..at],
                    .. other[from..Math.Min(other.Length, from + 1 + random.Next(64))],
                    .. bytes[Math.Min(bytes.Length, at + random.Next(64))..],
                ];
        }
    }

    private byte[] Number(byte[] bytes, int at)
    {
        var size = 1 << random.Next(4);
        if (at + size > bytes.Length)
            return bytes;
        Span<byte> field = stackalloc byte[8];
        bytes.AsSpan(at, size).CopyTo(field);
        var value = random.Next(2) == 0
            ? Lengths[random.Next(Lengths.Length)]
            : BinaryPrimitives.ReadInt64LittleEndian(field) + random.Next(-3, 4);
        BinaryPrimitives.WriteInt64LittleEndian(field, value);
        field[..size].CopyTo(bytes.AsSpan(at));
        return bytes;
    }
}
