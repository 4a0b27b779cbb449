using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Overlays;
using SampleKit;
using SegSam.Cli.Images;

namespace SegSam.Cli.Output;

/// <summary>Reads images and writes masks and overlays.</summary>
internal static class Pictures
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not an image, or damaged.</exception>
    public static MLImage Read(string path) => File.Exists(path) ? ImageFile.Read(path)
        : throw new FileNotFoundException($"There is no image '{path}'.");

    /// <summary>x0,y0,x1,y1, as --box takes it.</summary>
    public static string Text(RegionBox? box) =>
        box is { } at ? string.Create(CultureInfo.InvariantCulture, $"{at.X0},{at.Y0},{at.X1},{at.Y1}") : "(empty)";

    /// <summary>The PNG of one image in a folder with those of many.</summary>
    /// <param name="name">Base name of the image's results; it may contain subfolders.</param>
    public static string In(string folder, string name) => Path.Combine(folder, name + ".png");

    /// <summary>Writes one PNG for each mask: NAME-NUMBER-CATEGORY.png. Writes none if one of them already exists.</summary>
    /// <param name="name">Base name of the image's results; it may contain subfolders.</param>
    /// <returns>Their paths.</returns>
    public static IReadOnlyList<string> WriteMasks(Outputs outputs, string folder, string name, IReadOnlyList<FoundObject> objects)
    {
        var place = Path.Combine(folder, Path.GetDirectoryName(name)!);
        var paths = objects.Select((item, i) =>
            outputs.Next(place, FormattableString.Invariant($"{Path.GetFileName(name)}-{i + 1}-{item.Category}"), ".png")).ToList();
        paths.ForEach(outputs.Reserve);
        foreach (var (path, item) in paths.Zip(objects))
            OutputFile.Write(path, PngEncoder.Of(item.Mask));
        return paths;
    }

    /// <summary>Writes the image side by side with a copy that has outlined, named masks.</summary>
    /// <param name="note">Receives a legend of numbers, where names could not be drawn.</param>
    public static void WriteOverlay(
        string path, MLImage image, IReadOnlyList<string> categories, IReadOnlyList<FoundObject> objects, Action<string> note)
    {
        var order = categories.ToList();
        OverlayLayer[] layers =
        [
            // With a single category, every object gets its own color.
            .. objects.Select((item, i) => new OverlayLayer(item.Mask,
                Rgb.FromPalette(order.Count > 1 ? order.IndexOf(item.Category) : i),
                string.Create(CultureInfo.InvariantCulture, $"{item.Category} {item.Score:0.00}"))),
        ];
        var picture = MaskOverlay.Render(image, [new("image", []), new("found", layers)]);
        OutputFile.Write(path, picture.Bytes.ToArray());
        if (picture.Key.Length > 0)
            note($"In {path} {picture.Key}.");
    }
}
