using System.Buffers.Binary;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>
/// A frame packed by JPEG lossless (ITU-T T.81, process 14): each number is what its neighbors predict, plus a Huffman code.
/// </summary>
internal static class JpegLossless
{
    private const int StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, HuffmanTable = 0xC4, LosslessFrame = 0xC3, Restart = 0xDD;

    /// <returns>Gray numbers of one or two bytes, little end first; or red, green and blue pixel by pixel.</returns>
    /// <exception cref="InvalidDataException">The frame is damaged, cut off or of another size.</exception>
    /// <exception cref="NotSupportedException">It uses a part of the standard that is not read.</exception>
    public static byte[] Decode(byte[] packed, DicomFormat format)
    {
        try
        {
            return DecodeChecked(packed, format);
        }
        catch (Exception failure) when (failure is IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("The JPEG of a frame is damaged or cut off.", failure);
        }
    }

    private static byte[] DecodeChecked(byte[] packed, DicomFormat format)
    {
        if (packed is not [0xFF, StartOfImage, ..])
            throw new InvalidDataException("The packed pixels are no JPEG.");
        var tables = new JpegHuffman?[4];
        var (at, precision) = (2, 0);
        while (true)
        {
            while (packed[at] != 0xFF)
                at++;
            while (packed[at] == 0xFF)
                at++;
            var marker = packed[at++];
            if (marker == EndOfImage)
                throw new InvalidDataException("The JPEG of a frame ends before its pixels.");
            var length = BinaryPrimitives.ReadUInt16BigEndian(packed.AsSpan(at, 2));
            var segment = packed.AsSpan(at + 2, length - 2);
            at += length;
            switch (marker)
            {
                case LosslessFrame:
                    precision = CheckFrame(segment, format);
                    break;
                case HuffmanTable:
                    ReadTables(segment, tables);
                    break;
                case Restart when BinaryPrimitives.ReadUInt16BigEndian(segment) != 0:
                    throw new NotSupportedException("JPEG lossless with restart markers is not read; convert the file first, for example "
                        + "by \"gdcmconv --raw in.dcm out.dcm\".");
                case StartOfScan when precision > 0:
                    return Scan(packed, at, segment, tables, precision, format);
                case >= 0xC0 and <= 0xCF and not 0xC8 and not 0xCC:
                    throw new InvalidDataException(FormattableString.Invariant(
                        $"The JPEG of a frame is not lossless (marker {marker:X2})."));
            }
        }
    }

