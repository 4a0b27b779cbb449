using SampleKit;

namespace FineTune;

/// <summary>A source in BiomedParse's layout: demo/IMAGE.png and demo_mask/IMAGE_TARGET.png, a target's spaces written as +.</summary>
/// <remarks>Image names end in the site (06_CT_abdomen). One mask may hold several parts, and masks of one image may overlap.</remarks>
internal static class BiomedParseSource
{
    private const string Images = "demo", Masks = "demo_mask";

    public static bool Fits(string folder) => Directory.Exists(Path.Combine(folder, Images)) && Directory.Exists(Path.Combine(folder, Masks));

    /// <remarks>A mask that belongs to no image, is empty, damaged or of another size is left out, and a remark says so.</remarks>
    public static IEnumerable<Picture> Read(string folder, List<Remark> remarks)
    {
        var source = Path.GetFileName(folder);
        var images = Files(folder, Images);
        var leftOut = new LeftOut(isStrict: false);
        var byImage = Files(folder, Masks).ToLookup(mask => leftOut.Try(() => Owner(mask, images), "masks that belong to no image"));
        var pictures = new List<Picture>();
        foreach (var image in images)
        {
            var name = Path.GetFileNameWithoutExtension(image);
            if (!byImage.Contains(image))
            {
                remarks.Add(new($"{source}/{Images}/{name}.png", "no mask has its name"));
                continue;
            }

            var picture = new Picture(source, name, () => ImageFile.Read(image));
            foreach (var mask in byImage[image])
            {
                var target = Path.GetFileNameWithoutExtension(mask)[(name.Length + 1)..].Replace('+', ' ');
                var category = CategoryNames.Of(target, name.Split('_')[^1]);
                if (leftOut.Try(() => Box(mask, picture, leftOut)) is { } box)
                    picture.Objects.Add(new(picture, category, box, () => ImageFile.Read(mask)));
            }

            if (picture.Objects.Count > 0)
                pictures.Add(picture);
        }

        remarks.AddRange(leftOut.Items.Select(item => new Remark(source, $"{item}")));

        return pictures;
    }

    private static float[]? Box(string mask, Picture picture, LeftOut leftOut)
    {
        var box = MaskFile.TightBox(mask, (picture.Image.Width, picture.Image.Height));
        if (box is null)
            leftOut.Add("masks without a pixel", $"The mask '{mask}' is empty; it needs a pixel that is not black");
        return box;
    }

    private static string[] Files(string folder, string part) => [.. DataFiles.In(Path.Combine(folder, part), ".png")];

    // Of images a and a_b, a_b_tumor.png belongs to the latter.
    private static string Owner(string mask, string[] images)
    {
        var name = Path.GetFileNameWithoutExtension(mask);
        return images.Where(image => name.StartsWith(Path.GetFileNameWithoutExtension(image) + "_", StringComparison.Ordinal))
            .MaxBy(image => image.Length)
            ?? throw new InvalidDataException($"The mask '{mask}' should be called IMAGE_TARGET.png after an image in '{Images}', such as 06_CT_abdomen_liver.png.");
    }
}
