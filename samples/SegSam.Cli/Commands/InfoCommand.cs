using System.CommandLine;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
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
            return new VolumeReport(context, _reading, path).Run();
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
