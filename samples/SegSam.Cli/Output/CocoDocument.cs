using SampleKit;

namespace SegSam.Cli.Output;

/// <summary>Writes COCO's object annotations: images, categories and masks.</summary>
internal static class CocoDocument
{
    /// <summary>Writes annotations; ids count from 1 in the order of the lists.</summary>
    public static void Write(string path, IReadOnlyList<string> categories, IReadOnlyList<CocoPicture> pictures, IEnumerable<CocoObject> objects) =>
        OutputFile.Write(path, CocoWriter.Write(categories, pictures, objects, "Made with segsam. Not for diagnosis.", DateTimeOffset.UtcNow).ToJsonString());
}
