using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Nrrd;

/// <summary>Reads NRRD: .nrrd, and .nhdr with its voxels in a file beside it.</summary>
internal static class NrrdReader
{
    private static readonly Dictionary<string, VoxelType> Types = new()
    {
        ["uchar"] = VoxelType.UInt8, ["unsigned char"] = VoxelType.UInt8, ["uint8"] = VoxelType.UInt8, ["uint8_t"] = VoxelType.UInt8,
        ["signed char"] = VoxelType.Int8, ["int8"] = VoxelType.Int8, ["int8_t"] = VoxelType.Int8,
        ["short"] = VoxelType.Int16, ["short int"] = VoxelType.Int16, ["signed short"] = VoxelType.Int16,
        ["signed short int"] = VoxelType.Int16, ["int16"] = VoxelType.Int16, ["int16_t"] = VoxelType.Int16,
        ["ushort"] = VoxelType.UInt16, ["unsigned short"] = VoxelType.UInt16, ["unsigned short int"] = VoxelType.UInt16,
        ["uint16"] = VoxelType.UInt16, ["uint16_t"] = VoxelType.UInt16,
        ["int"] = VoxelType.Int32, ["signed int"] = VoxelType.Int32, ["int32"] = VoxelType.Int32, ["int32_t"] = VoxelType.Int32,
        ["uint"] = VoxelType.UInt32, ["unsigned int"] = VoxelType.UInt32, ["uint32"] = VoxelType.UInt32, ["uint32_t"] = VoxelType.UInt32,
        ["longlong"] = VoxelType.Int64, ["long long"] = VoxelType.Int64, ["long long int"] = VoxelType.Int64,
        ["signed long long"] = VoxelType.Int64, ["signed long long int"] = VoxelType.Int64, ["int64"] = VoxelType.Int64,
        ["int64_t"] = VoxelType.Int64, ["ulonglong"] = VoxelType.UInt64, ["unsigned long long"] = VoxelType.UInt64,
        ["unsigned long long int"] = VoxelType.UInt64, ["uint64"] = VoxelType.UInt64, ["uint64_t"] = VoxelType.UInt64,
        ["float"] = VoxelType.Float32, ["double"] = VoxelType.Float64,
    };

    // What leads from a space to RAS+.
    private static readonly Dictionary<string, double[]> Spaces = new()
    {
        ["left-posterior-superior"] = Placement.Lps, ["lps"] = Placement.Lps, ["right-anterior-superior"] = [1, 1, 1], ["ras"] = [1, 1, 1],
        ["left-anterior-superior"] = [-1, 1, 1], ["las"] = [-1, 1, 1],
    };

    /// <param name="mostVoxels">More are refused.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The header is damaged, or contradicts itself.</exception>
    /// <exception cref="NotSupportedException">It uses a part of the format that is not read.</exception>
    public static VolumeFile Describe(string path, long mostVoxels)
    {
        NrrdHeader header;
        using (var bytes = VoxelBytes.Open(path))
            header = NrrdHeader.Parse(bytes);
        var name = header.Required("type").ToLowerInvariant();
        if (!Types.TryGetValue(name, out var number))
            throw new NotSupportedException($"Voxels of the type '{name}' are not read; expected whole numbers, float or double.");
        var directions = header.Directions();
        var axes = NrrdAxes.Of(header, number, directions, mostVoxels);
        var block = BlockOf(header, path, axes);
        List<string> warnings = [];
        var geometry = Place(header, axes, directions, warnings);
        return new(geometry, axes.Type, block.Open)
        {
            Times = axes.Shape.Times, LabelNames = LabelNames.Read(header.OwnText), Warnings = warnings,
        };
    }

