using Microsoft.ML.SegSam.Imaging;
using SampleKit;

namespace FineTune;

/// <summary>Reads a source in BiomedParse's layout: demo/IMAGE.png and demo_mask/IMAGE_TARGET.png, with + for spaces in a target.</summary>
/// <remarks>Image names end in the body site (06_CT_abdomen). A mask may have several parts, and masks of one image may overlap.</remarks>
internal static class BiomedParseSource
{
    private const string Images = "demo", Masks = "demo_mask";

    public static bool Fits(string folder) =>
        Directory.Exists(Path.Combine(folder, Images)) && Directory.Exists(Path.Combine(folder, Masks));

    /// <remarks>A mask without an image, without a pixel, damaged or of another size is left out, and reported in a remark.</remarks>
    public static IEnumerable<Picture> Read(string folder, List<Remark> remarks)
    {
        var source = Path.GetFileName(folder);
        var images = Files(folder, Images);
        var leftOut = new LeftOut(isStrict: false);
        var byImage = Files(folder, Masks).ToLookup(mask => leftOut.Try(() => Owner(mask, images), "masks without an image"));
        var pictures = new List<Picture>();
        foreach (var image in images)
        {
            var name = Path.GetFileNameWithoutExtension(image);
            if (!byImage.Contains(image))
            {
                remarks.Add(new($"{source}/{Images}/{name}.png", "no mask has the name of this image"));
                continue;
            }

            var picture = new Picture(source, name, () => ImageFile.Read(image));
            foreach (var mask in byImage[image])
            {
                var target = Path.GetFileNameWithoutExtension(mask)[(name.Length + 1)..].Replace('+', ' ');
                var category = CategoryNames.Of(target, name.Split('_')[^1]);
                if (leftOut.Try(() => MaskFile.TightBox(mask, (picture.Image.Width, picture.Image.Height), leftOut)) is { } box)
                    picture.Objects.Add(new(picture, category, box, () => ImageFile.Read(mask)));
            }

            if (picture.Objects.Count > 0)
                pictures.Add(picture);
        }

        remarks.AddRange(leftOut.Lines.Select(line => new Remark(source, line)));

        return pictures;
    }

    private static string[] Files(string folder, string part) => [.. DataFiles.In(Path.Combine(folder, part), ".png")];

    // With images a and a_b, the mask a_b_tumor.png belongs to the latter.
    private static string Owner(string mask, string[] images)
    {
        var name = Path.GetFileNameWithoutExtension(mask);
        return images.Where(image => name.StartsWith(Path.GetFileNameWithoutExtension(image) + "_", StringComparison.Ordinal))
            .MaxBy(image => image.Length)
            ?? throw new InvalidDataException($"The mask '{mask}' should be called IMAGE_TARGET.png, where IMAGE is in '{Images}', "
                + "such as 06_CT_abdomen_liver.png.");
    }
}
