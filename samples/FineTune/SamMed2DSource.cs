using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Slices;
using SampleKit;

namespace FineTune;

/// <summary>Reads a source in SAM-Med2D's layout, with its training list and its test list.</summary>
internal static class SamMed2DSource
{
    public static bool Fits(string folder) => SliceFiles.AreIn(folder);

    /// <exception cref="IOException">A list cannot be read.</exception>
    /// <exception cref="InvalidDataException">A list is invalid.</exception>
    public static IEnumerable<Picture> Read(string folder, List<Remark> remarks)
    {
        var source = Path.GetFileName(folder);
        var pictures = new List<Picture>();
        var leftOut = new LeftOut(isStrict: false);
        var rows = SamMed2DFolder.Read(folder, leftOut, (_, _) => { }, CancellationToken.None).DistinctBy(row => row.MaskPath).ToList();
        remarks.AddRange(leftOut.Lines.Select(line => new Remark(source, line)));
        foreach (var image in rows.GroupBy(row => row.ImagePath))
        {
            var picture = new Picture(source, image.First().ImageId, () => ImageFile.Read(image.Key));
            picture.Objects.AddRange(image.Select(row =>
                new ObjectRow(picture, CategoryNames.Of(row.Category), row.Box, () => ImageFile.Read(row.MaskPath))));
            pictures.Add(picture);
        }

        var images = Path.Combine(folder, "images");
        foreach (var image in Directory.Exists(images) ? DataFiles.Under(images).Select(path => DataFiles.IdOf(folder, path)) : [])
        {
            if (rows.TrueForAll(row => row.ImageId != image))
                remarks.Add(new($"{source}/{image}", "no list contains a mask for this image"));
        }

        return pictures;
    }
}
