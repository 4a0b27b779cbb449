using System.CommandLine;
using System.Globalization;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Volumes;
using SegSam.Cli.Volumes;

namespace SegSam.Cli.Commands;

/// <summary>Describes a file.</summary>
internal sealed class InfoCommand : Command
{
    private const int MostUnused = 5; // names shown to people; JSON has all
    private readonly ModelArgument _file = CommonOptions.Model("FILE");
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();
    private readonly VolumeReading _reading = new();

    public InfoCommand() : base("info",
        "Describe a model or a file of weights: network, input size, categories, training. Or a volume: voxels, spacing, axes, values.")
    {
        Add(_file);
        Add(_family);
        foreach (var option in _reading.Options)
            Add(option);
        this.SetRun(Run);
    }

    private int Run(CommandContext context)
    {
        var path = context.Get(_file);
        if (Directory.Exists(path) || VolumeFile.IsNamedAsVolume(path))
            return Volume(context, path);
        ModelFile.Check(path);
        var info = Read(context, path);
        context.Terminal.Json(new
        {
            File = path,
            Bytes = new FileInfo(path).Length,
            Kind = ModelFile.IsModel(path) ? "model" : "weights",
            info.Family,
            info.Encoder,
            info.InputSize,
            info.Adapter,
            info.Parameters,
            info.Resize,
            info.Resampling,
            info.PixelScaling,
            info.ChannelOrder,
            info.Plane,
            Modalities = info.Modalities.Count == 0 ? null : info.Modalities,
            Window = info.Window?.ToString(),
            Categories = info.Options is null ? null : info.Categories,
            Training = Training(info.Options),
            Unused = info.Unused.Count == 0 ? null : info.Unused,
        });
        context.Terminal.Result(["", $"{path} ({NumberText.Megabytes(path)})"], Lines(path, info));
        return ExitCode.Done;
    }

    private int Volume(CommandContext context, string path)
    {
        if (!_reading.IsChosen(context) && MedicalVolume.List(path) is var all && all.Count(found => found.LeftOut is null) > 1)
            return Volumes(context, path, all);
        using var volume = _reading.Load(context, path);
        var lines = VolumeFile.Describe(volume).ToList();
        context.Terminal.Result(["", path], lines);
        context.Terminal.Json(new
        {
            File = path,
            Kind = "volume",
            volume.Modality,
            Size = (int[])[volume.Geometry.Columns, volume.Geometry.Rows, volume.Geometry.Slices],
            Spacing = (double[])[volume.Geometry.Spacing.X, volume.Geometry.Spacing.Y, volume.Geometry.Spacing.Z],
            Axes = volume.Geometry.IsOrientationKnown ? volume.Geometry.Codes : null,
            Range = (double[])[volume.ReadRange().Low, volume.ReadRange().High],
            Window = $"{IntensityWindow.For(volume)}",
            volume.Warnings,
        });
        return ExitCode.Done;
    }

    private static int Volumes(CommandContext context, string path, IReadOnlyList<VolumeInfo> all)
    {
        context.Terminal.Result(["volume", "series-uid", "time-point", "modality", "description", "voxels"], all
            .Where(found => found.LeftOut is null).Select((found, i) => (string[])
            [
                NumberText.Count(i + 1), found.SeriesUid ?? "", found.TimePoint?.ToString(CultureInfo.InvariantCulture) ?? "",
                found.Modality ?? "", found.Description ?? "", found.Geometry?.ToString() ?? "places unknown",
            ]));
        context.Terminal.Note([.. all.Where(found => found.LeftOut is not null).Select(found => $"left out: {found}")]);
        context.Terminal.Json(new
        {
            File = path,
            Kind = "volumes",
            Volumes = all.Where(found => found.LeftOut is null).Select(found => new
            {
                found.Path,
                found.SeriesUid,
                found.TimePoint,
                found.Modality,
                found.Description,
                Geometry = found.Geometry?.ToString(),
            }),
            LeftOut = all.Where(found => found.LeftOut is not null).Select(found => new { found.Path, Reason = found.LeftOut }),
        });
        return ExitCode.Done;
    }

    private SegSamModelInfo Read(CommandContext context, string path)
    {
        if (!ModelFile.IsModel(path))
            return SegSamModelInfo.OfCheckpoint(path, context.Get(_family));
        using var model = ModelFile.Load(path, context);
        return model.Info;
    }

    private static object? Training(SegSamOptions? options) => options is null ? null : new
    {
        options.Epochs,
        LearningRate = options.LearningRate ?? (options.Checkpoint is null ? 1e-3 : 1e-4),
        options.Checkpoint,
        options.EncoderTraining,
        options.ClassHead,
        options.TextInsertion,
        options.SemanticDecoding,
        Prompts = Prompts(options),
        Columns = new
        {
            Image = options.ImageColumnName,
            Box = options.BoxColumnName,
            Points = options.PointsColumnName,
            PointLabels = options.PointLabelsColumnName,
        },
    };

    private static IEnumerable<string[]> Lines(string path, SegSamModelInfo info)
    {
        var kind = ModelFile.IsModel(path) ? "SEG-SAM model: masks with names and scores" : $"weights of {info.Family}, without names";
        var adapter = info.Adapter == SegSamAdapter.None ? "" : $", adapters {info.Adapter}";
        yield return ["kind", kind];
        yield return ["encoder", $"{info.Encoder?.ToString() ?? "not a preset size"}{adapter}"];
        yield return ["input size", FormattableString.Invariant($"{info.InputSize} x {info.InputSize} pixels")];
        yield return ["images", $"{info.Resize}, {info.Resampling}, {info.PixelScaling}, {info.ChannelOrder}"];
        if (info.Plane is { } plane)
        {
            var modalities = info.Modalities.Count == 0 ? "" : $" of {string.Join(", ", info.Modalities)}";
            yield return ["slices", $"{plane} slices of volumes{modalities}, window {info.Window?.ToString() ?? "of each volume"}"];
        }

        yield return ["parameters", NumberText.Count(info.Parameters)];
        if (info.Options is { } options)
        {
            yield return ["categories", $"{NumberText.Count(info.Categories.Count)}: {string.Join(", ", info.Categories)}"];
            yield return ["class head", $"{options.ClassHead}"];
            yield return ["text insertion", $"{options.TextInsertion}"];
            yield return ["prompts", string.Join(", ", Prompts(options))];
            yield return ["training", options.Epochs == 0 ? $"none: {options.Checkpoint} as published"
                : $"at most {NumberText.Count(options.Epochs)} epochs, encoder {options.EncoderTraining}, "
                    + $"from {options.Checkpoint ?? "random weights"}"];
        }

        if (info.Unused.Count > 0)
        {
            var more = info.Unused.Count > MostUnused ? ", ..." : "";
            yield return ["not used", $"{NumberText.Count(info.Unused.Count)}: {string.Join(", ", info.Unused.Take(MostUnused))}{more}"];
        }
    }

    private static string[] Prompts(SegSamOptions options) =>
    [
        .. options.BoxColumnName is null ? Array.Empty<string>() : ["boxes"],
        .. options.PointsColumnName is null ? Array.Empty<string>() : ["points"],
        .. options.MaskPromptColumnName is null ? Array.Empty<string>() : ["masks"],
    ];
}
