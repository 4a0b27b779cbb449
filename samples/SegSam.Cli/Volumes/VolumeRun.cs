using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Volumes;
using SegSam.Cli.Output;

namespace SegSam.Cli.Volumes;

/// <summary>Segments the objects of a volume that were prompted.</summary>
internal sealed class VolumeRun(CommandContext context, VolumeArguments arguments, string path)
{
    private static readonly string[] Endings = [.. LabelVolume.FileEndings, ".dcm"];

    /// <param name="prompts">On the slice; none for a box.</param>
    /// <param name="output">The file of labels; null: none is written.</param>
    /// <param name="mayOverwrite">Whether an existing file is replaced.</param>
    /// <param name="model">The model's file.</param>
    /// <exception cref="UsageException">The options contradict each other.</exception>
    public int Run(
        IReadOnlyList<(string Text, SegSamPrompt Prompt)> prompts, string? output, bool mayOverwrite, string model,
        SegSamTransformer transformer)
    {
        var (box, slice) = (arguments.Box(context), arguments.Slice(context));
        if (box is not null && (prompts.Count > 0 || slice is not null))
            throw new UsageException("--box3d says where the object is on all slices; remove --slice, --box, --point and --no-point.");
        if (output is not null && !Endings.Any(ending => output.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            throw new UsageException($"--out is '{output}'; expected a name that ends with one of {string.Join(", ", Endings)}.");
        var outputs = new Outputs(mayOverwrite, model, path);
        outputs.Claim(output);
        using var volume = arguments.Reading.Load(context, path);
        context.Terminal.Note(volume.Warnings);
        using var predictor = new SegSamPredictor(transformer);
        var (volumes, options) = (new SegSamVolumePredictor(predictor), arguments.Collect(context));
        var slices = volume.CountSlices(options.Plane ?? transformer.Info.Plane ?? SlicePlane.Axial);
        var found = context.Terminal.Progress($"{volume}", report =>
        {
            var progress = new Reporter(done => report((double)done.SlicesDone / slices, $"{done}"));
            if (box is not null)
                return volumes.Predict(volume, box, options, progress, context.Cancel);
            return volumes.Predict(volume,
                [.. prompts.Select((prompt, i) => new VolumePrompt(slice!.Value, prompt.Prompt, i + 1))], options, progress,
                context.Cancel);
        });
        if (output?.EndsWith(".dcm", StringComparison.OrdinalIgnoreCase) == true)
            found.Labels.SaveSegmentation(output);
        else if (output is not null)
            found.Labels.Save(output);
        context.Terminal.Note(found.Warnings);
        Print(found, model, output);
        return ExitCode.Done;
    }

    private void Print(VolumePrediction found, string model, string? output)
    {
        var volumes = found.Labels.Volumes;
        context.Terminal.Result(["#", "name", "share", "slices", "ends below", "ends above", "ml"], found.Objects.Select(item => (string[])
        [
            NumberText.Count(item.Label), item.Category,
            NumberText.Fraction(item.CategoryShares.Select(share => share.Score).DefaultIfEmpty().Max()),
            item.Slices.Count == 0 ? "none" : $"{item.Slices[0].Slice}-{item.Slices[^1].Slice}", $"{item.StopBelow}", $"{item.StopAbove}",
            FormattableString.Invariant($"{volumes.GetValueOrDefault(item.Label) / 1000:0.###}"),
        ]));
        if (output is not null)
            context.Terminal.Result($"wrote {output}");
        context.Terminal.Json(new
        {
            Volume = path,
            Model = model,
            Labels = output,
            Plane = found.Plane,
            Objects = found.Objects.Select(item => new
            {
                item.Label,
                item.Category,
                CategoryShares = item.CategoryShares.ToDictionary(share => share.Category, share => share.Score),
                item.StopBelow,
                item.StopAbove,
                VolumeMm3 = volumes.GetValueOrDefault(item.Label),
                Slices = item.Slices.Select(slice => new { slice.Slice, slice.Mask.Area, slice.PredictedIoU, slice.Overlap }),
            }),
        });
    }

    // Reports on the thread that works: Progress<T> would report late, and out of order.
    private sealed class Reporter(Action<VolumeProgress> report) : IProgress<VolumeProgress>
    {
        public void Report(VolumeProgress value) => report(value);
    }
}
