using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using SampleKit;

namespace FineTune;

/// <summary>Reads a source of cell nuclei: NAME.png and NAME_instances.png, whose gray levels number the nuclei; 0 is background.</summary>
/// <remarks>A single image cannot be left out, so each is cut into four quarters. A nucleus on a cut has a part in each of them.</remarks>
internal static class InstanceSource
{
    /// <summary>Parts with fewer pixels are left out: they are too small to prompt (our choice).</summary>
    public const int MinimumArea = 20;

    private const string Ending = "_instances.png", Category = "cell nucleus";

    public static bool Fits(string folder) => DataFiles.In(folder, Ending).Any();

    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The sizes differ, or a file is damaged or not an image.</exception>
    public static IEnumerable<Picture> Read(string folder, List<Remark> remarks)
    {
        var pictures = new List<Picture>();
        foreach (var path in DataFiles.In(folder, Ending))
        {
            var imagePath = path[..^Ending.Length] + ".png";
            var (name, map) = (Path.GetFileNameWithoutExtension(imagePath), ImageFile.ReadLabels(path, out var height, out var width));
            using var image = ImageFile.Read(imagePath);
            if ((image.Width, image.Height) != (width, height))
            {
                throw new InvalidDataException($"'{path}' is {width} x {height} pixels (width x height), its image "
                    + $"{image.Width} x {image.Height}; they must have the same size.");
            }

            var (source, small, pixels) = (Path.GetFileName(folder), 0, image.Pixels.ToArray());
            foreach (var (part, area) in Quarters(width, height))
            {
                var quarter = ToImage(area, image.PixelFormat, (x, y) => pixels.AsSpan(4 * (y * width + x), 4));
                var picture = new Picture(source, $"{name}-{part}", () => quarter);
                AddObjects(picture, (x, y) => map[y * width + x], area, ref small);
                pictures.Add(picture);
            }

            remarks.Add(new($"{source}/{name}.png", "cut into four quarters, because a single image cannot be left out; "
                + $"{small} parts of nuclei at the cuts with fewer than {MinimumArea} pixels are left out"));
        }

        return pictures.Where(picture => picture.Objects.Count > 0);
    }

    internal static IEnumerable<(string Name, Area Area)> Quarters(int width, int height)
    {
        var (x, y) = (width / 2, height / 2);
        yield return ("top-left", new(0, 0, x, y));
        yield return ("top-right", new(x, 0, width - x, y));
        yield return ("bottom-left", new(0, y, x, height - y));
        yield return ("bottom-right", new(x, y, width - x, height - y));
    }

    private static void AddObjects(Picture picture, Func<int, int, uint> map, Area area, ref int small)
    {
        var found = new SortedDictionary<uint, (int Area, int X0, int Y0, int X1, int Y1)>();
        for (var y = 0; y < area.Height; y++)
        {
            for (var x = 0; x < area.Width; x++)
            {
                var level = map(area.X + x, area.Y + y);
                if (level == 0)
                    continue;
                var (count, x0, y0, x1, _) = found.TryGetValue(level, out var known) ? known : (0, x, y, x, y);
                found[level] = (count + 1, Math.Min(x0, x), y0, Math.Max(x1, x + 1), y + 1);
            }
        }

        foreach (var (level, part) in found)
        {
            if (part.Area < MinimumArea)
            {
                small++;
                continue;
            }

            picture.Objects.Add(new(picture, Category, [part.X0, part.Y0, part.X1, part.Y1],
                () => ToImage(area, MLPixelFormat.Bgra32, (x, y) => map(x, y) == level ? White : Black)));
        }
    }

    private static ReadOnlySpan<byte> White => [255, 255, 255, 255];

    private static ReadOnlySpan<byte> Black => [0, 0, 0, 255];

    private delegate ReadOnlySpan<byte> PixelAt(int x, int y);

    private static MLImage ToImage(Area area, MLPixelFormat format, PixelAt pixel)
    {
        var pixels = new byte[4 * area.Width * area.Height];
        for (var i = 0; i < area.Width * area.Height; i++)
            pixel(area.X + i % area.Width, area.Y + i / area.Width).CopyTo(pixels.AsSpan(4 * i, 4));
        return MLImage.CreateFromPixels(area.Width, area.Height, format, pixels);
    }

    /// <summary>A part of an image in pixels.</summary>
    internal sealed record Area(int X, int Y, int Width, int Height);
}
