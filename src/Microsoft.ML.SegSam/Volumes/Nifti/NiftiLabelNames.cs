using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Volumes.Nifti;

/// <summary>Names of labels in a NIfTI file: an extension of Caret's XML, as Connectome Workbench and TotalSegmentator write it.</summary>
internal static class NiftiLabelNames
{
    public const int Code = 30; // of the extension: NIFTI_ECODE_CARET
    private const int NoCode = 0; // NIFTI_ECODE_IGNORE, which nibabel gives to TotalSegmentator's
    private const int MostBytes = 4 << 20, MostExtensions = 10_000;

    /// <summary>The names that a file has; none where there is no such extension, or it is damaged: names are no reason to fail.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<int, string> Read(string path, NiftiHeader header)
    {
        if (header.IsPair || header.VoxOffset < header.Length + 4 + 8)
            return new Dictionary<int, string>(); // no room for one
        try
        {
            foreach (var (code, content) in Extensions(NiftiReader.ReadStart(path, MostBytes), header))
            {
                if (code is Code or NoCode && Parse(content.Span) is { Count: > 0 } names)
                    return names;
            }
        }
        catch (Exception failure) when (failure is XmlException or InvalidDataException)
        {
            // the voxels are read without them
        }

        return new Dictionary<int, string>();
    }

    /// <summary>The content of an extension, in the form of TotalSegmentator, but with colors that differ.</summary>
    public static byte[] Write(IReadOnlyDictionary<int, string> names)
    {
        var table = new XElement("LabelTable", names.OrderBy(name => name.Key)
            .Select((name, i) => LabelOf(name.Key, name.Value, Rgb.FromPalette(i))));
        var root = new XElement("CaretExtension", new XElement("VolumeInformation", new XAttribute("Index", 0), table,
            new XElement("VolumeType", new XCData("Label"))));
        return Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + root.ToString(SaveOptions.DisableFormatting));
    }

    // Levels are 0 to 1.
    private static XElement LabelOf(int label, string name, Rgb color) => new("Label", new XAttribute("Key", label),
        new XAttribute("Red", color.R / 255f), new XAttribute("Green", color.G / 255f), new XAttribute("Blue", color.B / 255f),
        new XAttribute("Alpha", 1), new XCData(Legal(name)));

    private static IEnumerable<(int Code, ReadOnlyMemory<byte> Content)> Extensions(byte[] start, NiftiHeader header)
    {
        var at = (long)header.Length;
        if (start.Length < at + 4 || start[at] == 0)
            yield break;
        at += 4;
        var end = Math.Min(header.VoxOffset, start.Length);
        for (var i = 0; i < MostExtensions && at + 8 <= end; i++)
        {
            var numbers = new NiftiNumbers(start.AsSpan((int)at, 8), header.IsBigEndian);
            var (size, code) = (numbers.Int(0), numbers.Int(4));
            if (size < 8 || at + size > end)
                yield break;
            yield return (code, start.AsMemory((int)at + 8, size - 8));
            at += size;
        }
    }

    private static Dictionary<int, string> Parse(ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content).Trim('\0', ' ', '\n', '\r', '\t', '\uFEFF');
        if (!text.StartsWith('<'))
            return [];
        using var reader = XmlReader.Create(new StringReader(text), new() { DtdProcessing = DtdProcessing.Prohibit });
        var names = new Dictionary<int, string>();
        while (!reader.EOF)
        {
            if (reader is not { NodeType: XmlNodeType.Element, Name: "Label" })
                reader.Read();
            else if (int.TryParse(reader.GetAttribute("Key"), NumberStyles.None, CultureInfo.InvariantCulture, out var key))
                names[key] = reader.ReadElementContentAsString().Trim(); // which moves on to what follows
            else
                reader.Skip();
        }

        return names;
    }

    private static string Legal(string name) =>
        string.Concat(name.Where(XmlConvert.IsXmlChar)).Replace("]]>", "]] >", StringComparison.Ordinal);
}
