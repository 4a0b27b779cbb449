using SampleKit;

namespace SegSam.Cli.Output;

/// <summary>Files of COCO's object annotations.</summary>
internal static class CocoDocument
{
    /// <summary>Writes annotations; ids count from 1 in the order of the lists.</summary>
    public static void Write(
        string path, IReadOnlyList<string> categories, IReadOnlyList<CocoImage> images, IEnumerable<CocoObject> objects)
    {
        var document = CocoWriter.Write(categories, images, objects, "Made with segsam. Not for diagnosis.", DateTimeOffset.UtcNow);
        OutputFile.Write(path, document.ToJsonString());
    }
}
