using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using SampleKit;
using SegSam.Cli.Images;
using SegSam.Cli.Output;

namespace SegSam.Cli.Commands;

/// <summary>Masks and names of everything in an image.</summary>
internal sealed class AutoCommand : Command
{
    private static readonly SegSamMaskGeneratorOptions Defaults = new();
    private readonly Argument<string> _model = CommonOptions.Model();
    private readonly ImageArguments _images = new();
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();
    private readonly Option<int> _pointsPerSide = NumberOptions.Of("--points-per-side", Defaults.PointsPerSide, "N", "Clicks along each side of the grid: that many times itself are asked about. More find smaller things and take longer.");
    private readonly Option<int> _pointsPerBatch = NumberOptions.Of("--points-per-batch", Defaults.PointsPerBatch, "N", "Clicks asked together; fewer need less memory.");
    private readonly Option<double> _quality = NumberOptions.Of("--pred-iou-threshold", Defaults.PredIouThreshold, "N", "Drop masks that the model rates no better, 0 to 1. Small or briefly trained models rate low: try 0.35.");
    private readonly Option<double> _stability = NumberOptions.Of("--stability-score-threshold", Defaults.StabilityScoreThreshold, "N", "Drop masks whose edge is less certain, 0 to 1. Small or briefly trained models: try 0.4.");
    private readonly Option<double> _overlap = NumberOptions.Of("--box-nms-threshold", Defaults.BoxNmsThreshold, "N", "Of masks whose boxes overlap more, keep the better one, 0 to 1.");
    private readonly Option<int> _cropLayers = NumberOptions.Of("--crop-layers", Defaults.CropLayers, "N", "Layers of enlarged crops to look at besides: for small things.");
    private readonly Option<int> _minArea = NumberOptions.Of("--min-mask-region-area", Defaults.MinMaskRegionArea, "N", "Fill holes and take islands away that have fewer pixels.");
    private readonly Option<string> _labels = new("--labels") { Description = "Write a label map (gray PNG): each pixel holds the number of its category, 0 = background. With several images, a folder for one map of each.", HelpName = "FILE" };
    private readonly Option<string> _coco = new("--coco") { Description = "Write the masks as COCO annotations (JSON), those of all images into one file.", HelpName = "FILE" };

    public AutoCommand() : base("auto", "Segment everything in an image or in many, with names: asks about a grid of clicks and keeps the masks that are good and different.")
    {
        Add(_model);
        Add(_images.Images);
        foreach (var option in (Option[])[.. _images.Options, _labels, _coco, _pointsPerSide, _pointsPerBatch, _quality, _stability, _overlap, _cropLayers, _minArea, _family])
            Add(option);
        this.SetWork(Run);
    }

