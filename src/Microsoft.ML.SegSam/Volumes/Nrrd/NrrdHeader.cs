using System.Globalization;
using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Nrrd;

/// <summary>The header of an NRRD file: lines of "field: value", up to an empty line.</summary>
internal sealed class NrrdHeader
{
    private const int MostDimensions = 16;
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    private NrrdHeader()
    {
    }

    /// <summary>Where the line after the empty one begins; null where there is no empty line.</summary>
    public int? DataAt { get; private set; }

    /// <summary>Of the axes, the fastest first.</summary>
    public long[] Sizes { get; private set; } = [];

    /// <summary>Whether a file begins as NRRD.</summary>
    public static bool Fits(ReadOnlySpan<byte> start) => start.StartsWith("NRRD000"u8);

    /// <exception cref="InvalidDataException">It is no such header.</exception>
    public static NrrdHeader Parse(VoxelBytes bytes)
    {
        var (text, header) = (new TextHeader(bytes), new NrrdHeader());
        _ = text.Next(); // the version: all have these fields
        while (text.Next() is { } line)
        {
            if (line.Length == 0)
            {
                header.DataAt = text.Position;
                break;
            }

            if (line[0] == '#')
                continue;
            var colon = line.IndexOf(':');
            if (colon < 1 || (colon + 1 < line.Length && line[colon + 1] is not ('=' or ' ' or '\t')))
                throw new InvalidDataException("A line of the header is no 'field: value'.");
            if (colon + 1 < line.Length && line[colon + 1] == '=')
            {
                header._keys[line[..colon]] = Unescape(line[(colon + 2)..]);
                continue;
            }

            var field = line[..colon].Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
            if (!header._fields.TryAdd(field, line[(colon + 1)..].Trim()))
                throw new InvalidDataException($"The header gives '{line[..colon]}' twice.");
        }

        var dimension = TextHeader.Whole("dimension", header.Required("dimension"));
        if (dimension is < 1 or > MostDimensions)
            throw new InvalidDataException($"The header's dimension is {dimension}; expected 1 to {MostDimensions}.");
        header.Sizes = [.. TextHeader.Words(header.Required("sizes")).Select(word => TextHeader.Whole("sizes", word))];
        return header.Sizes.Length == dimension ? header
            : throw new InvalidDataException($"The header has {header.Sizes.Length} sizes; its dimension is {dimension}.");
    }

    /// <summary>The value of a key of somebody's own ("key:=value"), such as 3D Slicer's; null where there is none.</summary>
    public string? OwnText(string key) => _keys.GetValueOrDefault(key);

    /// <param name="field">Without spaces.</param>
    public string? Text(string field) => _fields.GetValueOrDefault(field);

    /// <exception cref="InvalidDataException">The field is missing.</exception>
    public string Required(string field) => Text(field) ?? throw new InvalidDataException($"The header has no '{field}'.");

    /// <summary>A word for each axis; null where the field is missing.</summary>
    /// <exception cref="InvalidDataException">There are more or fewer.</exception>
    public string[]? OfAxes(string field)
    {
        if (Text(field) is not { } value)
            return null;
        var words = TextHeader.Words(value);
        return words.Length == Sizes.Length ? words
            : throw new InvalidDataException($"The header's '{field}' has {words.Length} entries for {Sizes.Length} axes.");
    }

    /// <summary>For each axis a vector such as (0.5,0,0), or null for "none".</summary>
    /// <exception cref="InvalidDataException">They are no such vectors.</exception>
    public double[]?[]? Directions()
    {
        if (Text("spacedirections") is not { } value)
            return null;
        double[]?[] vectors = [.. value.Replace("none", "(none)", StringComparison.OrdinalIgnoreCase).Split(')')
            .Select(part => part.Trim(' ', '\t', '(')).Where(part => part.Length > 0)
            .Select(part => part.Equals("none", StringComparison.OrdinalIgnoreCase) ? null : Vector("space directions", part))];
        return vectors.Length == Sizes.Length ? vectors
            : throw new InvalidDataException($"The header has {vectors.Length} space directions for {Sizes.Length} axes.");
    }

    /// <summary>The place of the first voxel; null where it is not given.</summary>
    /// <exception cref="InvalidDataException">It is no vector.</exception>
    public double[]? Origin() => Text("spaceorigin") is { } value ? Vector("space origin", value.Trim('(', ')')) : null;

    // Of what the format escapes in values, lines end names; a name has one line.
    private static string Unescape(string value) =>
        string.Join('\\', value.Split("\\\\").Select(part => part.Replace("\\n", " ", StringComparison.Ordinal)));

    private static double[] Vector(string field, string text) => [.. text.Split(',').Select(number =>
        double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed
        : throw new InvalidDataException($"'{number}' in the header's {field} is no number."))];
}
