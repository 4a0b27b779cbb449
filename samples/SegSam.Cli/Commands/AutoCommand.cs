using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML.SegSam;
using SegSam.Cli.Output;

namespace SegSam.Cli.Commands;

/// <summary>Masks and names of everything in an image.</summary>
internal sealed class AutoCommand : Command
{
    private static readonly SegSamMaskGeneratorOptions Defaults = new();
    private readonly Argument<string> _model = CommonOptions.Model(), _image = CommonOptions.Image();
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();
    private readonly Option<int> _pointsPerSide = Of("--points-per-side", Defaults.PointsPerSide, "Clicks along each side of the grid: that many times itself are asked about. More find smaller things and take longer.");
    private readonly Option<int> _pointsPerBatch = Of("--points-per-batch", Defaults.PointsPerBatch, "Clicks asked together; fewer need less memory.");
    private readonly Option<double> _quality = Of("--pred-iou-threshold", Defaults.PredIouThreshold, "Drop masks that the model rates no better, 0 to 1. Small or briefly trained models rate low: try 0.35.");
    private readonly Option<double> _stability = Of("--stability-score-threshold", Defaults.StabilityScoreThreshold, "Drop masks whose edge is less certain, 0 to 1. Small or briefly trained models: try 0.4.");
    private readonly Option<double> _overlap = Of("--box-nms-threshold", Defaults.BoxNmsThreshold, "Of masks whose boxes overlap more, keep the better one, 0 to 1.");
    private readonly Option<int> _cropLayers = Of("--crop-layers", Defaults.CropLayers, "Layers of enlarged crops to look at besides: for small things.");
    private readonly Option<int> _minArea = Of("--min-mask-region-area", Defaults.MinMaskRegionArea, "Fill holes and take islands away that have fewer pixels.");
    private readonly Option<string> _overlay = CommonOptions.Overlay();
    private readonly Option<string> _labels = new("--labels") { Description = "Write a label map (gray PNG): each pixel holds the number of its category, 0 = background.", HelpName = "FILE" };
    private readonly Option<string> _coco = new("--coco") { Description = "Write the masks as COCO annotations (JSON).", HelpName = "FILE" };

    public AutoCommand() : base("auto", "Segment everything in an image, with names: asks about a grid of clicks and keeps the masks that are good and different.")
    {
        foreach (var argument in (Argument[])[_model, _image])
            Add(argument);
        foreach (var option in (Option[])[_labels, _overlay, _coco, _pointsPerSide, _pointsPerBatch, _quality, _stability, _overlap, _cropLayers, _minArea, _family])
            Add(option);
        this.SetWork(Run);
    }

    private int Run(Work work)
    {
        var path = work.Get(_image);
        using var picture = Pictures.Read(path);
        using var model = ModelFile.Load(work.Get(_model), work, work.Get(_family));
        ModelFile.TellOfNames(work.Get(_model), work.Terminal);
        using var predictor = new SegSamPredictor(model);
        var (labels, categories) = (work.Get(_labels), predictor.Categories);
        if (labels is not null && categories.Count > byte.MaxValue)
            throw new UsageException($"The model knows {categories.Count} categories, and a gray PNG has 255 levels besides the background; use --coco in place of --labels.");
        var generator = Generator(work, predictor);
        var masks = work.Terminal.Progress($"Looking at {path}", tell => generator.Generate(path, new Reports<MaskGeneratorProgress>(progress =>
            tell((double)progress.PointsDone / progress.Points, FormattableString.Invariant($"{progress.PointsDone} of {progress.Points} clicks, {progress.Masks} masks"))), work.Cancel));

        if (labels is not null)
        {
            var map = generator.ToLabelMap(masks, picture.Height, picture.Width);
            GrayPicture.Write(labels, Array.ConvertAll(map, key => (byte)key), picture.Height, picture.Width);
        }

        if (work.Get(_overlay) is { } overlay)
            Pictures.WriteOverlay(overlay, picture, categories, [.. masks.Select(each => (each.Mask, each.Category, each.Score))]);
        if (work.Get(_coco) is { } coco)
        {
            CocoDocument.Of(categories, [(Path.GetFileName(path), picture.Height, picture.Width)],
                masks.Select(each => new CocoObject(Image: 0, each.Category, each.Mask, each.Score))).Write(coco);
        }

        Tell(work, path, picture.Height, picture.Width, masks, categories);
        return ExitCode.Done;
    }

    private SegSamMaskGenerator Generator(Work work, SegSamPredictor predictor)
    {
        var options = new SegSamMaskGeneratorOptions
        {
            PointsPerSide = work.Get(_pointsPerSide),
            PointsPerBatch = work.Get(_pointsPerBatch),
            PredIouThreshold = work.Get(_quality),
            StabilityScoreThreshold = work.Get(_stability),
            BoxNmsThreshold = work.Get(_overlap),
            CropLayers = work.Get(_cropLayers),
            MinMaskRegionArea = work.Get(_minArea),
        };
        try
        {
            return new(predictor, options);
        }
        catch (ArgumentException wrong) when (wrong.ParamName == nameof(predictor))
        {
            throw new InvalidDataException($"{work.Get(_model)} was trained with boxes alone, so a grid of clicks finds nothing. Train it with --prompts both (the default), or start from published weights.", wrong);
        }
    }

    private void Tell(Work work, string path, int height, int width, IReadOnlyList<GeneratedMask> masks, IReadOnlyList<string> categories)
    {
        var legend = categories.Select((name, i) => (name, Label: i + 1)).ToDictionary(each => each.name, each => each.Label);
        work.Terminal.Result(["#", "name", "score", "quality", "stability", "area", "box", "label"], masks.Select((each, i) => (string[])
        [
            $"{i + 1}", each.Category, Words.Share(each.Score), Words.Share(each.Quality), Words.Share(each.StabilityScore),
            Words.Count(each.Mask.Area), Pictures.Text(each.Mask.Box), $"{legend[each.Category]}",
        ]));
        if (masks.Count == 0)
            work.Terminal.Note("No mask passed the thresholds. A small or briefly trained model rates its masks low: try --pred-iou-threshold 0.35 --stability-score-threshold 0.4.");
        work.Terminal.Json(new
        {
            Image = path,
            Model = work.Get(_model),
            Height = height,
            Width = width,
            LabelMap = work.Get(_labels),
            Labels = legend,
            Objects = masks.Select(each => JsonNode.Parse(each.ToJson())),
        });
    }

    private static Option<T> Of<T>(string name, T usual, string description) => new(name) { Description = description, DefaultValueFactory = _ => usual, HelpName = "N" };
}