    private int Run(Work work)
    {
        if (_images.Single(work) is { } image)
            return One(work, image);
        var loop = _images.Several(work, needPrompts: false);
        var (labels, coco) = (work.Get(_labels), work.Get(_coco));
        if (coco is not null && loop.Resumes)
            throw new UsageException("--coco holds all images of one run, and --resume leaves out those of an earlier one. Write masks (--out) and a table, and convert that: segsam convert TABLE.csv --out FILE.json.");
        loop.Claim("auto", work.Get(_model), JsonSerializer.Serialize(Settings(work)), [labels], [coco]);
        using var model = Load(work);
        using var predictor = new SegSamPredictor(model);
        var (generator, categories) = (Generator(work, predictor), predictor.Categories);
        var (pictures, objects) = (new List<CocoImage>(), new List<CocoObject>());
        IReadOnlyList<GeneratedMask> masks = [];
        var code = loop.Run(work.Get(_model), categories, (input, tell) =>
        {
            using var picture = Pictures.Read(input.Path);
            masks = generator.Generate(input.Path, new Reports<MaskGeneratorProgress>(progress => tell((double)progress.PointsDone / progress.Points)), work.Cancel);
            return new(picture.Height, picture.Width, [.. masks.Select(FoundObject.Of)]);
        }, (input, answer) =>
        {
            if (coco is not null)
            {
                objects.AddRange(masks.Select(each => new CocoObject(pictures.Count, each.Category, each.Mask, each.Score)));
                pictures.Add(new(Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(coco))!, input.Path).Replace('\\', '/'), answer.Height, answer.Width));
            }

            if (labels is null)
                return null;
            WriteLabels(loop.PlaceOf(labels, input), categories, masks, answer.Height, answer.Width);
            return new() { ["label_map"] = loop.PlaceOf(labels, input) };
        });
        if (coco is not null)
            CocoDocument.Write(coco, categories, pictures, objects);
        return code;
    }

    private int One(Work work, string path)
    {
        using var picture = Pictures.Read(path);
        var (folder, overlay, outputs) = _images.PlacesOfOne(work, work.Get(_model), path, work.Get(_labels), work.Get(_coco));
        using var model = Load(work);
        using var predictor = new SegSamPredictor(model);
        var (generator, categories) = (Generator(work, predictor), predictor.Categories);
        var masks = work.Terminal.Progress($"Looking at {path}", tell => generator.Generate(path, new Reports<MaskGeneratorProgress>(progress =>
            tell((double)progress.PointsDone / progress.Points, FormattableString.Invariant($"{progress.PointsDone} of {progress.Points} clicks, {progress.Masks} masks"))), work.Cancel));
        IReadOnlyList<FoundObject> objects = [.. masks.Select(FoundObject.Of)];
        var files = folder is null ? null : Pictures.WriteMasks(outputs, folder, ImageArguments.NameOf(path), objects);
        if (work.Get(_labels) is { } labels)
            WriteLabels(labels, categories, masks, picture.Height, picture.Width);
        if (overlay is not null)
            Pictures.WriteOverlay(overlay, picture, categories, objects, work.Terminal.Note);
        if (work.Get(_coco) is { } coco)
        {
            CocoDocument.Write(coco, categories, [new(Path.GetFileName(path), picture.Height, picture.Width)],
                masks.Select(each => new CocoObject(Image: 0, each.Category, each.Mask, each.Score)));
        }

        Tell(work, path, picture.Height, picture.Width, masks, [.. objects.Select((each, i) => each.Describe(files?[i]))], categories);
        foreach (var file in files ?? [])
            work.Terminal.Result($"wrote {file}");
        return ExitCode.Done;
    }

    private SegSamTransformer Load(Work work)
    {
        var model = ModelFile.Load(work.Get(_model), work, work.Get(_family));
        ModelFile.TellOfNames(work.Get(_model), work.Terminal);
        if (work.Get(_labels) is null || model.Categories.Count <= byte.MaxValue)
            return model;
        using (model)
            throw new UsageException($"The model knows {model.Categories.Count} categories, and a gray PNG has 255 levels besides the background; use --coco in place of --labels.");
    }

    private static void WriteLabels(string path, IReadOnlyList<string> categories, IReadOnlyList<GeneratedMask> masks, int height, int width)
    {
        var keys = categories.Index().ToDictionary(category => category.Item, category => (uint)category.Index + 1);
        var labels = LabelMap.Compose(height, width, masks.Select(mask => (keys[mask.Category], mask.Score, mask.Mask)));
        GrayPicture.Write(path, Array.ConvertAll(labels, key => (byte)key), height, width);
    }

    private SegSamMaskGeneratorOptions Settings(Work work) => new()
    {
        PointsPerSide = work.Get(_pointsPerSide),
        PointsPerBatch = work.Get(_pointsPerBatch),
        PredIouThreshold = work.Get(_quality),
        StabilityScoreThreshold = work.Get(_stability),
        BoxNmsThreshold = work.Get(_overlap),
        CropLayers = work.Get(_cropLayers),
        MinMaskRegionArea = work.Get(_minArea),
    };

    private SegSamMaskGenerator Generator(Work work, SegSamPredictor predictor)
    {
        try
        {
            return new(predictor, Settings(work));
        }
        catch (ArgumentException wrong) when (wrong.ParamName == nameof(predictor))
        {
            throw new InvalidDataException($"{work.Get(_model)} was trained with boxes alone, so a grid of clicks finds nothing. Train it with --prompts both (the default), or start from published weights.", wrong);
        }
    }

    private void Tell(Work work, string path, int height, int width, IReadOnlyList<GeneratedMask> masks, IReadOnlyList<JsonObject> objects, IReadOnlyList<string> categories)
    {
        var legend = categories.Select((name, i) => (name, Label: i + 1)).ToDictionary(each => each.name, each => each.Label);
        work.Terminal.Result(["#", "name", "score", "quality", "stability", "area", "box", "label"], masks.Select((each, i) => (string[])
        [
            $"{i + 1}", each.Category, Words.Share(each.Score), Words.Share(each.PredictedIoU), Words.Share(each.StabilityScore),
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
            Objects = objects,
        });
    }
}
