using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>A folder with images/ and masks/: a mask says by its name, or by its folder, what it shows and in which image.</summary>
internal static class MaskFolderSource
{
    // What masks of one category are called in many data sets; it says no category.
    private static readonly string[] NoCategory =
    [
        "mask", "masks", "seg", "segm", "segmentation", "segmentations", "label", "labels", "gt", "groundtruth", "ground truth", "annotation",
    ];

    /// <param name="category">Of masks whose names and folders say none.</param>
    /// <exception cref="IOException">A folder is missing, or it is strict and a file cannot be read.</exception>
    /// <exception cref="InvalidDataException">There are no pictures; strict: or a mask belongs to no image, has no category, is empty or of
    /// another size.</exception>
    /// <exception cref="UsageException">A category is given, and all masks say theirs.</exception>
    public static IReadOnlyList<TableRow> Read(string folder, string? category, SourceReading reading)
    {
        var (images, masks) = (PictureFolder.Images(folder, reading), PictureFolder.Masks(folder, reading));
        var (index, names) = (new ImageIndex(images), SaMed2D20M.Open(folder));
        List<(DataPicture Mask, MaskOwner Owner, string Said)> owned = [];
        foreach (var mask in masks)
        {
            var owner = reading.LeftOut.Try(() => index.Of(mask) ?? throw new InvalidDataException(
                $"The mask '{mask.Path}' belongs to no image; expected a name like IMAGE_CATEGORY.png or a folder masks/CATEGORY/ " +
                "with IMAGE.png, where images/ holds IMAGE"),
                "masks that belong to no image, or to several");
            if (owner is not null)
                owned.Add((mask, owner, Said(owner, names)));
        }

        TellOfNames(owned, category, names, reading);
        var (rows, sizes) = (new List<TableRow>(), new Dictionary<string, (int, int)>());
        foreach (var (mask, owner, said) in reading.Each(owned, "masks"))
        {
            var name = SaysNone(said) && category is not null ? category : Spoken(said);
            if (name.Length == 0)
                reading.LeftOut.Add("masks without a category",
                    $"The mask '{mask.Path}' tells no category; give it by --category, or put the mask into a folder called like it");
            else if (reading.LeftOut.Try(() => Row(mask, owner.Image, name, sizes, reading.LeftOut)) is { } row)
                rows.Add(row);
        }

        PictureFolder.CountOthers(images, owned.Select(each => each.Owner.Image), reading);
        return [.. rows.OrderBy(row => row.ImagePath, StringComparer.Ordinal)];
    }

    private static string Said(MaskOwner owner, SaMed2D20M names)
    {
        var inFolder = string.Join('/', owner.Folders);
        if (owner.Name is not { } name)
            return inFolder;
        var said = name.IsClassNumber ? names.CategoryOf(owner.Image.Name, name.Category) : name.Category;
        return SaysNone(said) && !SaysNone(inFolder) ? inFolder : said;
    }

    private static string Spoken(string name) => name.Replace('_', ' ');

    private static bool SaysNone(string name) => name.Length == 0 || NoCategory.Contains(Spoken(name), StringComparer.OrdinalIgnoreCase);

    private static void TellOfNames(List<(DataPicture Mask, MaskOwner Owner, string Said)> owned, string? category,
        SaMed2D20M names, SourceReading reading)
    {
        var without = owned.FindAll(each => SaysNone(each.Said));
        if (category is null && without.Find(each => each.Said.Length > 0) is { Said: { } word })
            reading.Note($"{Words.Several(without.Count, "mask")} got the category '{word}', as their names say no other; --category NAME gives them one.");
        else if (category is not null && owned.Count > without.Count && owned.Find(each => !SaysNone(each.Said)) is var (mask, _, said))
        {
            var own = $"{Words.Several(owned.Count - without.Count, "mask")} of {owned.Count} say their category themselves, " +
                $"such as '{Spoken(said)}' ('{mask.Path}')";
            if (without.Count == 0)
                throw new UsageException($"--category '{category}' is not used here: {own}. Leave it out, or name masks like their images.");
            reading.Note($"--category '{category}' is for {Words.Several(without.Count, "mask")}; {own}.");
        }

        if (owned.Count(each => each.Owner.Name is { HasComponent: true }) is > 0 and var components)
        {
            reading.Note($"{Words.Several(components, "name")} ended in a number of three digits (_000), " +
                "which counts components and is not part of the category.");
        }

        foreach (var joined in owned.Select(each => each.Said).Distinct().GroupBy(Spoken).Where(group => group.Count() > 1))
            reading.Note($"As low lines become blanks, these categories are one: {string.Join(", ", joined.Select(said => $"'{said}'"))}.");
        if (!names.HasNames && owned.Exists(each => each.Owner.Name is { IsClassNumber: true }))
            reading.Note(SamMed2DSource.NumbersAlone);
    }

    private static TableRow? Row(DataPicture mask, DataPicture image, string category, Dictionary<string, (int, int)> sizes, LeftOut leftOut)
    {
        if (!sizes.TryGetValue(image.Path, out var size))
        {
            using var pixels = ImageFile.Read(image.Path);
            sizes[image.Path] = size = (pixels.Width, pixels.Height);
        }

        if (MaskFile.TightBox(mask.Path, size) is not { } box)
        {
            leftOut.Add("masks without a pixel", $"The mask '{mask.Path}' is empty; it needs a pixel that is not black");
            return null;
        }

        var (modality, dataset, caseId) = SaMed2D20M.Parts(image.Name);
        return new TableRow
        {
            ImagePath = image.Path, MaskPath = mask.Path, Category = category, ImageId = image.Id, Box = box,
            Modality = modality, Dataset = dataset, CaseId = caseId.Length > 0 ? caseId : DataFiles.CaseOf(image.Id),
        };
    }
}
