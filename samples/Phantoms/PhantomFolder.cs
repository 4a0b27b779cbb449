using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using SampleKit;

namespace Phantoms;

/// <summary>Writes slices as a folder in the layout of SAM-Med2D: what a training program finds on a user's disk.</summary>
public static class PhantomFolder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes images/ID.png, masks/ID_CATEGORY_000.png (spaces become underscores), image2label_train.json (image to its
    /// masks) and texts.json (category to description). Files of the same name are replaced.</summary>
    public static void Write(string folder, IEnumerable<PhantomSlice> slices)
    {
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        Directory.CreateDirectory(Path.Combine(folder, "masks"));
        var masksOf = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var slice in slices)
        {
            var image = $"images/{slice.Id}.png";
            File.WriteAllBytes(Path.Combine(folder, image), slice.ToPng());
            masksOf.Add(image, [.. slice.Objects.Select(found => WriteMask(folder, slice, found))]);
        }

        File.WriteAllText(Path.Combine(folder, "image2label_train.json"), JsonSerializer.Serialize(masksOf, Indented));
        File.WriteAllText(Path.Combine(folder, "texts.json"), JsonSerializer.Serialize(PhantomGenerator.Categories, Indented));
    }

    private static string WriteMask(string folder, PhantomSlice slice, PhantomObject found)
    {
        var mask = $"masks/{slice.Id}_{found.Category.Replace(' ', '_')}_000.png";
        File.WriteAllBytes(Path.Combine(folder, mask), PngEncoder.Of(SegmentationMask.FromPixels(found.Mask, slice.Height, slice.Width)));
        return mask;
    }
}
