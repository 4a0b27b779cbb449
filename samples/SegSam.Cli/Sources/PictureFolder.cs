using SampleKit;

namespace SegSam.Cli.Sources;

/// <summary>A picture in a folder of images or masks.</summary>
/// <param name="Id">Its path within the data set.</param>
/// <param name="Folders">The folders it lies in, below that of images or masks.</param>
/// <param name="Name">Its file name without the extension; like the folders, in the one form (NFC) in which equal names are equal texts.</param>
internal sealed record DataPicture(string Path, string Id, IReadOnlyList<string> Folders, string Name);

/// <summary>A folder with images/ and masks/, which nnU-Net calls imagesTr/ and labelsTr/.</summary>
internal static class PictureFolder
{
    private const int Named = 3; // of a long list
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];
    private static readonly string[] ImageFolders = ["images", "imagesTr"], MaskFolders = ["masks", "labelsTr"];

    /// <inheritdoc cref="List"/>
    public static IReadOnlyList<DataPicture> Images(string folder, SourceReading reading) => List(folder, ImageFolders, reading);

    /// <inheritdoc cref="List"/>
    public static IReadOnlyList<DataPicture> Masks(string folder, SourceReading reading) => List(folder, MaskFolders, reading);

    /// <summary>Says which images have no mask.</summary>
    public static void CountOthers(IReadOnlyList<DataPicture> images, IEnumerable<DataPicture> used, SourceReading reading)
    {
        string[] without = [.. images.Except(used).Select(image => image.Id)];
        if (without.Length > 0)
        {
            var first = string.Join(", ", without.Take(Named)) + (without.Length > Named ? " ..." : "");
            reading.LeftOut.Count("images that no mask belongs to", first, without.Length);
        }
    }

    /// <summary>All pictures of a part, subfolders included, in the order of their paths; files of other kinds are left out.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such part.</exception>
    /// <exception cref="InvalidDataException">There is no picture in it.</exception>
    private static List<DataPicture> List(string folder, string[] parts, SourceReading reading)
    {
        var part = parts.Select(each => Path.Combine(folder, each)).FirstOrDefault(Directory.Exists) ?? throw new DirectoryNotFoundException(
            $"'{folder}' has no folder {parts[0]}/. Expected images/NAME.png with masks/CATEGORY/NAME.png, masks/NAME_CATEGORY.png, " +
            "or masks/NAME.png and --category or --labels.");
        var kinds = DataFiles.Under(part).ToLookup(file => Endings.Contains(Path.GetExtension(file).ToLowerInvariant()));
        var others = kinds[false].Select(file => DataFiles.IdOf(folder, file)).ToList();
        if (!kinds.Contains(true))
        {
            throw new InvalidDataException($"'{part}' holds no picture ({string.Join(", ", Endings)})" + (others.Count == 0 ? "."
                : $", but {Words.Several(others.Count, "file")} of other kinds, such as '{others[0]}'. Convert them to PNG: of a volume, each slice."));
        }

        foreach (var other in others)
        {
            reading.LeftOut.Add($"files in {Path.GetFileName(part)}/ of other kinds than {string.Join(", ", Endings)}",
                $"'{other}'; convert it to PNG, each slice of a volume");
        }

        return [.. kinds[true].Select(file => Picture(folder, part, file))];
    }

    private static DataPicture Picture(string folder, string part, string file)
    {
        var inside = Path.GetRelativePath(part, Path.GetDirectoryName(file)!).Normalize();
        return new(file, DataFiles.IdOf(folder, file), inside == "." ? [] : inside.Split(Path.DirectorySeparatorChar),
            Path.GetFileNameWithoutExtension(file).Normalize());
    }
}
