using Microsoft.ML.SegSam.Imaging;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>A training table as COCO annotations; paths of pictures are relative to them.</summary>
internal static class CocoTarget
{
    /// <exception cref="InvalidDataException">A picture is no whole image.</exception>
    public static (IReadOnlyList<string> Categories, IReadOnlyList<CocoImage> Pictures, IReadOnlyList<CocoObject> Objects) Of(TrainingTable table, string target, SourceReading reading)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
        var (images, places, objects) = (new List<CocoImage>(), new Dictionary<string, int>(StringComparer.Ordinal), new List<CocoObject>());
        foreach (var row in reading.Each(table.Rows, "objects"))
        {
            var mask = ImageFile.ReadMask(row.MaskPath, out _);
            if (!places.TryGetValue(row.ImageId, out var place))
            {
                places[row.ImageId] = place = images.Count;
                images.Add(new(Path.GetRelativePath(folder, row.ImagePath).Replace('\\', '/'), mask.Height, mask.Width));
            }

            objects.Add(new(place, row.Category, mask));
        }

        return ([.. objects.Select(each => each.Category).Distinct().Order(StringComparer.Ordinal)], images, objects);
    }
}
