using Microsoft.ML.SegSam.Imaging;
using SampleKit;
using SegSam.Cli.Output;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>A folder with images/ and masks/, where the gray levels of a mask tell categories: each becomes a row and a mask file.</summary>
internal static class LabelMapSource
{
    /// <param name="labels">Category by gray level.</param>
    /// <param name="masks">Folder for the mask files.</param>
    /// <exception cref="IOException">A file is missing, or cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">A map belongs to no image, is of another size, no gray PNG, or has a level without a category.</exception>
    public static IReadOnlyList<TableRow> Read(string folder, IReadOnlyDictionary<int, string> labels, string masks, SourceReading reading)
    {
        var images = PictureFolder.List(folder, PictureFolder.Images);
        var byName = images.ToLookup(Path.GetFileNameWithoutExtension, StringComparer.Ordinal);
        var (rows, used) = (new List<TableRow>(), new List<string>());
        foreach (var path in reading.Each(PictureFolder.List(folder, PictureFolder.Masks), "label maps"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (!byName.Contains(name))
                throw new InvalidDataException($"The label map '{path}' belongs to no image; expected one called '{name}' in {PictureFolder.Images}/.");
            used.Add(PictureFolder.Only(byName, name));
            var map = GrayPng.Read(path);
            Check(used[^1], path, map);
            foreach (var level in Levels(map).Where(level => level != 0))
            {
                var category = labels.TryGetValue(level, out var known) ? known
                    : throw new InvalidDataException($"The label map '{path}' holds the number {level}, which --labels does not name; named are: {string.Join(", ", labels.Keys.Order())}.");
                var file = Path.Combine(masks, $"{Pictures.FileName(name)}_{Pictures.FileName(category)}_{rows.Count + 1}.png");
                var mask = Mask(map, level);
                GrayPicture.Write(file, mask, map.Height, map.Width);
                rows.Add(new TableRow { ImagePath = used[^1], MaskPath = file, Category = category, ImageId = name, Box = MaskFile.TightBox(file, (map.Width, map.Height)) });
            }
        }

        PictureFolder.TellOfOthers(images, used, reading);
        return rows;
    }

    private static void Check(string image, string path, GrayPng map)
    {
        using var pixels = ImageFile.Read(image);
        if ((pixels.Width, pixels.Height) != (map.Width, map.Height))
            throw new InvalidDataException($"The label map '{path}' is {map.Width} x {map.Height} pixels, its image {pixels.Width} x {pixels.Height}; they must be of one size.");
    }

    private static SortedSet<int> Levels(GrayPng map)
    {
        var levels = new SortedSet<int>();
        for (var y = 0; y < map.Height; y++)
        {
            for (var x = 0; x < map.Width; x++)
                levels.Add(map[x, y]);
        }

        return levels;
    }

    private static bool[] Mask(GrayPng map, int level)
    {
        var mask = new bool[map.Width * map.Height];
        for (var i = 0; i < mask.Length; i++)
            mask[i] = map[i % map.Width, i / map.Width] == level;
        return mask;
    }
}
