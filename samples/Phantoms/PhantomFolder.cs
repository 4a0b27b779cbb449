using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using SampleKit;

namespace Phantoms;

/// <summary>Writes slices as a folder in the layout of SAM-Med2D.</summary>
public static class PhantomFolder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes images/ID.png, masks/ID_CATEGORY_000.png (spaces become underscores), image2label_train.json (image to its
    /// masks) and texts.json (category to description). Existing files are overwritten.</summary>
    public static void Write(string folder, IEnumerable<PhantomSlice> slices)
    {
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        Directory.CreateDirectory(Path.Combine(folder, "masks"));
        var masksOf = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var slice in slices)
        {
            var image = $"images/{slice.Id}.png";
            File.WriteAllBytes(Path.Combine(folder, image), slice.ToPng());
            masksOf.Add(image, [.. slice.Objects.Select(item => WriteMask(folder, slice, item))]);
        }

        File.WriteAllText(Path.Combine(folder, "image2label_train.json"), JsonSerializer.Serialize(masksOf, Indented));
        File.WriteAllText(Path.Combine(folder, "texts.json"), JsonSerializer.Serialize(PhantomGenerator.Categories, Indented));
    }

    private static string WriteMask(string folder, PhantomSlice slice, PhantomObject item)
    {
        var mask = $"masks/{slice.Id}_{item.Category.Replace(' ', '_')}_000.png";
        File.WriteAllBytes(Path.Combine(folder, mask), PngEncoder.Of(SegmentationMask.FromPixels(item.Mask, slice.Height, slice.Width)));
        return mask;
    }
}