    private static StoredBlock BlockOf(NrrdHeader header, string path, NrrdAxes axes)
    {
        var encoding = header.Required("encoding").ToLowerInvariant() switch
        {
            "raw" => BlockEncoding.Raw,
            "gzip" or "gz" => BlockEncoding.Packed,
            "ascii" or "text" or "txt" => BlockEncoding.Text,
            var other => throw new NotSupportedException($"Voxels in the encoding '{other}' are not read; expected raw, gzip or ascii."),
        };
        var isBigEndian = header.Text("endian")?.ToLowerInvariant() switch
        {
            "big" => true,
            "little" => false,
            null when encoding == BlockEncoding.Text || axes.Type.Bytes() == axes.Type.Samples() => false,
            var other => throw new InvalidDataException($"The header's endian is '{other}'; expected little or big."),
        };
        var (lines, bytes) = (header.Text("lineskip") ?? "0", TextHeader.Whole("byte skip", header.Text("byteskip") ?? "0"));
        if (TextHeader.Whole("line skip", lines) != 0)
            throw new NotSupportedException("Lines before the voxels (line skip) are not left out; save the volume without.");
        if (bytes < -1 || bytes > long.MaxValue / 2 || (bytes == -1 && encoding != BlockEncoding.Raw))
            throw new InvalidDataException($"The header's byte skip is {bytes}; expected the bytes before the voxels, or -1 for raw ones.");
        var file = header.Text("datafile");
        if (file is not null && (file.StartsWith("LIST", StringComparison.Ordinal)
            || (file.Contains('%') && TextHeader.Words(file).Length > 1)))
            throw new NotSupportedException("The voxels are in several files, which is not read: save the volume as one .nrrd file.");
        var start = file is not null ? 0 : header.DataAt
            ?? throw new InvalidDataException("The file ends with its header: it has no empty line and no voxels.");
        var isPacked = encoding == BlockEncoding.Packed;
        return new(file is null ? path : DataFile.Beside(path, file), bytes < 0 ? -1 : start + (isPacked ? 0 : bytes), encoding, axes.Type,
            isBigEndian, axes.Shape)
        {
            Skipped = isPacked ? bytes : 0,
        };
    }

    private static VolumeGeometry Place(NrrdHeader header, NrrdAxes axes, double[]?[]? directions, List<string> warnings)
    {
        var space = header.Text("space")?.ToLowerInvariant();
        if (directions is null)
        {
            var spacings = header.OfAxes("spacings");
            if (spacings is null)
                warnings.Add(Placement.NoSpacing);
            warnings.Add(Placement.NoOrientation);
            double Spacing(int axis) => spacings is null || axis >= axes.Count ? 1
                : TextHeader.Number(spacings[axes.First + axis]) ?? double.NaN;
            return Placement.Unknown(axes.Shape, Spacing(0), Spacing(1), Spacing(2));
        }

        double[][] vectors = [.. directions.Skip(axes.First).Take(axes.Count).Select(vector => vector!)];
        var origin = header.Origin();
        if (Array.Exists(vectors, vector => vector.Length != vectors[0].Length) || (origin ?? vectors[0]).Length != vectors[0].Length)
            throw new InvalidDataException("The header's space directions and its space origin have different numbers of coordinates.");
        var unit = Unit(header, warnings);
        vectors = Array.ConvertAll(vectors, vector => Array.ConvertAll(vector, part => part * unit));
        if (space is null || !Spaces.TryGetValue(space, out var signs) || vectors[0].Length != 3 || axes.Count < 2)
        {
            warnings.Add(Placement.NoOrientation);
            double Length(int axis) => axis < vectors.Length ? Math.Sqrt(vectors[axis].Sum(part => part * part)) : 1;
            return Placement.Unknown(axes.Shape, Length(0), Length(1), Length(2));
        }

        origin = origin is null ? [0, 0, 0] : Array.ConvertAll(origin, part => part * unit);
        return Placement.Of(axes.Shape, axes.Count == 3 ? vectors : [.. vectors, Across(vectors[0], vectors[1])], origin, signs);
    }

    // 1 mm at right angles to a single slice.
    private static double[] Across(double[] a, double[] b)
    {
        double[] normal = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
        var length = Math.Sqrt(normal.Sum(part => part * part));
        return Array.ConvertAll(normal, part => part / length);
    }

    private static double Unit(NrrdHeader header, List<string> warnings)
    {
        var quoted = (header.Text("spaceunits") ?? "").Split('"');
        string[] units = [.. quoted.Select(name => name.Trim()).Where(name => name.Length > 0).Distinct()];
        var unit = units is [var only] ? LengthUnit.ToMillimeters(only) : units.Length == 0 ? 1 : null;
        if (unit is null)
            warnings.Add("The header's space units are no lengths that are known: its numbers are taken for millimeters.");
        return unit ?? 1;
    }
}
