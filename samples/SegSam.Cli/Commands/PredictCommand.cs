using System.CommandLine;
using System.Globalization;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Prediction;
using SegSam.Cli.Images;
using SegSam.Cli.Output;

namespace SegSam.Cli.Commands;

/// <summary>Masks and names of the objects that prompts point at.</summary>
internal sealed class PredictCommand : Command
{
    private readonly Argument<string> _model = CommonOptions.Model();
    private readonly ImageArguments _images = new();
    private readonly PromptArguments _prompts = new();
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();

    public PredictCommand() : base("predict", "Find the mask, the name and a score of objects that you point at, in one image or in many.")
    {
        Add(_model);
        Add(_images.Images);
        foreach (var option in (Option[])[_prompts.Box, _prompts.Point, _prompts.NoPoint, .. _images.Options, _family])
            Add(option);
        this.SetWork(Run);
    }

    private int Run(Work work)
    {
        var prompts = _prompts.Collect(work);
        if (_images.Single(work) is { } image)
            return One(work, image, prompts.Count > 0 ? prompts : throw PromptArguments.NoPrompt());
        var loop = _images.Several(work, needPrompts: true);
        if (prompts.Count == 0 && loop.Images.Any(each => each.Prompts is null))
            throw PromptArguments.NoPrompt();
        if (prompts.Count > 0 && loop.Images.Any(each => each.Prompts is not null))
            throw new UsageException("Prompts come from the rows of the table; leave --box, --point and --no-point out, or name images and folders in place of the table.");
        loop.Claim("predict", work.Get(_model), string.Join("; ", prompts.Select(each => each.Text)));
        if (prompts.Count > 0 && loop.Images.Count > 1)
            work.Terminal.Note($"The same {(prompts.Count == 1 ? "prompt is" : $"{Words.Count(prompts.Count)} prompts are")} asked in each of {Words.Several(loop.Images.Count, "image")}; a table (.csv) gives each its own.");
        using var model = Load(work);
        using var predictor = new SegSamPredictor(model);
        return loop.Run(work.Get(_model), predictor.Categories, (input, _) =>
        {
            using var encoded = predictor.Encode(input.Path);
            var problems = loop.IsStrict ? null : new List<string>();
            return new(encoded.Height, encoded.Width, Ask(predictor, encoded, input.Prompts ?? prompts, work.Cancel, problems), problems);
        });
    }

    private int One(Work work, string path, IReadOnlyList<(string Text, SegSamPrompt Prompt)> prompts)
    {
        using var picture = Pictures.Read(path);
        var (folder, overlay, outputs) = _images.PlacesOfOne(work, work.Get(_model), path);
        using var model = Load(work);
        using var predictor = new SegSamPredictor(model);
        work.Cancel.ThrowIfCancellationRequested();
        using var image = predictor.Encode(path);
        var answers = Ask(predictor, image, prompts, work.Cancel);
        var files = folder is null ? null : Pictures.WriteMasks(outputs, folder, ImageArguments.NameOf(path), answers);
        if (overlay is not null)
            Pictures.WriteOverlay(overlay, picture, predictor.Categories, answers, work.Terminal.Note);

        work.Terminal.Result(["#", "name", "score", "quality", "area", "box", "prompt"], answers.Select((each, i) => (string[])
        [
            $"{i + 1}", each.Category, Words.Share(each.Score), Words.Share(each.Quality),
            Words.Count(each.Mask.Area), Pictures.Text(each.Mask.Box), each.Prompt,
        ]));
        foreach (var file in files ?? [])
            work.Terminal.Result($"wrote {file}");
        work.Terminal.Json(new
        {
            Image = path,
            Model = work.Get(_model),
            image.Height,
            image.Width,
            Overlay = overlay,
            Objects = answers.Select((each, i) => each.Describe(files?[i])),
        });
        return ExitCode.Done;
    }

    private SegSamTransformer Load(Work work)
    {
        var model = ModelFile.Load(work.Get(_model), work, work.Get(_family));
        ModelFile.TellOfNames(work.Get(_model), work.Terminal);
        return model;
    }

    // One by one, so that an error can say which object it is about. Where problems are gathered, the other objects are answered all the same.
    private static List<FoundObject> Ask(
        SegSamPredictor predictor, EncodedImage image, IReadOnlyList<(string Text, SegSamPrompt Prompt)> prompts, CancellationToken cancel, List<string>? problems = null)
    {
        var answers = new List<FoundObject>();
        foreach (var (number, (text, prompt)) in prompts.Index())
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                answers.Add(FoundObject.Of(predictor.Predict(image, prompt), text));
            }
            catch (ArgumentException wrong)
            {
                var problem = string.Create(CultureInfo.InvariantCulture, $"Object {number + 1} ({text}): {wrong.Message}");
                if (problems is null)
                    throw new UsageException(problem);
                problems.Add(problem);
            }
        }

        return answers.Count > 0 || problems is not { Count: > 0 } ? answers : throw new UsageException(problems[0]);
    }
}
