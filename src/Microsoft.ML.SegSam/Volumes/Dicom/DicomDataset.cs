using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>The elements of a file, or of an item of a sequence, that are read.</summary>
internal sealed class DicomDataset
{
    private readonly Dictionary<DicomTag, byte[]> _values = [];
    private readonly Dictionary<DicomTag, List<DicomDataset>> _items = [];

    /// <summary>Of 16-bit numbers.</summary>
    public bool IsBigEndian { get; set; }

    public void Add(DicomTag tag, byte[] value) => _values.TryAdd(tag, value);

    public DicomDataset AddItem(DicomTag sequence)
    {
        if (!_items.TryGetValue(sequence, out var items))
            _items[sequence] = items = [];
        items.Add(new() { IsBigEndian = IsBigEndian });
        return items[^1];
    }

    public bool Has(DicomTag tag) => _values.TryGetValue(tag, out var value) ? value.Length > 0 : _items.ContainsKey(tag);

    /// <summary>The items of a sequence; none where it is missing.</summary>
    public IReadOnlyList<DicomDataset> Items(DicomTag sequence) => _items.TryGetValue(sequence, out var items) ? items : [];

    public byte[]? Bytes(DicomTag tag) => _values.GetValueOrDefault(tag);

    /// <summary>A 16-bit number without sign; null where it is missing.</summary>
    public int? Short(DicomTag tag) => _values.TryGetValue(tag, out var value) && value.Length >= 2 ? Shorts(value)[0] : null;

    /// <summary>All 16-bit numbers of a value.</summary>
    public int[] Shorts(byte[] value)
    {
        var numbers = new int[value.Length / 2];
        for (var i = 0; i < numbers.Length; i++)
        {
            var bytes = value.AsSpan(2 * i);
            numbers[i] = IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        }

        return numbers;
    }

    /// <summary>A text without its padding; null where it is missing or empty.</summary>
    public string? Text(DicomTag tag) => _values.TryGetValue(tag, out var value)
        && Encoding.Latin1.GetString(value).Trim(' ', '\0') is { Length: > 0 } text ? text : null;

    /// <summary>A text that people wrote, in the file's character set; null where it is missing or empty.</summary>
    public string? WrittenText(DicomTag tag, string? characterSet)
    {
        var encoding = characterSet == "ISO_IR 192" ? Encoding.UTF8 : Encoding.Latin1;
        return _values.TryGetValue(tag, out var value)
            && encoding.GetString(value).Trim(' ', '\0') is { Length: > 0 } text ? text : null;
    }

    /// <summary>The parts of a text that backslashes separate; none where it is missing.</summary>
    public string[] Texts(DicomTag tag) => Text(tag)?.Split('\\').Select(part => part.Trim()).ToArray() ?? [];

    /// <summary>Decimal numbers; NaN for a part that is none. Empty where the element is missing.</summary>
    public double[] Decimals(DicomTag tag) => [.. Texts(tag).Select(part =>
        double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN)];

    /// <summary>A whole number written as text; null where it is missing.</summary>
    /// <exception cref="InvalidDataException">There is a text that is no number.</exception>
    public long? Whole(DicomTag tag) => Text(tag) is not { } text ? null
        : long.TryParse(text.Split('\\')[0].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidDataException($"{tag} is '{text}'; expected a whole number.");
}
