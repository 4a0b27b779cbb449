using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Numpy;

/// <summary>The header of a NumPy array: a text in Python's form, of which three entries are read and nothing is run.</summary>
/// <param name="IsFortran">Whether the first index is the fastest in the file; else the last.</param>
/// <param name="DataAt">Where the first number begins.</param>
internal sealed partial record NpyHeader(VoxelType Type, bool IsBigEndian, bool IsFortran, IReadOnlyList<long> Shape, int DataAt)
{
    private const int Longest = 1 << 16, MostDimensions = 32;

    private static readonly Dictionary<string, VoxelType> Types = new()
    {
        ["b1"] = VoxelType.UInt8, ["u1"] = VoxelType.UInt8, ["i1"] = VoxelType.Int8, ["i2"] = VoxelType.Int16, ["u2"] = VoxelType.UInt16,
        ["i4"] = VoxelType.Int32, ["u4"] = VoxelType.UInt32, ["i8"] = VoxelType.Int64, ["u8"] = VoxelType.UInt64,
        ["f4"] = VoxelType.Float32, ["f8"] = VoxelType.Float64,
    };

    /// <summary>Numbers in the array; what no long holds counts as the most that one does.</summary>
    public long Count => (long)Shape.Aggregate((Int128)1, (product, size) => Int128.Min(product * size, long.MaxValue));

    /// <summary>Whether a file begins as a NumPy array.</summary>
    public static bool Fits(ReadOnlySpan<byte> start) => start.Length > 6 && start[0] == 0x93 && start[1..].StartsWith("NUMPY"u8);

    /// <param name="stream">At the beginning of the array; afterwards at its first number.</param>
    /// <exception cref="InvalidDataException">It is no such header.</exception>
    /// <exception cref="NotSupportedException">The array holds something else than numbers, such as pickled objects.</exception>
    public static NpyHeader Read(Stream stream)
    {
        var start = Take(stream, 8);
        if (!Fits(start))
            throw new InvalidDataException("It is no NumPy array: it does not begin with the mark of one.");
        var version = start[6];
        if (version is < 1 or > 3)
            throw new NotSupportedException($"The array is in version {version} of NumPy's format; 1 to 3 are read.");
        var size = Take(stream, version == 1 ? 2 : 4);
        var length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(size) : BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (length > Longest)
            throw new InvalidDataException($"The array's header is to have {length} bytes; expected at most {Longest}.");
        var text = Encoding.UTF8.GetString(Take(stream, (int)length));
        if (OrderPattern().Match(text) is not { Success: true } order || ShapePattern().Match(text) is not { Success: true } shape)
            throw new InvalidDataException("The array's header has no 'fortran_order' that is True or False, or no 'shape'.");
        var (type, isBigEndian) = TypeOf(text);
        var dataAt = start.Length + size.Length + (int)length;
        return new(type, isBigEndian, order.Groups[1].Value == "True", Sizes(shape.Groups[1].Value), dataAt);
    }

    /// <summary>Reads some bytes, all of them.</summary>
    /// <exception cref="InvalidDataException">There are fewer.</exception>
    public static byte[] Take(Stream stream, int count)
    {
        var bytes = new byte[count];
        return stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count ? bytes
            : throw new InvalidDataException("The array ends within its header, or before its last number.");
    }

    private static (VoxelType, bool) TypeOf(string text)
    {
        if (TypePattern().Match(text) is not { Success: true } found)
        {
            throw new NotSupportedException(
                "The array does not say a single type of its numbers: it has none, or a record of several, which is not read.");
        }

        var name = found.Groups[2].Value;
        if (name.StartsWith('O'))
        {
            throw new NotSupportedException("The array holds Python objects, as a pickle, which is a program and never run. Save the "
                + "numbers as an array of their own type, for example with array.astype(numpy.float32).");
        }

        return Types.TryGetValue(name, out var type) ? (type, found.Groups[1].Value == ">") : throw new NotSupportedException(
            $"Arrays of the type '{name}' are not read; expected {string.Join(", ", Types.Keys)}. Convert it with array.astype.");
    }

    private static long[] Sizes(string text)
    {
        string[] words = [.. text.Split(',').Select(word => word.Trim().TrimEnd('L')).Where(word => word.Length > 0)];
        if (words.Length > MostDimensions)
            throw new InvalidDataException($"The array has {words.Length} dimensions; expected at most {MostDimensions}.");
        return [.. words.Select(word => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size
            : throw new InvalidDataException($"The array's shape is ({text}); expected whole numbers."))];
    }

    [GeneratedRegex(@"['""]descr['""]\s*:\s*['""]([<>|=]?)([^'""]*)['""]")]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"['""]fortran_order['""]\s*:\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"['""]shape['""]\s*:\s*\(([^)]*)\)")]
    private static partial Regex ShapePattern();
}
