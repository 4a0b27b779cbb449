using Microsoft.ML.SegSam.Imaging;
using SampleKit;

namespace FineTune;

/// <summary>A source in SAM-Med2D's layout: both lists, training's and test's, name images with masks.</summary>
internal static class SamMed2DSource
{
    public static bool Fits(string folder) => SamMed2DFolder.IsOne(folder);

    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A list or a mask makes no sense.</exception>
    public static IEnumerable<Picture> Read(string folder, List<Remark> remarks)
    {
        var source = Path.GetFileName(folder);
        var pictures = new List<Picture>();
        var rows = SamMed2DFolder.Read(folder).DistinctBy(row => row.MaskPath).ToList();
        foreach (var image in rows.GroupBy(row => row.ImagePath))
        {
            var picture = new Picture(source, image.First().ImageId, () => ImageFile.Read(image.Key));
            picture.Objects.AddRange(image.Select(row =>
                new ObjectRow(picture, CategoryNames.Of(row.Category), row.Box, () => ImageFile.Read(row.MaskPath))));
            pictures.Add(picture);
        }

        foreach (var image in Directory.EnumerateFiles(Path.Combine(folder, "images"), "*.png").Order(StringComparer.Ordinal))
        {
            if (rows.TrueForAll(row => row.ImagePath != image))
                remarks.Add(new($"{source}/images/{Path.GetFileName(image)}", "no list names a mask for it"));
        }

        return pictures;
    }
}
