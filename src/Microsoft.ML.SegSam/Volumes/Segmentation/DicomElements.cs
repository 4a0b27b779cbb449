using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.SegSam.Volumes.Segmentation;

/// <summary>A data set that is written: explicit VR, little end first (PS3.5, 7.1.2). Elements come in the order of their tags.</summary>
internal sealed class DicomElements
{
    private const uint Item = 0xFFFEE000;
    private const int MostInShortForm = 0xFFFE, MostOfDecimal = 16;
    private readonly SortedDictionary<uint, (ElementKind Kind, byte[] Value)> _elements = [];

    /// <summary>A text of one or more values, which backslashes separate; padded to an even length.</summary>
    /// <param name="encoding">Of texts for people; null: UTF-8.</param>
    public DicomElements Text(ElementKind kind, string text, Encoding? encoding = null) =>
        Bytes(kind, (encoding ?? Encoding.UTF8).GetBytes(text));

    /// <summary>Numbers as text: DS of at most 16 characters each, or IS.</summary>
    public DicomElements Decimals(ElementKind kind, params IEnumerable<double> numbers) =>
        Text(kind, string.Join('\\', numbers.Select(Decimal)));

    /// <summary>Numbers of the kind's form: US, UL or AT.</summary>
    public DicomElements Numbers(ElementKind kind, params IReadOnlyList<uint> numbers)
    {
        var size = kind.Form == "US" ? 2 : 4;
        var value = new byte[size * numbers.Count];
        for (var i = 0; i < numbers.Count; i++)
        {
            var into = value.AsSpan(size * i);
            if (kind.Form == "UL")
                BinaryPrimitives.WriteUInt32LittleEndian(into, numbers[i]);
            else if (kind.Form == "AT")
                WriteTag(into, numbers[i]);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(into, checked((ushort)numbers[i]));
        }

        return Bytes(kind, value);
    }

    /// <summary>A value as it is; padded to an even length.</summary>
    public DicomElements Bytes(ElementKind kind, byte[] value)
    {
        if (value.Length % 2 != 0)
            value = [.. value, (byte)(kind.Form is "UI" or "OB" ? 0 : ' ')];
        if (!kind.HasLongLength && value.Length > MostInShortForm)
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"An element has {value.Length} bytes; DICOM allows {MostInShortForm} of its kind ({kind.Tag:X8})."));
        }

        _elements[kind.Tag] = (kind, value);
        return this;
    }

    /// <summary>A sequence of data sets.</summary>
    public DicomElements Sequence(ElementKind kind, params IEnumerable<DicomElements> items)
    {
        using var bytes = new MemoryStream();
        Span<byte> header = stackalloc byte[8];
        foreach (var item in items)
        {
            WriteTag(header, Item);
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], checked((uint)item.Length));
            bytes.Write(header);
            item.WriteTo(bytes);
        }

        return Bytes(kind, bytes.ToArray());
    }

    /// <summary>Bytes of all elements.</summary>
    public long Length => _elements.Values.Sum(element => (element.Kind.HasLongLength ? 12L : 8) + element.Value.Length);

    public void WriteTo(Stream stream)
    {
        foreach (var (kind, value) in _elements.Values)
        {
            WriteHeader(stream, kind, (uint)value.Length);
            stream.Write(value);
        }
    }

    /// <summary>What stands before a value.</summary>
    public static void WriteHeader(Stream stream, ElementKind kind, uint length)
    {
        Span<byte> header = stackalloc byte[12];
        header.Clear();
        WriteTag(header, kind.Tag);
        (header[4], header[5]) = ((byte)kind.Form[0], (byte)kind.Form[1]);
        if (kind.HasLongLength)
            BinaryPrimitives.WriteUInt32LittleEndian(header[8..], length);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)length);
        stream.Write(header[..(kind.HasLongLength ? 12 : 8)]);
    }

    /// <summary>A new identifier: 2.25 and a random UUID as a decimal number (PS3.5, B.2).</summary>
    public static string NewUid() => "2.25." + BinaryPrimitives.ReadUInt128BigEndian(Guid.NewGuid().ToByteArray(bigEndian: true))
        .ToString(CultureInfo.InvariantCulture);

    private static void WriteTag(Span<byte> into, uint tag)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(into, (ushort)(tag >> 16));
        BinaryPrimitives.WriteUInt16LittleEndian(into[2..], (ushort)tag);
    }

    // As many digits as fit.
    private static string Decimal(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        for (var digits = 15; text.Length > MostOfDecimal; digits--)
            text = number.ToString(FormattableString.Invariant($"G{digits}"), CultureInfo.InvariantCulture);
        return text;
    }
}
