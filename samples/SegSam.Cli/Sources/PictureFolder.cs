using SampleKit;

namespace SegSam.Cli.Sources;

/// <summary>A picture in a folder of images or masks.</summary>
/// <param name="Id">Its path relative to the data set.</param>
/// <param name="Folders">Its folders below the folder of images or masks.</param>
/// <param name="Name">Its file name without extension. Like the folders, in Unicode form NFC, in which equal names are equal texts.</param>
internal sealed record DataPicture(string Path, string Id, IReadOnlyList<string> Folders, string Name);

/// <summary>A folder with images/ and masks/, which nnU-Net calls imagesTr/ and labelsTr/.</summary>
internal static class PictureFolder
{
    private const int MostNamed = 3; // in a message
    private static readonly string[] ImageFolders = ["images", "imagesTr"], MaskFolders = ["masks", "labelsTr"];

    /// <inheritdoc cref="List"/>
    public static IReadOnlyList<DataPicture> Images(string folder, SourceReading reading) => List(folder, ImageFolders, reading);

    /// <inheritdoc cref="List"/>
    public static IReadOnlyList<DataPicture> Masks(string folder, SourceReading reading) => List(folder, MaskFolders, reading);

    /// <summary>Reports images without a mask.</summary>
    public static void CountOthers(IReadOnlyList<DataPicture> images, IEnumerable<DataPicture> used, SourceReading reading)
    {
        string[] without = [.. images.Except(used).Select(image => image.Id)];
        if (without.Length > 0)
        {
            var first = string.Join(", ", without.Take(MostNamed)) + (without.Length > MostNamed ? " ..." : "");
            reading.LeftOut.Count("images without a mask", first, without.Length);
        }
    }

    /// <summary>All pictures of a folder and its subfolders, ordered by path; other files are left out.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder contains no picture.</exception>
    private static List<DataPicture> List(string folder, string[] parts, SourceReading reading)
    {
        var part = parts.Select(name => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists)
            ?? throw new DirectoryNotFoundException(
            $"'{folder}' has no folder {parts[0]}/. Expected images/NAME.png with masks/CATEGORY/NAME.png, masks/NAME_CATEGORY.png, " +
            "or masks/NAME.png and --category or --labels.");
        var kinds = DataFiles.Under(part).ToLookup(DataFiles.IsImage);
        var others = kinds[false].Select(file => DataFiles.IdOf(folder, file)).ToList();
        if (!kinds.Contains(true))
        {
            throw new InvalidDataException($"'{part}' contains no image ({DataFiles.ImageKinds})" + (others.Count == 0 ? "."
                : $", but {NumberText.Plural(others.Count, "other file")}, such as '{others[0]}'. "
                    + "Convert them to PNG, one file for each slice of a volume."));
        }

        foreach (var other in others)
        {
            reading.LeftOut.Add($"files in {Path.GetFileName(part)}/ that are not {DataFiles.ImageKinds}",
                $"'{other}'; convert it to PNG, one file for each slice of a volume");
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
