using System.Globalization;

namespace Microsoft.ML.SegSam.Volumes.Nifti;

/// <summary>The header of a NIfTI-1 or NIfTI-2 file, as stored.</summary>
internal sealed record NiftiHeader
{
    private const int Length1 = 348, Length2 = 540, MostDimensions = 7;

    /// <summary>As stored, without its extensions.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>Whether it is NIfTI-2.</summary>
    public required bool IsVersion2 { get; init; }

    /// <summary>Of all numbers in the file.</summary>
    public required bool IsBigEndian { get; init; }

    /// <summary>Whether voxels are in another file, .img.</summary>
    public required bool IsPair { get; init; }

    /// <summary>Sizes, one for each dimension, each at least 1.</summary>
    public required IReadOnlyList<long> Dim { get; init; }

    /// <summary>Code of the voxels' type.</summary>
    public required int DataType { get; init; }

    /// <summary>Eight numbers: the first one's sign is that of the third axis of a quaternion; then the spacing of each axis.</summary>
    public required double[] Pixdim { get; init; }

    /// <summary>Where voxels begin.</summary>
    public required double VoxOffset { get; init; }

    public required double Slope { get; init; }

    public required double Intercept { get; init; }

    /// <summary>Of space in the lowest three bits: 1 meter, 2 millimeter, 3 micrometer.</summary>
    public required int Units { get; init; }

    public required int QformCode { get; init; }

    public required int SformCode { get; init; }

    /// <summary>b, c, d, then the offset x, y, z.</summary>
    public required double[] Qform { get; init; }

    /// <summary>Three rows of four.</summary>
    public required double[] Sform { get; init; }

    /// <summary>Bytes of the header, without its extensions.</summary>
    public int Length => IsVersion2 ? Length2 : Length1;

    /// <summary>Whether a file begins as NIfTI or ANALYZE.</summary>
    /// <param name="start">At least four bytes.</param>
    public static bool Fits(ReadOnlySpan<byte> start) =>
        new NiftiNumbers(start, false).Int(0) is Length1 or Length2 || new NiftiNumbers(start, true).Int(0) is Length1 or Length2;

    /// <param name="bytes">The first bytes of a file, 540 or all that there are.</param>
    /// <exception cref="InvalidDataException">They are no such header; the message says what is wrong.</exception>
    public static NiftiHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 || !Fits(bytes))
            throw new InvalidDataException("It is not NIfTI: it does not begin with the length of its header, 348 or 540.");
        var isBigEndian = new NiftiNumbers(bytes, false).Int(0) is not (Length1 or Length2);
        var isVersion2 = new NiftiNumbers(bytes, isBigEndian).Int(0) == Length2;
        var length = isVersion2 ? Length2 : Length1;
        if (bytes.Length < length)
            throw new InvalidDataException($"The file ends within its header: it has {bytes.Length} of {length} bytes.");
        var read = new NiftiNumbers(bytes, isBigEndian);
        var isPair = IsPairBy(isVersion2 ? bytes.Slice(4, 8) : bytes.Slice(344, 4), isVersion2);
        return isVersion2
            ? new()
            {
                Bytes = bytes[..length].ToArray(), IsVersion2 = true, IsBigEndian = isBigEndian, IsPair = isPair,
                Dim = Sizes(read.Longs(16, 8)), DataType = read.Short(12), Pixdim = read.Doubles(104, 8), VoxOffset = read.Long(168),
                Slope = read.Double(176), Intercept = read.Double(184), Units = read.Int(500), QformCode = read.Int(344),
                SformCode = read.Int(348), Qform = read.Doubles(352, 6), Sform = read.Doubles(400, 12),
            }
            : new()
            {
                Bytes = bytes[..length].ToArray(), IsVersion2 = false, IsBigEndian = isBigEndian, IsPair = isPair,
                Dim = Sizes(Array.ConvertAll(read.Shorts(40, 8), size => (long)size)), DataType = read.Short(70),
                Pixdim = read.Floats(76, 8), VoxOffset = read.Float(108), Slope = read.Float(112), Intercept = read.Float(116),
                Units = bytes[123], QformCode = read.Short(252), SformCode = read.Short(254), Qform = read.Floats(256, 6),
                Sform = read.Floats(280, 12),
            };
    }

    private static bool IsPairBy(ReadOnlySpan<byte> magic, bool isVersion2)
    {
        var digit = isVersion2 ? (byte)'2' : (byte)'1';
        var ends = isVersion2 ? magic[3..].SequenceEqual("\0\r\n\x1a\n"u8) : magic[3] == 0;
        if (magic[0] == 'n' && magic[1] is (byte)'+' or (byte)'i' && magic[2] == digit && ends)
            return magic[1] == 'i';
        throw new InvalidDataException("The header has no mark of NIfTI: it is damaged, or ANALYZE 7.5, which does not say how the image "
            + "lies in the patient. Convert it, for example with nifti_tool or dcm2niix, and check the orientation.");
    }

    // dim[0] says how many of the others count.
    private static long[] Sizes(long[] dim)
    {
        if (dim[0] is < 1 or > MostDimensions)
            throw new InvalidDataException($"The header counts {Text(dim[0])} dimensions; expected 1 to {MostDimensions}.");
        var sizes = dim[1..(int)(dim[0] + 1)];
        if (Array.FindIndex(sizes, size => size < 1) is >= 0 and var at)
            throw new InvalidDataException($"Dimension {at + 1} has the size {Text(sizes[at])}; expected at least 1.");
        return sizes;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
