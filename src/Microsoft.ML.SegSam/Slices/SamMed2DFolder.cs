using System.Text.Json;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>Reads the lists of a folder in the layout of SAM-Med2D or SA-Med2D-20M.</summary>
internal sealed class SamMed2DFolder
{
    public const string TrainList = "image2label_train.json"; // image -> its masks, as SA-Med2D-20M's list
    public const string TestList = "label2image_test.json";   // mask -> its image

    private readonly string _folder;
    private readonly ClassNames _classes;

    private SamMed2DFolder(string folder) => (_folder, _classes) = (folder, ClassNames.Open(folder));

    /// <summary>Which list a folder has; null: none.</summary>
    public static string? ListIn(string folder) =>
        Array.Find([TrainList, TestList, SliceFiles.ListName], list => File.Exists(Path.Combine(folder, list)));

    public static IReadOnlyList<SliceFiles> Find(string folder, Action<Exception>? skip)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{folder}'; "
                + $"give one that contains images/, masks/ and {TrainList} or {TestList}.");
        }

        if (ListIn(folder) is null)
        {
            throw new FileNotFoundException($"'{folder}' contains neither {TrainList} nor {TestList} nor {SliceFiles.ListName}; "
                + "at least one of them must pair images and masks.");
        }

        var here = new SamMed2DFolder(folder);
        return
        [
            .. here.Find(here.Images(TrainList), "train", skip), .. here.Find(here.Images(SliceFiles.ListName), "", skip),
            .. here.Find(here.Masks(TestList), "test", skip),
        ];
    }

    private IEnumerable<(string Image, string Mask)> Images(string list) =>
        ReadList<string[]>(list, "from image path to a list of mask paths")
            .SelectMany(entry => entry.Value.Select(mask => (entry.Key, mask)));

    private IEnumerable<(string Image, string Mask)> Masks(string list) =>
        ReadList<string>(list, "from mask path to image path").Select(entry => (entry.Value, entry.Key));

    private Dictionary<string, T> ReadList<T>(string name, string expected)
        where T : class
    {
        var path = Path.Combine(_folder, name);
        if (!File.Exists(path))
            return [];
        try
        {
            using var file = JsonFile.Open(path);
            var list = JsonSerializer.Deserialize<Dictionary<string, T>>(file) ?? [];
            foreach (var (listed, value) in list)
            {
                if (value is null || (value is string[] masks && masks.Contains(null)))
                    throw new JsonException($"'{listed}' has no value");
            }

            return list;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"'{path}' is not a JSON object {expected}: {wrong.Message}", wrong);
        }
    }

    private IEnumerable<SliceFiles> Find(IEnumerable<(string Image, string Mask)> pairs, string split, Action<Exception>? skip)
    {
        var (located, images) = (new Dictionary<string, string>(), new Dictionary<string, ListedImage>());
        foreach (var (image, mask) in pairs)
        {
            SliceFiles found;
            try
            {
                if (!images.TryGetValue(image, out var listed))
                    images[image] = listed = Image(Locate(image, located));
                found = Of(listed, Locate(mask, located), split);
            }
            catch (Exception failure) when (skip is not null && failure is FileNotFoundException or InvalidDataException)
            {
                skip(failure);
                continue;
            }

            yield return found;
        }
    }

    private ListedImage Image(string path)
    {
        var id = Path.GetRelativePath(_folder, path).Replace(Path.DirectorySeparatorChar, '/');
        return new(id, path, SliceName.Of(id));
    }

    private SliceFiles Of(ListedImage image, string mask, string split)
    {
        var stem = Path.GetFileNameWithoutExtension(image.Path);
        if (MaskName.Of(stem.Normalize(), Path.GetFileNameWithoutExtension(mask).Normalize()) is not { HasComponent: true } name)
        {
            throw new InvalidDataException($"The mask '{mask}' should be called {stem}_CATEGORY_NUMBER.png "
                + $"with a number of three digits, such as {stem}_liver_000.png.");
        }

        return new()
        {
            ImageId = image.Id,
            ImagePath = image.Path,
            MaskPath = mask,
            Category = name.IsClassNumber ? _classes.Of(stem, name.Category) : name.Category.Replace('_', ' '),
            Split = split,
            Name = image.Name,
        };
    }

    // The longest existing end of the path, at least two parts long, so that images/p1/a.png is not taken for images/a.png.
    private string Locate(string listed, Dictionary<string, string> located)
    {
        var parts = Parts('/', '\\');
        var path = Ends(Parts('/')).Concat(Ends(parts)).FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            $"'{listed}' is listed in '{_folder}', but there is no file '{Path.Combine([_folder, .. parts.TakeLast(2)])}'.");
        if (!located.TryAdd(path, listed) && located[path] != listed)
        {
            throw new InvalidDataException($"'{located[path]}' and '{listed}' are both listed in '{_folder}' and resolve to the same "
                + $"file, '{path}'; keep the folders that distinguish them.");
        }

        return path;

        string[] Parts(params char[] separators) =>
            [.. listed.Split(separators).Where(part => part is not ("" or "." or "..") && !part.EndsWith(':'))];

        IEnumerable<string> Ends(string[] whole) =>
            Enumerable.Range(0, Math.Max(1, whole.Length - 1)).Select(from => Path.Combine([_folder, .. whole[from..]]));
    }

    // Shared by the masks of an image, of which there may be millions.
    private sealed record ListedImage(string Id, string Path, SliceName Name);
}
