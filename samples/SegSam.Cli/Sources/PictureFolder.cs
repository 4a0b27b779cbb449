namespace SegSam.Cli.Sources;

/// <summary>A folder with images/ and masks/.</summary>
internal static class PictureFolder
{
    public const string Images = "images", Masks = "masks";
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];

    /// <summary>All pictures of a part, subfolders included, in the order of their paths.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such part.</exception>
    /// <exception cref="InvalidDataException">There is no picture in it.</exception>
    public static List<string> List(string folder, string part)
    {
        var path = Path.Combine(folder, part);
        if (!Directory.Exists(path))
            throw new DirectoryNotFoundException($"'{folder}' has no folder {part}/. Expected {Images}/NAME.png with {Masks}/CATEGORY/NAME.png, {Masks}/NAME_CATEGORY.png, or {Masks}/NAME.png and --category or --labels.");
        var found = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => Endings.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal).ToList();
        return found.Count > 0 ? found : throw new InvalidDataException($"'{path}' holds no picture ({string.Join(", ", Endings)}).");
    }

    /// <summary>The one image of a name.</summary>
    /// <exception cref="InvalidDataException">There are several.</exception>
    public static string Only(ILookup<string?, string> images, string name) => images[name].ToList() is [var one] ? one
        : throw new InvalidDataException($"Several images are called '{name}': {string.Join(", ", images[name])}. Names must tell images apart.");

    /// <summary>Tells which images have no mask.</summary>
    public static void TellOfOthers(IEnumerable<string> images, IEnumerable<string> used, SourceReading reading)
    {
        var without = images.Except(used).Select(image => Path.GetFileName(image)).ToList();
        if (without.Count > 0)
            reading.Note($"Left out, as no mask belongs to them: {string.Join(", ", without)}.");
    }
}
