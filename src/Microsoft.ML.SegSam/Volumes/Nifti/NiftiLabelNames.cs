using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Microsoft.ML.SegSam.Volumes.Nifti;

/// <summary>Names of labels in a NIfTI file: an extension of Caret's XML, as Connectome Workbench and TotalSegmentator write it.</summary>
internal static class NiftiLabelNames
{
    public const int Code = 30; // of the extension: NIFTI_ECODE_CARET
    private const int NoCode = 0; // NIFTI_ECODE_IGNORE, which nibabel gives to TotalSegmentator's
    private const int MostBytes = 4 << 20, MostExtensions = 10_000;

    /// <summary>The names that a file has; none where there is no such extension, or it is damaged: names are no reason to fail.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<int, string> Read(string path)
    {
        try
        {
            var start = NiftiReader.ReadStart(path, MostBytes);
            var header = NiftiHeader.Parse(start);
            foreach (var (code, content) in Extensions(start, header))
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

    /// <summary>The content of an extension, in the form of TotalSegmentator.</summary>
    public static byte[] Write(IReadOnlyDictionary<int, string> names)
    {
        var table = new XElement("LabelTable", names.OrderBy(name => name.Key).Select(name => new XElement("Label",
            new XAttribute("Key", name.Key), new XAttribute("Red", 1), new XAttribute("Green", 1), new XAttribute("Blue", 1),
            new XAttribute("Alpha", 1), new XCData(Legal(name.Value)))));
        var root = new XElement("CaretExtension", new XElement("VolumeInformation", new XAttribute("Index", 0), table,
            new XElement("VolumeType", new XCData("Label"))));
        return Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + root.ToString(SaveOptions.DisableFormatting));
    }

    private static IEnumerable<(int Code, ReadOnlyMemory<byte> Content)> Extensions(byte[] start, NiftiHeader header)
    {
        var at = (long)header.Length;
        if (header.IsPair || start.Length < at + 4 || start[at] == 0)
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
