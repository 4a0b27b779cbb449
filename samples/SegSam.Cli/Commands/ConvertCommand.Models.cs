using Microsoft.ML.SegSam.Prediction;
using SegSam.Cli.Output;

namespace SegSam.Cli.Commands;

/// <content>Models and weights.</content>
internal sealed partial class ConvertCommand
{
    private int ToWeights(CommandContext context, string source, string target)
    {
        new Outputs(context.Get(_force), source).Claim(target);
        using var model = ModelFile.Load(source, context, context.Get(_family));
        IReadOnlyList<string> unused =
            ModelFile.IsModel(source) ? [] : SegSamModelInfo.OfCheckpoint(source, context.Get(_family)).Unused;
        model.SaveSamWeights(target);
        if (unused.Count > 0)
            context.Terminal.Note($"Not included, because SAM has no such parts: {string.Join(", ", unused)}.");
        var (needed, assumed) = (Preparation(model.Info), Preparation(SegSamModelInfo.OfCheckpoint(target)));
        if (assumed != needed)
        {
            context.Terminal.Note($"This format cannot say how images are prepared: a reader will assume {assumed}, but these weights need "
                + $"{needed}. A .safetensors file says it.");
        }

        if (ModelFile.IsModel(source))
            context.Terminal.Note("The file holds SAM's own weights; the names and the semantic decoder stay in the model.");
        context.Terminal.Result($"{target} ({NumberText.Megabytes(target)})");
        context.Terminal.Json(new { Weights = target, Bytes = new FileInfo(target).Length, Unused = unused });
        return ExitCode.Done;
    }

    private int ToModel(CommandContext context, string source, string target)
    {
        if (!context.Get(_half))
        {
            throw new UsageException(
                $"--out is '{target}', a model; add --half to make a model smaller. To train one, use 'segsam train'.");
        }

        ModelFile.Check(source);
        if (!ModelFile.IsModel(source))
            throw new UsageException($"'{source}' is not a model (.zip), and --half makes models smaller.");
        new Outputs(context.Get(_force), source).Claim(target);
        using var model = ModelFile.Load(source, context);
        model.Save(target, halfPrecision: true);
        context.Terminal.Result($"{target} ({NumberText.Megabytes(target)})");
        context.Terminal.Json(new { Model = target, Bytes = new FileInfo(target).Length });
        return ExitCode.Done;
    }

    private int ToOnnx(CommandContext context, string source, string target)
    {
        var outputs = new Outputs(context.Get(_force), source);
        string[] files = [.. ((string[])["encoder", "decoder", "segsam"]).Select(name => Path.Combine(target, name + ".onnx"))];
        outputs.ClaimFolder(target);
        foreach (var file in files)
            outputs.Reserve(file);
        using var model = ModelFile.Load(source, context, context.Get(_family));
        model.SaveOnnx(target, context.Get(_half), context.Get(_license));
        foreach (var file in files)
            context.Terminal.Result($"{file} ({NumberText.Megabytes(file)})");
        context.Terminal.Json(new { Files = files, Bytes = files.Sum(file => new FileInfo(file).Length) });
        return ExitCode.Done;
    }

    private static string Preparation(SegSamModelInfo info) =>
        $"{info.Resize}, {info.Resampling}, {info.PixelScaling}, {info.ChannelOrder}";
}
