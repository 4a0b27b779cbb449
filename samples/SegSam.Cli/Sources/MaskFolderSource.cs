using Microsoft.ML.SegSam.Imaging;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>A folder with images/ and masks/: a mask says by its name, or by its folder, what it shows and in which image.</summary>
internal static class MaskFolderSource
{
    private const string Images = PictureFolder.Images, Masks = PictureFolder.Masks;

    /// <param name="category">Of masks that are called like their images.</param>
    /// <exception cref="IOException">A folder is missing, or a file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A mask belongs to no image, has no category, is empty or of another size.</exception>
    public static IReadOnlyList<TableRow> Read(string folder, string? category, SourceReading reading)
    {
        var (images, masks) = (PictureFolder.List(folder, Images), PictureFolder.List(folder, Masks));
        var byName = images.ToLookup(Path.GetFileNameWithoutExtension, StringComparer.Ordinal);
        var (rows, sizes) = (new List<TableRow>(), new Dictionary<string, (int, int)>());
        foreach (var mask in reading.Each(masks, "masks"))
        {
            var (image, name) = Owner(folder, mask, byName, category);
            if (!sizes.TryGetValue(image, out var size))
            {
                using var pixels = ImageFile.Read(image);
                sizes[image] = size = (pixels.Width, pixels.Height);
            }

            rows.Add(new TableRow { ImagePath = image, MaskPath = mask, Category = name, ImageId = Path.GetFileNameWithoutExtension(image), Box = MaskFile.TightBox(mask, size) });
        }

        PictureFolder.TellOfOthers(images, sizes.Keys, reading);
        return [.. rows.OrderBy(row => row.ImagePath, StringComparer.Ordinal)];
    }

    private static (string Image, string Category) Owner(string folder, string mask, ILookup<string?, string> images, string? category)
    {
        var name = Path.GetFileNameWithoutExtension(mask);
        var inside = Path.GetRelativePath(Path.Combine(folder, Masks), Path.GetDirectoryName(mask)!);
        if (images.Contains(name)) // masks/CATEGORY/NAME.png, or masks/NAME.png and --category
            return (PictureFolder.Only(images, name), Spoken(inside == "." ? category ?? throw Bad(mask, "tells no category; give it by --category, or put the mask into a folder called like it") : inside));
        // Of images a and a_b, the mask a_b_liver belongs to the latter.
        var owner = images.Select(each => each.Key!).Where(image => name.StartsWith(image + "_", StringComparison.Ordinal) && name.Length > image.Length + 1).MaxBy(image => image.Length)
            ?? throw Bad(mask, $"belongs to no image; expected a name like IMAGE_CATEGORY.png or a folder {Masks}/CATEGORY/ with IMAGE.png, where {Images}/ holds IMAGE");
        var rest = name[(owner.Length + 1)..];
        var end = rest.LastIndexOf('_');
        return (PictureFolder.Only(images, owner), Spoken(end > 0 && rest[(end + 1)..].All(char.IsAsciiDigit) ? rest[..end] : rest)); // IMAGE_liver_000.png
    }

    private static string Spoken(string category) => category.Replace('_', ' ').Replace('+', ' ').Replace('\\', '/');

    private static InvalidDataException Bad(string mask, string problem) => new($"The mask '{mask}' {problem}.");
}
