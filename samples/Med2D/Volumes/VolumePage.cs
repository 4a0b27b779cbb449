using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.SegSam.Volumes;

namespace Med2D.Volumes;

/// <summary>What was measured on volumes, as a part of a page and as JSON.</summary>
internal sealed class VolumePage(IReadOnlyList<VolumeFigures> volumes, SlicePlane plane, string model, string sha256, string machine)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly List<ObjectFigures> _objects = [.. volumes.SelectMany(volume => volume.Objects)];

    /// <summary>A table of the collections, and one of their labels.</summary>
    /// <param name="picture">Its path, relative to the page.</param>
    public string Text(string picture) => string.Join('\n',
    [
        FormattableString.Invariant($"`{model}` (SHA-256 `{sha256[..12]}…`) on {volumes.Count} volumes, {_objects.Count} labels of at ")
            + FormattableString.Invariant($"least {TrueObject.LeastSlices} slices and {TrueObject.LeastVoxels} voxels, ")
            + FormattableString.Invariant($"{plane.ToString().ToLowerInvariant()} slices; ")
            + FormattableString.Invariant($"{volumes.Sum(volume => volume.TooSmall)} smaller labels were left out."),
        "Each label is prompted once: by its box on its middle slice, and followed until it ends by itself; then by its box in three "
            + "dimensions.",
        "Beside it is what needs no model but that box: the box filled, and the ellipsoid that fills it. Means are over labels; * marks "
            + "collections whose slices the model was trained on.",
        "",
        "| collection | modality | volumes | labels | filled box | filled ellipsoid | from one slice | from the 3-D box "
            + "| right name | ms a slice |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        .. volumes.GroupBy(volume => volume.Row.Collection).Select(group => CollectionLine([.. group])),
        "",
        $"3-D Dice; times on {machine}, with all labels of a volume asked for together.",
        "",
        $"![Three planes of a volume: image, truth, and what was found from the boxes]({picture})",
        "",
        "<details><summary>Label by label</summary>",
        "",
        "| collection | label | volumes | filled box | filled ellipsoid | from one slice | from the 3-D box |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
        .. _objects.GroupBy(item => (item.Collection, Label: item.Name.Length > 0 ? item.Name.Replace('_', ' ')
            : item.Label.ToString(CultureInfo.InvariantCulture))).Select(group => FormattableString.Invariant(
                $"| {group.Key.Collection} | {group.Key.Label} | {group.Count()} | ") + Dice([.. group]) + " |"),
        "",
        "</details>",
    ]);

    /// <summary>Every label of every volume.</summary>
    public string ToJson() => JsonSerializer.Serialize(new
    {
        Command = "volumes",
        Model = new { Name = model, Sha256 = sha256 },
        Plane = plane.ToString().ToLowerInvariant(),
        Machine = machine,
        Volumes = volumes.Select(volume => new
        {
            volume.Row.Collection,
            volume.Row.Modality,
            volume.Row.Case,
            Trained = volume.Row.IsTrained,
            Window = volume.Row.Window?.ToString(),
            volume.TooSmall,
            volume.SlicesAsked,
            Seconds = Math.Round(volume.Time.TotalSeconds, 2),
            Labels = volume.Objects.Select(item => new
            {
                item.Label,
                item.Name,
                item.Slices,
                item.Voxels,
                FilledBox = Math.Round(item.FilledBox, 4),
                FilledEllipsoid = Math.Round(item.FilledEllipsoid, 4),
                FromSlice = Math.Round(item.FromSlice, 4),
                FromBox = Math.Round(item.FromBox, 4),
                item.IsNamed,
            }),
        }),
    }, Json) + "\n";

    private static string CollectionLine(List<VolumeFigures> volumes)
    {
        var (row, objects) = (volumes[0].Row, volumes.SelectMany(volume => volume.Objects).ToList());
        var named = objects.Where(item => item.IsNamed is not null).ToList();
        var names = named.Count == 0 ? "" : FormattableString.Invariant($"{named.Count(item => item.IsNamed == true)} of {named.Count}");
        var time = volumes.Sum(volume => volume.Time.TotalMilliseconds) / volumes.Sum(volume => volume.SlicesAsked);
        return FormattableString.Invariant($"| {row.Collection}{(row.IsTrained ? "*" : "")} | {row.Modality} | {volumes.Count} | ")
            + FormattableString.Invariant($"{objects.Count} | {Dice(objects)} | {names} | {time:0} |");
    }

    private static string Dice(IReadOnlyCollection<ObjectFigures> objects)
    {
        Func<ObjectFigures, double>[] figures =
            [item => item.FilledBox, item => item.FilledEllipsoid, item => item.FromSlice, item => item.FromBox];
        return string.Join(" | ", figures.Select(figure => objects.Average(figure).ToString("0.000", CultureInfo.InvariantCulture)));
    }
}
