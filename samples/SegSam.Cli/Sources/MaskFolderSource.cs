using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Slices;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>Reads a folder with images/ and masks/: the name or folder of a mask gives its category and image.</summary>
internal static class MaskFolderSource
{
    // Common names of masks in data sets with a single category; none is a category.
    private static readonly string[] NotCategories =
    [
        "mask", "masks", "seg", "segm", "segmentation", "segmentations", "label", "labels", "gt", "groundtruth",
        "ground truth", "annotation",
    ];

    /// <param name="category">The category of masks whose names and folders give none.</param>
    /// <exception cref="IOException">A folder is missing; strict: or a file cannot be read.</exception>
    /// <exception cref="InvalidDataException">There are no images; strict: or a mask has no image, no category, no pixel, or another
    /// size.</exception>
    /// <exception cref="UsageException">A category is given, but all masks have their own.</exception>
    public static IReadOnlyList<TableRow> Read(string folder, string? category, SourceReading reading)
    {
        var (images, masks) = (PictureFolder.Images(folder, reading), PictureFolder.Masks(folder, reading));
        var (index, names) = (new ImageIndex(images), ClassNames.Open(folder));
        List<(DataPicture Mask, MaskOwner Owner, string Category)> owned = [];
        foreach (var mask in masks)
        {
            var owner = reading.LeftOut.Try(() => index.Of(mask) ?? throw new InvalidDataException(
                $"The mask '{mask.Path}' has no image; expected a name like IMAGE_CATEGORY.png or a folder masks/CATEGORY/ " +
                "with IMAGE.png, where IMAGE is in images/"),
                "masks without an image, or with several");
            if (owner is not null)
                owned.Add((mask, owner, CategoryOf(owner, names)));
        }

        NoteNames(owned, category, names, reading);
        var (rows, sizes) = (new List<TableRow>(), new Dictionary<string, (int, int)>());
        foreach (var (mask, owner, own) in reading.Each(owned, "masks"))
        {
            var name = IsNone(own) && category is not null ? category : WithSpaces(own);
            if (name.Length == 0)
                reading.LeftOut.Add("masks without a category",
                    $"The mask '{mask.Path}' has no category; set --category, or put the mask into a folder with the category's name");
            else if (reading.LeftOut.Try(() => Row(mask, owner.Image, name, sizes, reading.LeftOut)) is { } row)
                rows.Add(row);
        }

        PictureFolder.CountOthers(images, owned.Select(item => item.Owner.Image), reading);
        return [.. rows.OrderBy(row => row.ImagePath, StringComparer.Ordinal)];
    }

    private static string CategoryOf(MaskOwner owner, ClassNames names)
    {
        var inFolder = string.Join('/', owner.Folders);
        if (owner.Name is not { } name)
            return inFolder;
        var inName = name.IsClassNumber ? names.Of(owner.Image.Name, name.Category) : name.Category;
        return IsNone(inName) && !IsNone(inFolder) ? inFolder : inName;
    }

    private static string WithSpaces(string name) => name.Replace('_', ' ');

    private static bool IsNone(string name) =>
        name.Length == 0 || NotCategories.Contains(WithSpaces(name), StringComparer.OrdinalIgnoreCase);

    private static void NoteNames(List<(DataPicture Mask, MaskOwner Owner, string Category)> owned, string? category,
        ClassNames names, SourceReading reading)
    {
        var without = owned.FindAll(item => IsNone(item.Category));
        if (category is null && without.Find(item => item.Category.Length > 0) is { Category: { } word })
        {
            reading.Note($"{NumberText.Plural(without.Count, "mask")} got the category '{word}', because their names contain no other; "
                + "set it with --category NAME.");
        }
        else if (category is not null && owned.Count > without.Count && owned.Find(item => !IsNone(item.Category)) is var (mask, _, own))
        {
            var named = $"{NumberText.Plural(owned.Count - without.Count, "mask")} of {owned.Count} already name their category, " +
                $"such as '{WithSpaces(own)}' ('{mask.Path}')";
            if (without.Count == 0)
            {
                throw new UsageException(
                    $"--category '{category}' is not used: {named}. Remove it, or give masks the names of their images.");
            }

            reading.Note($"--category '{category}' applies to {NumberText.Plural(without.Count, "mask")}; {named}.");
        }

        if (owned.Count(item => item.Owner.Name is { HasComponent: true }) is > 0 and var components)
        {
            reading.Note($"{NumberText.Plural(components, "name")} ended in a number of three digits (_000), " +
                "which counts components and is not part of the category.");
        }

        foreach (var merged in owned.Select(item => item.Category).Distinct().GroupBy(WithSpaces).Where(group => group.Count() > 1))
        {
            reading.Note("Underscores become spaces, so these categories are merged: "
                + $"{string.Join(", ", merged.Select(name => $"'{name}'"))}.");
        }

        if (names.IsEmpty && owned.Exists(item => item.Owner.Name is { IsClassNumber: true }))
            reading.Note(SamMed2DSource.UnnamedClasses);
    }

    private static TableRow? Row(
        DataPicture mask, DataPicture image, string category, Dictionary<string, (int, int)> sizes, LeftOut leftOut)
    {
        if (!sizes.TryGetValue(image.Path, out var size))
        {
            using var pixels = ImageFile.Read(image.Path);
            sizes[image.Path] = size = (pixels.Width, pixels.Height);
        }

        if (MaskFile.TightBox(mask.Path, size, leftOut) is not { } box)
            return null;
        var name = SliceName.Of(image.Id);
        return new TableRow
        {
            ImagePath = image.Path, MaskPath = mask.Path, Category = category, ImageId = image.Id, Box = box,
            Modality = name.Modality, Dataset = name.Dataset, CaseId = name.CaseId,
        };
    }
}
