using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;

namespace SampleKit;

/// <summary>Reads a folder in the layout of SAM-Med2D or SA-Med2D-20M: images/, masks/ and JSON lists that pair them.</summary>
/// <remarks>Layout: OpenGVLab/SAM-Med2D, data_demo. A mask is called IMAGE_CATEGORY_COMPONENT.png, where the component has three digits;
/// the
/// category may contain underscores and numbers. In SA-Med2D-20M it is IMAGE--CLASS_COMPONENT.png. The lists contain the paths of their
/// author's machine; each is resolved by the longest end of it that exists in the folder.</remarks>
public static class SamMed2DFolder
{
    private const string TrainList = "image2label_train.json"; // image -> its masks, as SA-Med2D-20M's list
    private const string TestList = "label2image_test.json";   // mask -> its image

    /// <summary>Whether a folder contains a list of this layout.</summary>
    public static bool IsOne(string folder) =>
        Array.Exists([TrainList, TestList, SaMed2D20M.List], list => File.Exists(Path.Combine(folder, list)));

    /// <summary>One row per listed mask, training list first, in the order of the lists.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">There is no list, or a listed file is missing.</exception>
    /// <exception cref="InvalidDataException">A list is not such JSON, a name does not fit, or a mask is empty or has another size than
    /// its image.</exception>
    public static IReadOnlyList<SliceRow> Read(string folder) =>
        Read(folder, new LeftOut(isStrict: true), (_, _) => { }, CancellationToken.None);

    /// <summary>The same, leaving out what cannot be used.</summary>
    /// <param name="leftOut">Receives what is left out; strict: it is an error.</param>
    /// <param name="report">Receives how many masks have been read, and of how many.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">There is no list.</exception>
    /// <exception cref="InvalidDataException">A list is not such JSON.</exception>
    public static IReadOnlyList<SliceRow> Read(string folder, LeftOut leftOut, Action<int, int> report, CancellationToken cancel)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{folder}'; " +
                $"give one that contains images/, masks/ and {TrainList} or {TestList}.");
        }

        if (!IsOne(folder))
        {
            throw new FileNotFoundException($"'{folder}' contains neither {TrainList} nor {TestList} nor {SaMed2D20M.List}; " +
                "at least one of them must pair images and masks.");
        }

        var (names, sizes, rows) = (SaMed2D20M.Open(folder), new Dictionary<string, (int, int)>(), new List<SliceRow>());
        (List<(string, string)> Pairs, string Split)[] lists =
            [(Images(folder, TrainList), "train"), (Images(folder, SaMed2D20M.List), ""), (Masks(folder, TestList), "test")];
        var (done, count) = (0, lists.Sum(list => list.Pairs.Count));
        foreach (var (pairs, split) in lists)
        {
            var located = new Dictionary<string, string>();
            foreach (var (image, mask) in pairs)
            {
                cancel.ThrowIfCancellationRequested();
                report(++done, count);
                if (leftOut.Try(() => Row(folder, image, mask, split, located, sizes, names, leftOut)) is { } row)
                    rows.Add(row);
            }
        }

        return rows;
    }

    private static List<(string Image, string Mask)> Images(string folder, string list) =>
        [
            .. ReadList<string[]>(folder, list, "from image path to a list of mask paths")
                .SelectMany(entry => entry.Value.Select(mask => (entry.Key, mask))),
        ];

    private static List<(string Image, string Mask)> Masks(string folder, string list) =>
        [.. ReadList<string>(folder, list, "from mask path to image path").Select(entry => (entry.Value, entry.Key))];

    private static Dictionary<string, T> ReadList<T>(string folder, string name, string expected)
        where T : class
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return [];
        try
        {
            var list = JsonSerializer.Deserialize<Dictionary<string, T?>>(TextFile.Read(path)) ?? [];
            return list.ToDictionary(entry => entry.Key, entry => entry.Value ?? throw new JsonException($"'{entry.Key}' has no value"));
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"'{path}' is not a JSON object {expected}: {wrong.Message}", wrong);
        }
    }

    private static SliceRow? Row(string folder, string image, string mask, string split, Dictionary<string, string> located,
        Dictionary<string, (int, int)> sizes, SaMed2D20M names, LeftOut leftOut)
    {
        var (imagePath, maskPath) = (Locate(folder, image, located), Locate(folder, mask, located));
        var stem = Path.GetFileNameWithoutExtension(imagePath);
        if (MaskName.Of(stem.Normalize(), Path.GetFileNameWithoutExtension(maskPath).Normalize()) is not { HasComponent: true } name)
        {
            leftOut.Add("masks whose names do not fit", $"The mask '{maskPath}' should be called {stem}_CATEGORY_NUMBER.png " +
                $"with a number of three digits, such as {stem}_liver_000.png.");
            return null;
        }

        if (!sizes.TryGetValue(imagePath, out var size))
        {
            using var pixels = ImageFile.Read(imagePath);
            sizes[imagePath] = size = (pixels.Width, pixels.Height);
        }

        if (MaskFile.TightBox(maskPath, size, leftOut) is not { } box)
            return null;
        var (id, (modality, dataset, caseId)) = (DataFiles.IdOf(folder, imagePath), SaMed2D20M.Parts(stem));
        return new()
        {
            ImageId = id,
            ImagePath = imagePath,
            MaskPath = maskPath,
            Box = box,
            Category = name.IsClassNumber ? names.CategoryOf(stem, name.Category) : name.Category.Replace('_', ' '),
            Split = split,
            Modality = modality,
            Dataset = dataset,
            CaseId = caseId.Length > 0 ? caseId : DataFiles.CaseOf(id),
        };
    }

    // The longest existing end of the path, at least two parts long, so that images/p1/a.png is not taken for images/a.png.
    private static string Locate(string folder, string listed, Dictionary<string, string> located)
    {
        var parts = Parts('/', '\\');
        var path = Ends(Parts('/')).Concat(Ends(parts)).FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            $"'{listed}' is listed in '{folder}', but there is no file '{Path.Combine([folder, .. parts.TakeLast(2)])}'.");
        if (!located.TryAdd(path, listed) && located[path] != listed)
        {
            throw new InvalidDataException($"'{located[path]}' and '{listed}' are both listed in '{folder}' and resolve to the same file, " +
                $"'{path}'; keep the folders that distinguish them.");
        }

        return path;

        string[] Parts(params char[] separators) =>
            [.. listed.Split(separators).Where(part => part is not ("" or "." or "..") && !part.EndsWith(':'))];

        IEnumerable<string> Ends(string[] whole) =>
            Enumerable.Range(0, Math.Max(1, whole.Length - 1)).Select(from => Path.Combine([folder, .. whole[from..]]));
    }
}
