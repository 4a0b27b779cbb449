using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>Reads the dataset.json of nnU-Net and of the Medical Segmentation Decathlon.</summary>
internal static class DatasetFolder
{
    public const string File = "dataset.json";

    public static bool IsOne(string folder) => System.IO.File.Exists(Path.Combine(folder, File));

    public static IReadOnlyList<VolumeCase> Read(string folder, int channel)
    {
        var path = Path.Combine(folder, File);
        if (!IsOne(folder))
            throw new FileNotFoundException($"There is no '{path}', by which data sets of nnU-Net and of the decathlon are known.", path);
        try
        {
            using var file = JsonFile.Open(path);
            using var json = JsonDocument.Parse(file);
            var root = json.RootElement;
            var names = Names(root.GetProperty("labels"));
            var dataset = root.TryGetProperty("name", out var name) && name.GetString() is { Length: > 0 } text ? text
                : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            var cases = root.TryGetProperty("channel_names", out var channels) ? NnUnet(folder, root, Count(channels), channel)
                : root.TryGetProperty("training", out var training) ? Decathlon(folder, root, training, channel)
                : throw new InvalidDataException($"'{path}' has neither \"channel_names\" (nnU-Net) nor \"training\" (the decathlon).");
            var modality = ModalityOf(root, channel);
            return [.. cases.Select(item => item with { Names = names, Dataset = dataset, Modality = modality })];
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' is no dataset.json of nnU-Net or the decathlon: {failure.Message}", failure);
        }
    }

    private static int Count(JsonElement map) => map.EnumerateObject().Count();

    // DICOM's code for the name that people give a channel; null for names that say something else.
    private static string? ModalityOf(JsonElement root, int channel)
    {
        if (!root.TryGetProperty("channel_names", out var names) && !root.TryGetProperty("modality", out names))
            return null;
        var key = channel.ToString(CultureInfo.InvariantCulture);
        if (!names.TryGetProperty(key, out var name) || name.ValueKind != JsonValueKind.String)
            return null;
        return ModalityCode.Of(name.GetString()!);
    }

    private static IEnumerable<VolumeCase> NnUnet(string folder, JsonElement root, int channels, int channel)
    {
        if (channel >= channels)
            throw new InvalidDataException($"There is no channel {channel}: '{File}' names {channels}.");
        var ending = root.GetProperty("file_ending").GetString()!;
        var labels = Path.Combine(folder, "labelsTr");
        foreach (var label in Directory.GetFiles(labels, "*" + ending).Order(StringComparer.Ordinal).Where(IsReal))
        {
            var id = Path.GetFileName(label)[..^ending.Length];
            yield return new()
            {
                ImagePath = Existing(folder, string.Create(CultureInfo.InvariantCulture, $"imagesTr/{id}_{channel:0000}{ending}")),
                LabelPath = label,
                CaseId = id,
            };
        }
    }

    private static IEnumerable<VolumeCase> Decathlon(string folder, JsonElement root, JsonElement training, int channel)
    {
        var channels = root.TryGetProperty("modality", out var modality) ? Count(modality) : 1;
        if (channel >= channels)
            throw new InvalidDataException($"There is no channel {channel}: '{File}' names {channels}.");
        foreach (var pair in training.EnumerateArray())
        {
            var image = Existing(folder, pair.GetProperty("image").GetString()!);
            if (IsReal(image))
            {
                yield return new()
                {
                    ImagePath = image,
                    LabelPath = Existing(folder, pair.GetProperty("label").GetString()!),
                    CaseId = IdOf(image),
                    Reading = channels > 1 ? new() { TimePoint = channel } : null,
                };
            }
        }
    }

    /// <summary>The name of a file without folders and endings.</summary>
    public static string IdOf(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        foreach (var ending in (string[])[".gz", ".nii", ".dcm", ".mha", ".mhd", ".nrrd", ".nhdr", ".npz", ".npy", ".png", ".tif", ".tiff"])
            name = name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) && name.Length > ending.Length ? name[..^ending.Length] : name;
        return name;
    }

    // macOS writes such files beside the real ones, and they are in the decathlon's archives.
    private static bool IsReal(string path) => !Path.GetFileName(path).StartsWith("._", StringComparison.Ordinal);

    private static string Existing(string folder, string name)
    {
        var (root, path) = (Path.GetFullPath(folder), Path.GetFullPath(Path.Combine(folder, name)));
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new InvalidDataException($"'{File}' in '{folder}' names '{name}', which lies outside the folder.");
        return System.IO.File.Exists(path) ? path
            : throw new InvalidDataException($"'{File}' in '{folder}' names '{name}', which is missing.");
    }

    // Number to name (the decathlon), or name to number (nnU-Net).
    private static Dictionary<int, string> Names(JsonElement labels)
    {
        var names = new Dictionary<int, string>();
        foreach (var pair in labels.EnumerateObject())
        {
            var isNumberFirst = pair.Value.ValueKind == JsonValueKind.String
                && int.TryParse(pair.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _);
            if (pair.Value.ValueKind == JsonValueKind.Array)
            {
                throw new NotSupportedException($"Label '{pair.Name}' of '{File}' is a region, several labels together; give each label a "
                    + "name and a number.");
            }

            var (number, name) = isNumberFirst ? (pair.Name, pair.Value.GetString()!) : (pair.Value.ToString(), pair.Name);
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var label))
                throw new InvalidDataException($"Label '{pair.Name}' of '{File}' has the number '{number}'; expected a whole "
                    + "number from 0.");
            if (label != 0)
                names[label] = name;
        }

        return names;
    }
}
