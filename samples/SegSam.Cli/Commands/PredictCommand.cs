using System.CommandLine;
using System.Globalization;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Prediction;
using SegSam.Cli.Images;
using SegSam.Cli.Output;
using SegSam.Cli.Volumes;

namespace SegSam.Cli.Commands;

/// <summary>Masks and names of the objects that prompts mark.</summary>
internal sealed class PredictCommand : Command
{
    private readonly ModelArgument _model = CommonOptions.Model();
    private readonly ImageArguments _images = new();
    private readonly PromptArguments _prompts = new();
    private readonly VolumeArguments _volume = new();
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();

    public PredictCommand() : base("predict", "Predict mask, name and score of the objects that you mark, in one or many images.")
    {
        Add(_model);
        Add(_images.Images);
        foreach (var option in (Option[])[_prompts.Box, _prompts.Point, _prompts.NoPoint, .. _volume.Options, .. _images.Options, _family])
            Add(option);
        this.SetRun(Run);
    }

    private int Run(CommandContext context)
    {
        var prompts = _prompts.Collect(context);
        if (_volume.AreGiven(context))
            return Volume(context, prompts);
        if (_images.Named(context).FirstOrDefault(VolumeFile.IsNamedAsVolume) is { } volume)
        {
            throw new UsageException($"'{volume}' is a volume: say on which slice the object is (--slice N, from 0, with --box or "
                + "--point), or give a box around it (--box3d x0,y0,z0,x1,y1,z1).");
        }

        if (_images.Single(context) is { } image)
            return One(context, image, prompts.Count > 0 ? prompts : throw PromptArguments.NoPrompt());
        var loop = _images.Several(context, needPrompts: true);
        if (prompts.Count == 0 && loop.Images.Any(input => input.Prompts is null))
            throw PromptArguments.NoPrompt();
        if (prompts.Count > 0 && loop.Images.Any(input => input.Prompts is not null))
        {
            throw new UsageException("The prompts come from the rows of the table; remove --box, --point and --no-point, "
                + "or name images and folders instead of the table.");
        }

        loop.Claim("predict", context.Get(_model), string.Join("; ", prompts.Select(prompt => prompt.Text)));
        if (prompts.Count > 0 && loop.Images.Count > 1)
        {
            var used = prompts.Count == 1 ? "prompt is" : $"{NumberText.Count(prompts.Count)} prompts are";
            context.Terminal.Note($"The same {used} used for each of {NumberText.Plural(loop.Images.Count, "image")}; "
                + "a table (.csv) gives each image its own.");
        }

        using var model = Load(context);
        using var predictor = new SegSamPredictor(model);
        return loop.Run(context.Get(_model), predictor.Categories, (input, _) =>
        {
            using var encoded = predictor.Encode(input.Path);
            var problems = loop.IsStrict ? null : new List<string>();
            var objects = Predict(predictor, encoded, input.Prompts ?? prompts, context.Cancel, problems);
            return new(encoded.Height, encoded.Width, objects, problems);
        });
    }

    private int Volume(CommandContext context, IReadOnlyList<(string Text, SegSamPrompt Prompt)> prompts)
    {
        var path = _images.Volume(context);
        if (prompts.Count == 0 && _volume.Box(context) is null)
            throw PromptArguments.NoPrompt();
        using var model = Load(context);
        return new VolumeRun(context, _volume, path)
            .Run(prompts, _images.OutOf(context), _images.MayOverwrite(context), context.Get(_model), model);
    }

    private int One(CommandContext context, string path, IReadOnlyList<(string Text, SegSamPrompt Prompt)> prompts)
    {
        using var picture = Pictures.Read(path);
        var (folder, overlay, outputs) = _images.PlacesOfOne(context, context.Get(_model), path);
        using var model = Load(context);
        using var predictor = new SegSamPredictor(model);
        context.Cancel.ThrowIfCancellationRequested();
        using var image = predictor.Encode(path);
        var objects = Predict(predictor, image, prompts, context.Cancel);
        var files = folder is null ? null : Pictures.WriteMasks(outputs, folder, ImageArguments.NameOf(path), objects);
        if (overlay is not null)
            Pictures.WriteOverlay(overlay, picture, predictor.Categories, objects, context.Terminal.Note);

        context.Terminal.Result(["#", "name", "score", "predicted IoU", "area", "box", "prompt"], objects.Select((item, i) => (string[])
        [
            $"{i + 1}", item.Category, NumberText.Fraction(item.Score), NumberText.Fraction(item.PredictedIoU),
            NumberText.Count(item.Mask.Area), Pictures.Text(item.Mask.Box), item.Prompt,
        ]));
        foreach (var file in files ?? [])
            context.Terminal.Result($"wrote {file}");
        context.Terminal.Json(new
        {
            Image = path,
            Model = context.Get(_model),
            image.Height,
            image.Width,
            Overlay = overlay,
            Objects = objects.Select((item, i) => item.Describe(files?[i])),
        });
        return ExitCode.Done;
    }

    private SegSamTransformer Load(CommandContext context)
    {
        var model = ModelFile.Load(context.Get(_model), context, context.Get(_family));
        ModelFile.NoteMissingNames(context.Get(_model), context.Terminal);
        return model;
    }

    // One by one, so that an error can name its object. Where problems are collected, the other objects are still predicted.
    private static List<FoundObject> Predict(SegSamPredictor predictor, EncodedImage image,
        IReadOnlyList<(string Text, SegSamPrompt Prompt)> prompts, CancellationToken cancel, List<string>? problems = null)
    {
        var objects = new List<FoundObject>();
        foreach (var (number, (text, prompt)) in prompts.Index())
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                objects.Add(FoundObject.Of(predictor.Predict(image, prompt), text));
            }
            catch (ArgumentException wrong)
            {
                var problem = string.Create(CultureInfo.InvariantCulture, $"Object {number + 1} ({text}): {ErrorHandler.Text(wrong)}");
                if (problems is null)
                    throw new UsageException(problem);
                problems.Add(problem);
            }
        }

        return objects.Count > 0 || problems is not { Count: > 0 } ? objects : throw new UsageException(problems[0]);
    }
}
