using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Overlays;
using SegSam.Cli.Images;

namespace SegSam.Cli.Output;

/// <summary>Reads the picture and writes what was found in it.</summary>
internal static class Pictures
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">There is no whole image in it.</exception>
    public static MLImage Read(string path) => File.Exists(path) ? ImageFile.Read(path)
        : throw new FileNotFoundException($"There is no image '{path}'.");

    /// <summary>x0,y0,x1,y1, as --box takes it.</summary>
    public static string Text(RegionBox? box) => box is { } at ? string.Create(CultureInfo.InvariantCulture, $"{at.X0},{at.Y0},{at.X1},{at.Y1}") : "(empty)";

    /// <summary>The PNG of an image's results in a folder that holds those of many.</summary>
    /// <param name="name">What its results are called; it may hold folders.</param>
    public static string In(string folder, string name) => Path.Combine(folder, name + ".png");

    /// <summary>One PNG for each mask: NAME-NUMBER-CATEGORY.png. None is written where one of them is there already.</summary>
    /// <param name="name">What the image's results are called; it may hold folders.</param>
    /// <returns>Their paths.</returns>
    public static IReadOnlyList<string> WriteMasks(Outputs outputs, string folder, string name, IReadOnlyList<FoundObject> objects)
    {
        var place = Path.Combine(folder, Path.GetDirectoryName(name)!);
        var paths = objects.Select((one, i) =>
            outputs.Next(place, FormattableString.Invariant($"{Path.GetFileName(name)}-{i + 1}-{one.Category}"), ".png")).ToList();
        paths.ForEach(outputs.Reserve);
        foreach (var (path, one) in paths.Zip(objects))
            GrayPicture.Write(path, one.Mask.ToPixels(), one.Mask.Height, one.Mask.Width);
        return paths;
    }

    /// <summary>The image beside itself with outlined, named masks.</summary>
    /// <param name="note">Receives what numbers stand for, where names could not be drawn.</param>
    public static void WriteOverlay(string path, MLImage image, IReadOnlyList<string> categories, IReadOnlyList<FoundObject> found, Action<string> note)
    {
        var order = categories.ToList();
        OverlayLayer[] layers =
        [
            // Of one category alone every object gets a color of its own.
            .. found.Select((each, i) => new OverlayLayer(each.Mask, Palette.ColorOf(order.Count > 1 ? order.IndexOf(each.Category) : i),
                string.Create(CultureInfo.InvariantCulture, $"{each.Category} {each.Score:0.00}"))),
        ];
        var picture = MaskOverlay.Render(image, [new("image", []), new("found", layers)]);
        OutputFile.Write(path, picture.Bytes.ToArray());
        if (picture.Key.Length > 0)
            note($"In {path} {picture.Key}.");
    }
}
