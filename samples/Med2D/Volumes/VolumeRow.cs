using System.Globalization;
using Med2D.Tables;
using Microsoft.ML.SegSam.Volumes;

namespace Med2D.Volumes;

/// <summary>A volume with its labels.</summary>
/// <param name="Collection">Volumes of one collection are one line of the result.</param>
/// <param name="Case">Names the volume.</param>
/// <param name="LabelPath">On the image's voxels.</param>
/// <param name="Window">What the model sees; null: the volume's usual window.</param>
/// <param name="IsTrained">Whether slices of it were among the model's training images.</param>
/// <param name="Names">The labels that count, and what they mean; null: all, with the names that the file has.</param>
internal sealed record VolumeRow(string Collection, string Modality, string Case, string ImagePath, string LabelPath,
    IntensityWindow? Window, bool IsTrained, IReadOnlyDictionary<int, string>? Names)
{
    /// <summary>Reads a CSV with a line for each volume.</summary>
    /// <param name="root">Where its paths start; null: in its folder.</param>
    /// <exception cref="IOException">The table, or a file that it names, is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A line lacks a value, or has one that is not understood.</exception>
    public static IReadOnlyList<VolumeRow> Read(string path, string? root) =>
    [
        .. CsvFile.Read(path, ["collection", "modality", "image", "labels"], ["window", "trained", "names"], "volume").Select(line =>
            new VolumeRow(line["collection"], line["modality"], Path.GetFileName(line.Relative("image")), line.FullPath("image", root),
                line.FullPath("labels", root), WindowOf(line), IsTrainedIn(line), NamesOf(line))),
    ];

    private static IntensityWindow? WindowOf(CsvLine line)
    {
        try
        {
            return line["window"] is { Length: > 0 } text ? IntensityWindow.Parse(text) : null;
        }
        catch (FormatException wrong)
        {
            throw new InvalidDataException($"{line.Path}, line {line.Number}: window: {wrong.Message}", wrong);
        }
    }

    private static bool IsTrainedIn(CsvLine line) => line["trained"] switch
    {
        "yes" => true,
        "no" or "" => false,
        var other => throw new InvalidDataException($"{line.Path}, line {line.Number}: trained is '{other}'; expected yes or no."),
    };

    private static Dictionary<int, string>? NamesOf(CsvLine line) => line["names"].Length == 0 ? null
        : line["names"].Split(';').Select(part => part.Split(':', 2)).ToDictionary(
            part => int.TryParse(part[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && part.Length == 2 ? number
                : throw new InvalidDataException($"{line.Path}, line {line.Number}: names is '{line["names"]}'; expected numbers and names "
                    + "such as 1:spleen;2:liver."),
            part => part[1]);
}
