using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Labels;

namespace Microsoft.ML.SegSam.Volumes.Meta;

/// <summary>Writes labels as MetaImage, slice by slice.</summary>
internal static class MetaLabelWriter
{
    private const string PackedSize = "CompressedDataSize = ";
    private const int Digits = 19; // of the largest number of 64 bits

    /// <param name="source">The numbers of the MetaImage file whose grid it is, which are repeated; null: those of the geometry.</param>
    /// <exception cref="InvalidOperationException">The names make a header that is not read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, VolumeGeometry geometry, LabelRuns runs, IReadOnlyDictionary<int, string> names, HeaderPlace? source)
    {
        var (bytes, head) = (runs.BytesOfLabel, "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
            + "CompressedData = True\n" + PackedSize);
        var header = TextHeader.Bytes(head + new string(' ', Digits) + "\n" + Place(geometry, source ?? HeaderPlace.Of(geometry))
            + FormattableString.Invariant($"DimSize = {geometry.Columns} {geometry.Rows} {geometry.Slices}\n") + Names(names)
            + $"ElementType = {bytes switch { 1 => "MET_UCHAR", 2 => "MET_USHORT", _ => "MET_INT" }}\nElementDataFile = LOCAL\n");
        WholeFile.Write(path, file =>
        {
            file.Write(header);
            using (var packed = new ZLibStream(file, CompressionLevel.Optimal, leaveOpen: true))
                runs.Write(packed, geometry.Columns * geometry.Rows, bytes, isBigEndian: false);
            var size = file.Length - header.Length;
            file.Position = head.Length;
            file.Write(Encoding.ASCII.GetBytes(size.ToString(CultureInfo.InvariantCulture).PadLeft(Digits)));
        });
    }

    private static string Place(VolumeGeometry geometry, HeaderPlace place)
    {
        static string Line(string key, IEnumerable<double> numbers) => $"{key} = {string.Join(' ', numbers.Select(TextHeader.Text))}\n";
        return geometry.IsOrientationKnown
            ? Line("TransformMatrix", place.Directions) + Line("Offset", place.Origin) + "CenterOfRotation = 0 0 0\n"
                + "AnatomicalOrientation = " + Comings(geometry) + "\n" + Line("ElementSpacing", place.Spacing)
            : Line("ElementSpacing", place.Spacing);
    }

    // MetaImage's letters say where an axis comes from.
    private static string Comings(VolumeGeometry geometry) => string.Concat(geometry.Codes.Select(code => code switch
    {
        'L' => 'R', 'R' => 'L', 'P' => 'A', 'A' => 'P', 'S' => 'I', _ => 'S',
    }));

    // The format has no place for names: they are keys of our own, which others keep or pass over.
    private static string Names(IReadOnlyDictionary<int, string> names)
    {
        var (lines, segment) = (new StringBuilder(), 0);
        foreach (var (label, text) in names.OrderBy(name => name.Key))
        {
            if (LabelNames.OneLine(text) is not { Length: > 0 } name)
                continue;
            lines.Append(CultureInfo.InvariantCulture, $"{LabelNames.Key(segment, LabelNames.Label)} = {label}\n");
            lines.Append(LabelNames.Key(segment, LabelNames.Name)).Append(" = ").Append(name).Append('\n');
            segment++;
        }

        return lines.ToString();
    }
}
