using System.Globalization;
using Microsoft.ML.SegSam.Volumes;

namespace SegSam.Cli.Volumes;

/// <summary>What 'info' prints of a volume, of labels, and of a file or folder with several volumes.</summary>
internal sealed class VolumeReport(CommandContext context, VolumeReading reading, string path)
{
    public int Run()
    {
        if (!reading.IsChosen(context))
        {
            var all = MedicalVolume.List(path);
            var found = all.Where(each => each.LeftOut is null).ToList();
            if (found.Count > 1 || found.Any(each => each.Path != path))
                return Volumes(found, [.. all.Except(found)]);
            if (found.Count == 0 && File.Exists(path))
                return Labels(LabelVolume.Load(path)); // a DICOM segmentation, which holds no image; or an error
        }

        using var volume = reading.Load(context, path);
        return Volume(volume);
    }

    private int Volume(MedicalVolume volume)
    {
        var labels = volume.LabelNames.Count == 0 ? null : LabelVolume.From(volume, volume.LabelNames);
        context.Terminal.Result(["", path], [.. VolumeFile.Describe(volume), .. labels is null ? [] : Lines(labels)]);
        context.Terminal.Json(new
        {
            File = path,
            Kind = "volume",
            volume.Modality,
            Size = VolumeFile.SizeOf(volume.Geometry),
            Spacing = VolumeFile.SpacingOf(volume.Geometry),
            Axes = volume.Geometry.IsOrientationKnown ? volume.Geometry.Codes : null,
            Range = (double[])[volume.ReadRange().Low, volume.ReadRange().High],
            Window = $"{IntensityWindow.For(volume)}",
            Labels = labels is null ? null : Describe(labels),
            volume.Warnings,
        });
        return ExitCode.Done;
    }

    private int Labels(LabelVolume labels)
    {
        context.Terminal.Result(["", path],
        [
            ["kind", "DICOM segmentation; --image reads it on the voxels of its series, in 'evaluate --volumes'"],
            .. VolumeFile.Describe(labels.Geometry), .. Lines(labels), .. labels.Warnings.Select(VolumeFile.PleaseNote),
        ]);
        context.Terminal.Json(new
        {
            File = path,
            Kind = "labels",
            Size = VolumeFile.SizeOf(labels.Geometry),
            Spacing = VolumeFile.SpacingOf(labels.Geometry),
            Axes = labels.Geometry.Codes,
            Labels = Describe(labels),
            labels.Warnings,
        });
        return ExitCode.Done;
    }

    private int Volumes(IReadOnlyList<VolumeInfo> found, IReadOnlyList<VolumeInfo> leftOut)
    {
        context.Terminal.Result(["volume", "file", "series-uid", "time-point", "modality", "description", "voxels"],
            found.Select((each, i) => (string[])
            [
                NumberText.Count(i + 1), each.Path == path ? "" : Path.GetRelativePath(path, each.Path), each.SeriesUid ?? "",
                each.TimePoint?.ToString(CultureInfo.InvariantCulture) ?? "", each.Modality ?? "", each.Description ?? "",
                each.Geometry?.ToString() ?? "places unknown",
            ]));
        context.Terminal.Note([.. leftOut.Select(each => $"left out: {each}")]);
        if (found.FirstOrDefault(each => each.Path != path) is { } file)
        {
            context.Terminal.Note($"A folder is read as the slices of a DICOM series; of other formats give one file, such as "
                + $"'{file.Path}'. Of a data set with a dataset.json, 'segsam convert' makes a table.");
        }

        context.Terminal.Json(new
        {
            File = path,
            Kind = "volumes",
            Volumes = found.Select(each => new
            {
                each.Path,
                each.SeriesUid,
                each.TimePoint,
                each.Modality,
                each.Description,
                Geometry = each.Geometry?.ToString(),
            }),
            LeftOut = leftOut.Select(each => new { each.Path, Reason = each.LeftOut }),
        });
        return ExitCode.Done;
    }

    private static IEnumerable<string[]> Lines(LabelVolume labels) => labels.Names.Keys.Union(labels.Labels).Order().Select(label =>
    {
        var milliliters = labels.Volumes.GetValueOrDefault(label) / 1000;
        return (string[])[FormattableString.Invariant($"label {label}"),
            FormattableString.Invariant($"{labels.Names.GetValueOrDefault(label) ?? "without a name"}, {milliliters:0.###} ml")];
    });

    private static IEnumerable<object> Describe(LabelVolume labels) => labels.Names.Keys.Union(labels.Labels).Order().Select(label => new
    {
        Label = label,
        Name = labels.Names.GetValueOrDefault(label),
        VolumeMm3 = labels.Volumes.GetValueOrDefault(label),
    });
}
