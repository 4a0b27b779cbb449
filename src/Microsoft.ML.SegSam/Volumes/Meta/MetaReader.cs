using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Meta;

/// <summary>Reads MetaImage: .mha, and .mhd with its voxels in a file beside it.</summary>
internal static class MetaReader
{
    private const int MostDimensions = 10;

    private static readonly Dictionary<string, VoxelType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["MET_UCHAR"] = VoxelType.UInt8, ["MET_CHAR"] = VoxelType.Int8, ["MET_SHORT"] = VoxelType.Int16, ["MET_USHORT"] = VoxelType.UInt16,
        ["MET_INT"] = VoxelType.Int32, ["MET_UINT"] = VoxelType.UInt32, ["MET_LONG"] = VoxelType.Int32, ["MET_ULONG"] = VoxelType.UInt32,
        ["MET_LONG_LONG"] = VoxelType.Int64, ["MET_ULONG_LONG"] = VoxelType.UInt64, ["MET_FLOAT"] = VoxelType.Float32,
        ["MET_DOUBLE"] = VoxelType.Float64,
    };

    /// <param name="mostVoxels">More are refused.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The header is damaged, or contradicts itself.</exception>
    /// <exception cref="NotSupportedException">It uses a part of the format that is not read.</exception>
    public static VolumeFile Describe(string path, long mostVoxels)
    {
        MetaHeader header;
        using (var bytes = VoxelBytes.Open(path))
            header = MetaHeader.Parse(bytes);
        if (header.Text("ObjectType") is { } kind && !kind.Equals("Image", StringComparison.OrdinalIgnoreCase))
            throw new NotSupportedException($"The file is a MetaIO object of the kind '{kind}'; only images are read.");
        var dimensions = TextHeader.Whole("NDims", header.Required("NDims"));
        if (dimensions is < 1 or > MostDimensions)
            throw new InvalidDataException($"The header's NDims is {dimensions}; expected 1 to {MostDimensions}.");
        var sizes = TextHeader.Numbers("DimSize", header.Required("DimSize"), (int)dimensions);
        if (Array.Exists(sizes, size => !(size >= 1 && size < long.MaxValue / 2 && size == Math.Floor(size))))
            throw new InvalidDataException($"The header's DimSize is '{header.Text("DimSize")}'; expected whole numbers from 1 on.");
        var shape = VolumeShape.Of(Array.ConvertAll(sizes, size => (long)size), mostVoxels);
        var type = TypeOf(header);
        var block = BlockOf(header, path, type, shape);
        List<string> warnings = [];
        var (geometry, place) = Place(header, (int)dimensions, shape, warnings);
        if (header.Numbers(1, "ElementToIntensityFunctionSlope") is [not 1]
            || header.Numbers(1, "ElementToIntensityFunctionOffset") is [not 0])
        {
            warnings.Add("The header has a function from elements to intensities (ElementToIntensityFunctionSlope, -Offset), which is not "
                + "applied: values are as stored.");
        }

        return new(geometry, type, block.Open)
        {
            Times = shape.Times, Place = place, LabelNames = LabelNames.Read(key => header.Text(key)), Warnings = warnings,
        };
    }

    private static VoxelType TypeOf(MetaHeader header)
    {
        var name = header.Required("ElementType");
        var channels = TextHeader.Whole("ElementNumberOfChannels", header.Text("ElementNumberOfChannels") ?? "1");
        var plain = name.EndsWith("_ARRAY", StringComparison.OrdinalIgnoreCase) ? name[..^"_ARRAY".Length] : name;
        if (!Types.TryGetValue(plain, out var number))
            throw new NotSupportedException($"Voxels of the type {name} are not read; expected one of {string.Join(", ", Types.Keys)}.");
        return number.Of(channels) ?? throw new NotSupportedException(
            $"{channels} channels of {name} at each voxel are not read; expected one, or three of 8 or 16 bits for red, green and blue.");
    }

    private static StoredBlock BlockOf(MetaHeader header, string path, VoxelType type, VolumeShape shape)
    {
        var name = header.Required("ElementDataFile");
        var isLocal = name.Equals("LOCAL", StringComparison.OrdinalIgnoreCase);
        if (name.StartsWith("LIST", StringComparison.OrdinalIgnoreCase) || (name.Contains('%') && TextHeader.Words(name).Length > 1))
        {
            throw new NotSupportedException(
                "The voxels are in several files, one for each slice, which is not read: save the volume as one .mha file.");
        }

        var isPacked = header.IsTrue("CompressedData");
        var isText = header.Text("BinaryData") is ['F' or 'f' or '0', ..];
        var skipped = TextHeader.Whole("HeaderSize", header.Text("HeaderSize") ?? "0");
        if (skipped is < -1 or > long.MaxValue / 2 || (skipped == -1 && (isPacked || isText)))
        {
            throw new InvalidDataException(
                $"The header's HeaderSize is {skipped}; expected the bytes before the voxels, or -1 for raw ones that end the file.");
        }
        return new(isLocal ? path : DataFile.Beside(path, name), skipped < 0 ? -1 : skipped + (isLocal ? header.Length : 0),
            isPacked ? BlockEncoding.Packed : isText ? BlockEncoding.Text : BlockEncoding.Raw, type,
            header.IsTrue("BinaryDataByteOrderMSB", "ElementByteOrderMSB"), shape);
    }

    // TransformMatrix has the direction of the first axis, then that of the second: in the world of DICOM, LPS+.
    private static (VolumeGeometry Geometry, HeaderPlace? Place) Place(
        MetaHeader header, int dimensions, VolumeShape shape, List<string> warnings)
    {
        var spacing = header.Numbers(dimensions, "ElementSpacing", "ElementSize");
        if (spacing is null)
            warnings.Add(Placement.NoSpacing);
        double Spacing(int axis) => spacing is null || axis >= dimensions ? 1 : spacing[axis];
        var matrix = header.Numbers(dimensions * dimensions, "TransformMatrix", "Rotation", "Orientation");
        var origin = header.Numbers(dimensions, "Offset", "Position", "Origin");
        if (matrix is null || dimensions < 3)
        {
            warnings.Add(Placement.NoOrientation);
            return (Placement.Unknown(shape, Spacing(0), Spacing(1), Spacing(2)), null);
        }

        double[] Axis(int axis) => [.. matrix.AsSpan(axis * dimensions, 3)];
        double[] Scaled(int axis) => Array.ConvertAll(Axis(axis), part => part * Spacing(axis));
        var place = new HeaderPlace([Spacing(0), Spacing(1), Spacing(2)], [.. Axis(0), .. Axis(1), .. Axis(2)], origin?[..3] ?? [0, 0, 0]);
        return (Placement.Of(shape, [Scaled(0), Scaled(1), Scaled(2)], place.Origin, Placement.Lps), place);
    }
}
