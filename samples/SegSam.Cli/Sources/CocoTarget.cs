using Microsoft.ML.SegSam.Imaging;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>Converts a training table to COCO annotations; the paths of images are relative to the target.</summary>
internal static class CocoTarget
{
    /// <exception cref="InvalidDataException">A mask is not an image, or damaged.</exception>
    public static (IReadOnlyList<string> Categories, IReadOnlyList<CocoImage> Pictures, IReadOnlyList<CocoObject> Objects) Of(
        TrainingTable table, string target, SourceReading reading)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
        var (images, objects) = (new List<CocoImage>(), new List<CocoObject>());
        var places = new Dictionary<string, int>(StringComparer.Ordinal); // of image ids in the list of images
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

        return ([.. objects.Select(item => item.Category).Distinct().Order(StringComparer.Ordinal)], images, objects);
    }
}
