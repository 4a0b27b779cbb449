using System.CommandLine;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace SegSam.Cli.Commands;

/// <summary>What is in a file.</summary>
internal sealed class InfoCommand : Command
{
    private readonly Argument<string> _file = new("FILE") { Description = $"{char.ToUpperInvariant(ModelFile.Kinds[0])}{ModelFile.Kinds[1..]}." };
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();

    public InfoCommand() : base("info", "Say what is in a model or in a file of weights: network, input size, categories, how it was trained.")
    {
        Add(_file);
        Add(_family);
        this.SetWork(Run);
    }

    private int Run(Work work)
    {
        var path = work.Get(_file);
        ModelFile.Check(path);
        var info = Read(work, path);
        work.Terminal.Json(new
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
            Categories = info.Options is null ? null : info.Categories,
            Training = Training(info.Options),
            Unused = info.Unused.Count == 0 ? null : info.Unused,
        });
        work.Terminal.Result(["", $"{path} ({Words.Megabytes(path)})"], Lines(path, info));
        return ExitCode.Done;
    }

    private SegSamModelInfo Read(Work work, string path)
    {
        if (!ModelFile.IsModel(path))
            return SegSamModelInfo.OfCheckpoint(path, work.Get(_family));
        using var model = ModelFile.Load(path, work);
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
        Columns = new { Image = options.ImageColumnName, Box = options.BoxColumnName, Points = options.PointsColumnName, PointLabels = options.PointLabelsColumnName },
    };

    private static IEnumerable<string[]> Lines(string path, SegSamModelInfo info)
    {
        yield return ["kind", ModelFile.IsModel(path) ? "SEG-SAM model: masks with names and scores" : $"weights of {info.Family}, without names"];
        yield return ["encoder", $"{info.Encoder?.ToString() ?? "of no preset's size"}{(info.Adapter == SegSamAdapter.None ? "" : $", adapters {info.Adapter}")}"];
        yield return ["input size", FormattableString.Invariant($"{info.InputSize} x {info.InputSize} pixels")];
        yield return ["images", $"{info.Resize}, {info.Resampling}, {info.PixelScaling}, {info.ChannelOrder}"];
        yield return ["parameters", Words.Count(info.Parameters)];
        if (info.Options is { } options)
        {
            yield return ["categories", $"{Words.Count(info.Categories.Count)}: {string.Join(", ", info.Categories)}"];
            yield return ["class head", $"{options.ClassHead}"];
            yield return ["text joins", $"{options.TextInsertion}"];
            yield return ["prompts", string.Join(", ", Prompts(options))];
            yield return ["trained", options.Epochs == 0 ? $"not at all: {options.Checkpoint} as it is"
                : $"{Words.Count(options.Epochs)} epochs at most, encoder {options.EncoderTraining}, from {options.Checkpoint ?? "random weights"}"];
        }

        if (info.Unused.Count > 0)
            yield return ["not used", $"{Words.Count(info.Unused.Count)}: {string.Join(", ", info.Unused.Take(5))}{(info.Unused.Count > 5 ? ", ..." : "")}"];
    }

    private static string[] Prompts(SegSamOptions options) =>
    [
        .. options.BoxColumnName is null ? Array.Empty<string>() : ["boxes"],
        .. options.PointsColumnName is null ? Array.Empty<string>() : ["clicks"],
        .. options.MaskPromptColumnName is null ? Array.Empty<string>() : ["masks"],
    ];
}
