using System.Text;

namespace Microsoft.ML.SegSam.Volumes.Tiff;

/// <summary>The tags that are read.</summary>
internal enum TiffTag
{
    SubfileType = 254, Width = 256, Height = 257, BitsPerSample = 258, Compression = 259, Photometric = 262, FillOrder = 266,
    Description = 270, StripOffsets = 273, SamplesPerPixel = 277, RowsPerStrip = 278, StripByteCounts = 279, ResolutionX = 282,
    ResolutionY = 283, PlanarConfiguration = 284, Predictor = 317, TileWidth = 322, TileLength = 323, TileOffsets = 324,
    TileByteCounts = 325, SampleFormat = 339,
}

/// <summary>The tags of a page. Their values stay in the file until they are asked for.</summary>
internal sealed class TiffDirectory
{
    private const int MostText = 4 << 20;
    private readonly TiffNumbers _file;
    private readonly Dictionary<TiffTag, (int Type, long Count, long At)> _fields = [];

    /// <param name="at">Where the directory begins.</param>
    /// <param name="isBig">Whether offsets have 64 bits (BigTIFF).</param>
    /// <exception cref="InvalidDataException">It is damaged, or has a tag twice.</exception>
    public TiffDirectory(TiffNumbers file, long at, bool isBig)
    {
        _file = file;
        var (head, entry, offset) = isBig ? (8, 20, 8) : (2, 12, 4);
        var count = file.Whole(at, head);
        if (count < 1 || count > (file.Length - at) / entry)
            throw new InvalidDataException($"A page has {count} tags, which the file does not hold: it is cut off, or damaged.");
        at += head;
        for (var i = 0L; i < count; i++, at += entry)
        {
            var tag = (TiffTag)file.Whole(at, 2);
            if (!Enum.IsDefined(tag))
                continue;
            var (type, values) = ((int)file.Whole(at + 2, 2), file.Whole(at + 4, offset));
            var size = SizeOf(type);
            if (size == 0)
                continue;
            var place = at + 4 + offset;
            if (values > file.Length / size)
                throw new InvalidDataException($"The tag {tag} has {values} values, which the file does not hold.");
            if (!_fields.TryAdd(tag, (type, values, values * size <= offset ? place : file.Whole(place, offset))))
                throw new InvalidDataException($"A page has the tag {tag} twice.");
        }

        Next = file.Whole(at, offset);
    }

    /// <summary>Where the next directory begins; 0 for the last.</summary>
    public long Next { get; }

    public bool Has(TiffTag tag) => _fields.ContainsKey(tag);

    public long Count(TiffTag tag) => _fields.TryGetValue(tag, out var field) ? field.Count : 0;

    /// <exception cref="InvalidDataException">The tag is missing, or has no whole number.</exception>
    public long Whole(TiffTag tag) => Count(tag) > 0 ? Wholes(tag, 1)[0] : throw new InvalidDataException($"A page has no tag {tag}.");

    public long Whole(TiffTag tag, long otherwise) => Count(tag) > 0 ? Whole(tag) : otherwise;

    /// <summary>The first values of a tag.</summary>
    /// <exception cref="InvalidDataException">They are no whole numbers, or the file does not hold them.</exception>
    public long[] Wholes(TiffTag tag, long count)
    {
        if (!_fields.TryGetValue(tag, out var field) || field.Count < count)
            throw new InvalidDataException($"A page has {Count(tag)} values of the tag {tag}; expected {count}.");
        if (field.Type is not (1 or 3 or 4 or 13 or 16 or 18))
            throw new InvalidDataException($"The tag {tag} is not of a type of whole numbers.");
        var values = new long[count];
        for (var i = 0; i < values.Length; i++)
            values[i] = _file.Whole(field.At + (long)i * SizeOf(field.Type), SizeOf(field.Type));
        return values;
    }

    /// <summary>Null where there is none, or none above 0.</summary>
    public double? Rational(TiffTag tag)
    {
        if (!_fields.TryGetValue(tag, out var field) || field.Type != 5 || field.Count < 1)
            return null;
        var (above, below) = (_file.Whole(field.At, 4), _file.Whole(field.At + 4, 4));
        return above > 0 && below > 0 ? (double)above / below : null;
    }

    /// <summary>Empty where there is none, or one of megabytes.</summary>
    public string Text(TiffTag tag)
    {
        if (!_fields.TryGetValue(tag, out var field) || field.Type is not (1 or 2 or 7) || field.Count > MostText)
            return "";
        var text = new byte[field.Count];
        _file.Read(field.At, text);
        return Encoding.UTF8.GetString(text).TrimEnd('\0', ' ', '\n', '\r');
    }

    private static int SizeOf(int type) => type switch
    {
        1 or 2 or 6 or 7 => 1, 3 or 8 => 2, 4 or 9 or 11 or 13 => 4, 5 or 10 or 12 or 16 or 17 or 18 => 8, _ => 0,
    };
}
