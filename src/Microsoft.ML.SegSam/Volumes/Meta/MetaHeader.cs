using System.Text;
using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Meta;

/// <summary>The header of a MetaImage file: lines of "key = value", the last of which says where the voxels are.</summary>
internal sealed class MetaHeader
{
    private const string Last = "ElementDataFile";

    // What may stand in the first line.
    private static readonly string[] FirstKeys =
    [
        "ObjectType", "ObjectSubType", "NDims", "Comment", "Name", "ID", "ParentID", "TransformType", "DimSize", "BinaryData",
        "ElementType",
    ];

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Bytes of the header; voxels in the same file follow.</summary>
    public int Length { get; private init; }

    /// <summary>Whether a file begins as MetaImage.</summary>
    public static bool Fits(ReadOnlySpan<byte> start)
    {
        var sign = start.IndexOf((byte)'=');
        return sign > 0 && FirstKeys.Contains(Encoding.Latin1.GetString(start[..sign]).Trim(), StringComparer.OrdinalIgnoreCase);
    }

    /// <exception cref="InvalidDataException">It is no such header.</exception>
    public static MetaHeader Parse(VoxelBytes bytes)
    {
        var (text, values) = (new TextHeader(bytes), new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase));
        while (text.Next() is { } line)
        {
            if (line.Trim().Length == 0)
                continue;
            if (line.Split('=', 2) is not [var key, var value])
                throw new InvalidDataException($"A line of the header is no 'key = value', before it says where voxels are ({Last}).");
            key = key.Trim();
            if (!values.TryAdd(key, value.Trim()) && values[key] != value.Trim())
                throw new InvalidDataException($"The header gives '{key}' twice, with different values.");
            if (key.Equals(Last, StringComparison.OrdinalIgnoreCase))
                return new(values) { Length = text.Position };
        }

        throw new InvalidDataException($"The header does not say where its voxels are: it has no {Last}.");
    }

    private MetaHeader(Dictionary<string, string> values) => _values = values;

    /// <summary>The value of the first of these keys that is there.</summary>
    public string? Text(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_values.TryGetValue(key, out var value))
                return value;
        }

        return null;
    }

    /// <exception cref="InvalidDataException">The key is missing.</exception>
    public string Required(string key) => Text(key) ?? throw new InvalidDataException($"The header has no {key}.");

    /// <exception cref="InvalidDataException">It is no such list.</exception>
    public double[]? Numbers(int count, params ReadOnlySpan<string> keys) =>
        Text(keys) is { } value ? TextHeader.Numbers(keys[0], value, count) : null;

    public bool IsTrue(params ReadOnlySpan<string> keys) => Text(keys) is ['T' or 't' or '1', ..];
}
