using System.Buffers.Binary;

namespace Microsoft.ML.SegSam.Volumes.Nifti;

/// <summary>Numbers at places of a header.</summary>
internal readonly ref struct NiftiNumbers(ReadOnlySpan<byte> bytes, bool isBigEndian)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly bool _isBigEndian = isBigEndian;

    public short Short(int at) =>
        _isBigEndian ? BinaryPrimitives.ReadInt16BigEndian(_bytes[at..]) : BinaryPrimitives.ReadInt16LittleEndian(_bytes[at..]);

    public int Int(int at) =>
        _isBigEndian ? BinaryPrimitives.ReadInt32BigEndian(_bytes[at..]) : BinaryPrimitives.ReadInt32LittleEndian(_bytes[at..]);

    public long Long(int at) =>
        _isBigEndian ? BinaryPrimitives.ReadInt64BigEndian(_bytes[at..]) : BinaryPrimitives.ReadInt64LittleEndian(_bytes[at..]);

    public float Float(int at) => BitConverter.Int32BitsToSingle(Int(at));

    public double Double(int at) => BitConverter.Int64BitsToDouble(Long(at));

    public short[] Shorts(int at, int count)
    {
        var numbers = new short[count];
        for (var i = 0; i < count; i++)
            numbers[i] = Short(at + 2 * i);
        return numbers;
    }

    public long[] Longs(int at, int count)
    {
        var numbers = new long[count];
        for (var i = 0; i < count; i++)
            numbers[i] = Long(at + 8 * i);
        return numbers;
    }

    public double[] Floats(int at, int count)
    {
        var numbers = new double[count];
        for (var i = 0; i < count; i++)
            numbers[i] = Float(at + 4 * i);
        return numbers;
    }

    public double[] Doubles(int at, int count)
    {
        var numbers = new double[count];
        for (var i = 0; i < count; i++)
            numbers[i] = Double(at + 8 * i);
        return numbers;
    }
}
