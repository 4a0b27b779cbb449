using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.SegSam;
using SegSam.Cli.Output;

namespace SegSam.Cli.Commands;

/// <summary>Masks and names of the objects that prompts point at.</summary>
internal sealed class PredictCommand : Command
{
    private readonly Argument<string> _model = CommonOptions.Model(), _image = CommonOptions.Image();
    private readonly PromptArguments _prompts = new();
    private readonly Option<string> _overlay = CommonOptions.Overlay();
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();
    private readonly Option<string> _out = new("--out", "-o") { Description = "Write each mask there, IMAGE-1-CATEGORY.png and so on: white = object.", HelpName = "FOLDER" };

    public PredictCommand() : base("predict", "Find the mask, the name and a score of objects that you point at in an image.")
    {
        foreach (var argument in (Argument[])[_model, _image])
            Add(argument);
        foreach (var option in (Option[])[_prompts.Box, _prompts.Point, _prompts.NoPoint, _out, _overlay, _family])
            Add(option);
        this.SetWork(Run);
    }

    private int Run(Work work)
    {
        var (path, prompts) = (work.Get(_image), _prompts.Collect(work));
        using var picture = Pictures.Read(path);
        using var model = ModelFile.Load(work.Get(_model), work, work.Get(_family));
        ModelFile.TellOfNames(work.Get(_model), work.Terminal);
        using var predictor = new SegSamPredictor(model);
        work.Cancel.ThrowIfCancellationRequested();
        using var image = predictor.Encode(path);
        var answers = Ask(predictor, image, prompts, work.Cancel);
        var files = work.Get(_out) is { } folder ? Pictures.WriteMasks(folder, path, [.. answers.Select(each => (each.Mask, each.Category))]) : null;
        if (work.Get(_overlay) is { } overlay)
            Pictures.WriteOverlay(overlay, picture, predictor.Categories, [.. answers.Select(each => (each.Mask, each.Category, each.Score))]);

        work.Terminal.Result(["#", "name", "score", "quality", "area", "box", "prompt"], answers.Select((each, i) => (string[])
        [
            $"{i + 1}", each.Category, Words.Share(each.Score), Words.Share(each.Quality),
            Words.Count(each.Mask.Area), Pictures.Text(each.Mask.Box), prompts[i].Text,
        ]));
        foreach (var file in files ?? [])
            work.Terminal.Result($"wrote {file}");
        work.Terminal.Json(new
        {
            Image = path,
            Model = work.Get(_model),
            image.Height,
            image.Width,
            Overlay = work.Get(_overlay),
            Objects = answers.Select((each, i) => Describe(each, prompts[i].Text, files?[i])),
        });
        return ExitCode.Done;
    }

    // One by one, so that an error can say which object it is about.
    private static List<SegSamPrediction> Ask(
        SegSamPredictor predictor, EncodedImage image, IReadOnlyList<(string Text, SegSamPrompt Prompt)> prompts, CancellationToken cancel)
    {
        var answers = new List<SegSamPrediction>();
        foreach (var (text, prompt) in prompts)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                answers.Add(predictor.Predict(image, prompt));
            }
            catch (ArgumentException wrong)
            {
                throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"Object {answers.Count + 1} ({text}): {wrong.Message}"));
            }
        }

        return answers;
    }

    private static JsonObject Describe(SegSamPrediction answer, string prompt, string? file)
    {
        var node = JsonNode.Parse(answer.ToJson())!.AsObject();
        node.Insert(0, "prompt", prompt);
        if (file is not null)
            node["mask_file"] = file;
        return node;
    }
}