    private static int CheckFrame(ReadOnlySpan<byte> segment, DicomFormat format)
    {
        var (rows, columns) = (BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
        if ((rows, columns, segment[5]) != (format.Rows, format.Columns, format.Samples))
        {
            throw new InvalidDataException($"The JPEG of a frame has {columns} x {rows} pixels of {segment[5]} numbers; expected "
                + $"{format.Columns} x {format.Rows} of {format.Samples}.");
        }

        for (var component = 0; component < segment[5]; component++)
        {
            if (segment[7 + 3 * component] != 0x11)
                throw new NotSupportedException("JPEG lossless with subsampled colors is not read.");
        }

        return segment[0] is >= 2 and <= 16 and var precision && precision <= format.BitsAllocated ? precision
            : throw new InvalidDataException(
                $"The JPEG of a frame has numbers of {segment[0]} bits; the file says {format.BitsAllocated}.");
    }

    private static void ReadTables(ReadOnlySpan<byte> segment, JpegHuffman?[] tables)
    {
        while (segment.Length > 0)
        {
            var count = 0;
            foreach (var codes in segment[1..17])
                count += codes;
            tables[segment[0] & 3] = new(segment[1..17], segment.Slice(17, count));
            segment = segment[(17 + count)..];
        }
    }

    private static byte[] Scan(
        byte[] packed, int at, ReadOnlySpan<byte> header, JpegHuffman?[] tables, int precision, DicomFormat format)
    {
        var samples = header[0];
        var (predictor, shift) = (header[1 + 2 * samples], header[3 + 2 * samples] & 15);
        if (samples != format.Samples || predictor is < 1 or > 7)
            throw new InvalidDataException($"The scan of a JPEG has {samples} components and predictor {predictor}.");
        var ofSample = new JpegHuffman[samples];
        for (var sample = 0; sample < samples; sample++)
        {
            ofSample[sample] = tables[header[2 + 2 * sample] >> 4 & 3]
                ?? throw new InvalidDataException("A Huffman table of a JPEG is missing.");
        }

        var bits = new JpegBits(packed, at);
        var (columns, size) = (format.Columns, format.BytesOfSample);
        var (above, line) = (new int[columns * samples], new int[columns * samples]);
        var pixels = new byte[format.Pixels * samples * size];
        for (var row = 0; row < format.Rows; row++)
        {
            for (var i = 0; i < line.Length; i++)
            {
                var predicted = i < samples
                    ? row == 0 ? 1 << (precision - shift - 1) : above[i]
                    : row == 0 ? line[i - samples] : Predict(predictor, line[i - samples], above[i], above[i - samples]);
                line[i] = predicted + bits.Difference(ofSample[i % samples]) & 0xFFFF;
                var value = line[i] << shift;
                var place = (row * line.Length + i) * size;
                pixels[place] = (byte)value;
                if (size == 2)
                    pixels[place + 1] = (byte)(value >> 8);
            }

            (above, line) = (line, above);
        }

        return pixels;
    }

    private static int Predict(int predictor, int left, int above, int corner) => predictor switch
    {
        1 => left,
        2 => above,
        3 => corner,
        4 => left + above - corner,
        5 => left + (above - corner >> 1),
        6 => above + (left - corner >> 1),
        _ => left + above >> 1,
    };
}

/// <summary>A Huffman table of JPEG: codes of the same length count upwards.</summary>
internal sealed class JpegHuffman
{
    private readonly int[] _largest = new int[17]; // code of each length; −1 where there is none
    private readonly int[] _offset = new int[17];
    private readonly byte[] _values;

    /// <param name="counts">How many codes have 1 to 16 bits.</param>
    public JpegHuffman(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> values)
    {
        _values = values.ToArray();
        var (code, index) = (0, 0);
        for (var length = 1; length <= 16; length++)
        {
            _offset[length] = index - code;
            code += counts[length - 1];
            index += counts[length - 1];
            _largest[length] = counts[length - 1] == 0 ? -1 : code - 1;
            code <<= 1;
        }
    }

    public int Read(JpegBits bits)
    {
        var code = 0;
        for (var length = 1; length <= 16; length++)
        {
            code = code << 1 | bits.Next();
            if (code <= _largest[length])
                return _values[_offset[length] + code];
        }

        throw new InvalidDataException("A code of a JPEG is in no Huffman table.");
    }
}

/// <summary>The bits of a JPEG scan.</summary>
internal sealed class JpegBits(byte[] bytes, int at)
{
    private int _at = at, _byte, _left;

    public int Next()
    {
        if (_left == 0)
        {
            _byte = bytes[_at++];
            if (_byte == 0xFF && bytes[_at++] != 0) // a zero follows each 255 that is no marker
                throw new InvalidDataException("The JPEG of a frame ends before its last pixel.");
            _left = 8;
        }

        return _byte >> --_left & 1;
    }

    public int Difference(JpegHuffman table)
    {
        var length = table.Read(this);
        if (length is 0 or 16)
            return length == 0 ? 0 : 32_768;
        if (length > 16)
            throw new InvalidDataException($"A JPEG has a difference of {length} bits.");
        var value = 0;
        for (var i = 0; i < length; i++)
            value = value << 1 | Next();
        return value >> (length - 1) != 0 ? value : value - (1 << length) + 1;
    }
}
