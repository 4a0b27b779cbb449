using System.Text.Json;

namespace SampleKit;

/// <summary>Reads a folder in the layout of SAM-Med2D: images/, masks/ and a JSON list for training, for test, or both.</summary>
/// <remarks>Layout: OpenGVLab/SAM-Med2D, data_demo. A mask is called IMAGE_CATEGORY_COMPONENT.png; the category may contain
/// underscores and numbers. The lists keep the paths of whoever wrote them, so only the last two parts count.</remarks>
public static class SamMed2DFolder
{
    private const string TrainList = "image2label_train.json"; // image -> its masks
    private const string TestList = "label2image_test.json";   // mask -> its image

    /// <summary>Whether a folder holds a list of this layout.</summary>
    public static bool IsOne(string folder) => File.Exists(Path.Combine(folder, TrainList)) || File.Exists(Path.Combine(folder, TestList));

    /// <summary>One row per listed mask, training list first, in the lists' order.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">Neither list is there, or a listed file is missing.</exception>
    /// <exception cref="InvalidDataException">A list is not such JSON, a name does not fit, a mask is empty or not of its image's
    /// size.</exception>
    public static IReadOnlyList<SliceRow> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{folder}'; " +
                $"give one that holds images/, masks/ and {TrainList} or {TestList}.");
        }

        var train = ReadList<string[]>(folder, TrainList);
        var test = ReadList<string>(folder, TestList);
        if (train is null && test is null)
        {
            throw new FileNotFoundException($"'{folder}' holds neither {TrainList} nor {TestList}; " +
                "at least one must name its images and masks.");
        }

        var sizes = new Dictionary<string, (int, int)>();
        return [.. (train ?? []).SelectMany(entry => entry.Value.Select(mask => Row(folder, entry.Key, mask, "train", sizes))),
                .. (test ?? []).Select(entry => Row(folder, entry.Value, entry.Key, "test", sizes))];
    }

    private static Dictionary<string, T>? ReadList<T>(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, T>>(TextFile.Read(path));
        }
        catch (JsonException wrong)
        {
            var expected = name == TrainList ? "from image path to a list of mask paths" : "from mask path to image path";
            throw new InvalidDataException($"'{path}' is not a JSON object {expected}: {wrong.Message}", wrong);
        }
    }

    private static SliceRow Row(string folder, string image, string mask, string split, Dictionary<string, (int, int)> sizes)
    {
        var (imagePath, maskPath) = (Locate(folder, image), Locate(folder, mask));
        var imageId = Path.GetFileNameWithoutExtension(imagePath);
        if (!sizes.TryGetValue(imagePath, out var size))
        {
            using var pixels = ImageFile.Read(imagePath);
            sizes[imagePath] = size = (pixels.Width, pixels.Height);
        }

        return new()
        {
            ImageId = imageId,
            ImagePath = imagePath,
            MaskPath = maskPath,
            Box = MaskFile.TightBox(maskPath, size),
            Category = Category(maskPath, imageId),
            Split = split,
        };
    }

    private static string Locate(string folder, string listed)
    {
        var path = Path.Combine([folder, .. listed.Split('/', '\\').TakeLast(2)]);
        return File.Exists(path) ? path
            : throw new FileNotFoundException($"'{listed}' is listed in '{folder}', but there is no file '{path}'.", path);
    }

    private static string Category(string maskPath, string imageId)
    {
        var name = Path.GetFileNameWithoutExtension(maskPath);
        var (start, end) = (imageId.Length + 1, name.LastIndexOf('_'));
        var numbered = end > start && int.TryParse(name.AsSpan(end + 1), out _);
        if (!numbered || !name.StartsWith(imageId + "_", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The mask '{maskPath}' should be called {imageId}_CATEGORY_NUMBER.png, " +
                $"such as {imageId}_liver_000.png.");
        }

        return name[start..end].Replace('_', ' ');
    }
}
