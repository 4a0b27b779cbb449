using System.Text.Json;
using SampleKit;
using SegSam.Cli.Sources;

namespace SegSam.Cli.Volumes;

/// <summary>The dataset.json by which data sets of volumes are known.</summary>
internal static class DatasetJson
{
    private const string Name = "dataset.json";

    private const string Expected = "A data set of volumes has a " + Name + " as nnU-Net's, with \"labels\", \"channel_names\" and "
        + "\"file_ending\", beside imagesTr/ and labelsTr/; or as the Medical Segmentation Decathlon's, with \"labels\" and \"training\", "
        + "the pairs of image and label. A single volume becomes a table by --segmentation FILE.";

    /// <summary>Whether the folder is a data set of volumes.</summary>
    /// <remarks>Of nnU-Net's the ending of its files tells volumes from images; the decathlon has volumes alone.</remarks>
    public static bool IsOfVolumes(string folder)
    {
        if (!Directory.Exists(folder) || LabelNames.FileIn(folder) is not { } path)
            return false;
        using var json = JsonDocument.Parse(TextFile.Read(path));
        var root = json.RootElement;
        return root.TryGetProperty("file_ending", out var ending) && ending.ValueKind == JsonValueKind.String
            ? !DataFiles.IsImage("a" + ending.GetString())
            : root.TryGetProperty("training", out var training) && training.ValueKind == JsonValueKind.Array
                && training.GetArrayLength() > 0 && !root.TryGetProperty("channel_names", out _);
    }

    /// <summary>Why a folder without pictures is no data set; null where it holds pictures, or nothing that is of a data set.</summary>
    public static string? ProblemOf(string folder)
    {
        if (!Directory.Exists(folder) || DataFiles.Under(folder).Any(DataFiles.IsImage))
            return null;
        var path = Path.Combine(folder, Name);
        if (File.Exists(path))
            return $"{Problem(path)} {Expected}";
        return DataFiles.Under(folder).FirstOrDefault(VolumeFile.IsNamedAsVolume) is { } volume
            ? $"'{folder}' holds volumes, such as '{DataFiles.IdOf(folder, volume)}', and no {Name}. {Expected}" : null;
    }

    private static string Problem(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(TextFile.Read(path));
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return $"'{path}' is no JSON object.";
            string[] names = [.. json.RootElement.EnumerateObject().Select(member => member.Name)];
            return LabelNames.FileIn(Path.GetDirectoryName(path)!) is null
                ? $"'{path}' has no object \"labels\", which names the labels; it has {List(names)}."
                : $"'{path}' has neither \"file_ending\" nor pairs in \"training\", by which volumes are found; it has {List(names)}.";
        }
        catch (JsonException failure)
        {
            return $"'{path}' is damaged, or no JSON: {failure.Message.TrimEnd('.')}.";
        }
    }

    private static string List(string[] names) =>
        names.Length == 0 ? "nothing" : string.Join(", ", names.Select(name => $"\"{name}\""));
}
