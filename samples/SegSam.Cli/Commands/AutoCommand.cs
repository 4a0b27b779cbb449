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
    private readonly ModelArgument _model = CommonOptions.Model();
    private readonly ImageArguments _images = new();
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();
    private readonly Option<int> _pointsPerSide = NumberOptions.Of("--points-per-side", Defaults.PointsPerSide, "N",
        "Points per side of the grid; the grid has N x N points. More points find smaller objects and take longer.");
    private readonly Option<int> _pointsPerBatch = NumberOptions.Of("--points-per-batch", Defaults.PointsPerBatch, "N",
        "Points predicted together; fewer need less memory.");
    private readonly Option<double> _predictedIoU = NumberOptions.Of("--pred-iou-threshold", Defaults.PredIouThreshold, "N",
        "Drop masks whose predicted IoU is not higher, 0 to 1. Small or briefly trained models predict low values: try 0.35.");
    private readonly Option<double> _stability = NumberOptions.Of("--stability-score-threshold", Defaults.StabilityScoreThreshold, "N",
        "Drop masks with less stable edges, 0 to 1. For small or briefly trained models, try 0.4.");
    private readonly Option<double> _overlap = NumberOptions.Of("--box-nms-threshold", Defaults.BoxNmsThreshold, "N",
        "Where the boxes of two masks overlap more than this IoU, keep only the better mask, 0 to 1.");
    private readonly Option<int> _cropLayers = NumberOptions.Of("--crop-layers", Defaults.CropLayers, "N",
        "Also search layers of enlarged crops, to find small objects.");
    private readonly Option<int> _minArea = NumberOptions.Of("--min-mask-region-area", Defaults.MinMaskRegionArea, "N",
        "Fill holes and remove islands with fewer pixels.");
    private readonly Option<string> _labels = new("--labels")
    {
        Description = "Write a label map (gray PNG): each pixel holds the number of its category, 0 = background. "
            + "For several images, a folder with one map each.",
        HelpName = "FILE",
    };
    private readonly Option<string> _coco = new("--coco")
    {
        Description = "Write the masks of all images as COCO annotations into one file (JSON).",
        HelpName = "FILE",
    };

    public AutoCommand() : base("auto",
        "Segment everything in one or many images, with names: prompts with a grid of points and keeps good, distinct masks.")
    {
        Add(_model);
        Add(_images.Images);
        Option[] options =
        [
            .. _images.Options, _labels, _coco, _pointsPerSide, _pointsPerBatch, _predictedIoU, _stability, _overlap, _cropLayers, _minArea,
            _family,
        ];
        foreach (var option in options)
            Add(option);
        this.SetRun(Run);
    }

    private int Run(CommandContext context)
    {
        if (_images.Single(context) is { } image)
            return One(context, image);
        var loop = _images.Several(context, needPrompts: false);
        var (labels, coco) = (context.Get(_labels), context.Get(_coco));
        if (coco is not null && loop.Resumes)
        {
            throw new UsageException("--coco writes all images of one run, and --resume skips those of an earlier one. "
                + "Write masks (--out) and a table, and convert the table: segsam convert TABLE.csv --out FILE.json.");
        }

        loop.Claim("auto", context.Get(_model), JsonSerializer.Serialize(Settings(context)), [labels], [coco]);
        using var model = Load(context);
        using var predictor = new SegSamPredictor(model);
        var (generator, categories) = (Generator(context, predictor), predictor.Categories);
        var (pictures, objects) = (new List<CocoImage>(), new List<CocoObject>());
        IReadOnlyList<GeneratedMask> masks = [];
        var code = loop.Run(context.Get(_model), categories, (input, report) =>
        {
            using var picture = Pictures.Read(input.Path);
            var progress = new InlineProgress<OperationProgress>(done => report((double)done.Done / done.Total));
            masks = generator.Generate(input.Path, progress, context.Cancel);
            return new(picture.Height, picture.Width, [.. masks.Select(FoundObject.Of)]);
        }, (input, result) =>
        {
            if (coco is not null)
            {
                objects.AddRange(masks.Select(mask => new CocoObject(pictures.Count, mask.Category, mask.Mask, mask.Score)));
                var folder = Path.GetDirectoryName(Path.GetFullPath(coco))!;
                pictures.Add(new(Path.GetRelativePath(folder, input.Path).Replace('\\', '/'), result.Height, result.Width));
            }

            if (labels is null)
                return null;
            WriteLabels(loop.PlaceOf(labels, input), categories, masks, result.Height, result.Width);
            return new() { ["label_map"] = loop.PlaceOf(labels, input) };
        });
        if (coco is not null)
            CocoDocument.Write(coco, "segsam", categories, pictures, objects);
        return code;
    }

    private int One(CommandContext context, string path)
    {
        using var picture = Pictures.Read(path);
        var (folder, overlay, outputs) =
            _images.PlacesOfOne(context, context.Get(_model), path, context.Get(_labels), context.Get(_coco));
        using var model = Load(context);
        using var predictor = new SegSamPredictor(model);
        var (generator, categories) = (Generator(context, predictor), predictor.Categories);
        var masks = context.Terminal.Progress($"Segmenting {path}", report => generator.Generate(path,
            new InlineProgress<OperationProgress>(done => report((double)done.Done / done.Total, done.Description)), context.Cancel));
        IReadOnlyList<FoundObject> objects = [.. masks.Select(FoundObject.Of)];
        var files = folder is null ? null : Pictures.WriteMasks(outputs, folder, ImageArguments.NameOf(path), objects);
        if (context.Get(_labels) is { } labels)
            WriteLabels(labels, categories, masks, picture.Height, picture.Width);
        if (overlay is not null)
            Pictures.WriteOverlay(overlay, picture, categories, objects, context.Terminal.Note);
        if (context.Get(_coco) is { } coco)
        {
            CocoDocument.Write(coco, "segsam", categories, [new(Path.GetFileName(path), picture.Height, picture.Width)],
                masks.Select(mask => new CocoObject(Image: 0, mask.Category, mask.Mask, mask.Score)));
        }

        JsonObject[] described = [.. objects.Select((item, i) => item.Describe(files?[i]))];
        Print(context, path, picture.Height, picture.Width, masks, described, categories);
        foreach (var file in files ?? [])
            context.Terminal.Result($"wrote {file}");
        return ExitCode.Done;
    }

    private SegSamTransformer Load(CommandContext context)
    {
        var model = ModelFile.Load(context.Get(_model), context, context.Get(_family));
        ModelFile.NoteMissingNames(context.Get(_model), context.Terminal);
        if (context.Get(_labels) is null || model.Categories.Count <= byte.MaxValue)
            return model;
        using (model)
        {
            throw new UsageException($"The model has {model.Categories.Count} categories, and a gray PNG has 255 levels besides the "
                + "background; use --coco instead of --labels.");
        }
    }

    private static void WriteLabels(string path, IReadOnlyList<string> categories, IReadOnlyList<GeneratedMask> masks,
        int height, int width)
    {
        var keys = categories.Index().ToDictionary(category => category.Item, category => (uint)category.Index + 1);
        var labels = SegmentationMask.ComposeLabelMap(height, width, masks.Select(mask => (keys[mask.Category], mask.Score, mask.Mask)));
        OutputFile.Write(path, PngEncoder.Gray(Array.ConvertAll(labels, key => (byte)key), height, width));
    }

    private SegSamMaskGeneratorOptions Settings(CommandContext context) => new()
    {
        PointsPerSide = context.Get(_pointsPerSide),
        PointsPerBatch = context.Get(_pointsPerBatch),
        PredIouThreshold = context.Get(_predictedIoU),
        StabilityScoreThreshold = context.Get(_stability),
        BoxNmsThreshold = context.Get(_overlap),
        CropLayers = context.Get(_cropLayers),
        MinMaskRegionArea = context.Get(_minArea),
    };

    private SegSamMaskGenerator Generator(CommandContext context, SegSamPredictor predictor)
    {
        try
        {
            return new(predictor, Settings(context));
        }
        catch (ArgumentException wrong) when (wrong.ParamName == nameof(predictor))
        {
            throw new InvalidDataException($"{context.Get(_model)} was trained with boxes only, so a grid of points finds nothing. "
                + "Train it with --prompts both (the default), or start from published weights.", wrong);
        }
    }

    private void Print(CommandContext context, string path, int height, int width, IReadOnlyList<GeneratedMask> masks,
        IReadOnlyList<JsonObject> objects, IReadOnlyList<string> categories)
    {
        var legend = categories.Index().ToDictionary(category => category.Item, category => category.Index + 1);
        var rows = masks.Select((mask, i) => (string[])
        [
            $"{i + 1}", mask.Category, NumberText.Fraction(mask.Score), NumberText.Fraction(mask.PredictedIoU),
            NumberText.Fraction(mask.StabilityScore), NumberText.Count(mask.Mask.Area), Pictures.Text(mask.Mask.Box),
            $"{legend[mask.Category]}",
        ]);
        context.Terminal.Result(["#", "name", "score", "predicted IoU", "stability", "area", "box", "label"], rows);
        if (masks.Count == 0)
        {
            context.Terminal.Note("No mask passed the thresholds. A small or briefly trained model rates its masks low: "
                + "try --pred-iou-threshold 0.35 --stability-score-threshold 0.4.");
        }

        context.Terminal.Json(new
        {
            Image = path,
            Model = context.Get(_model),
            Height = height,
            Width = width,
            LabelMap = context.Get(_labels),
            Labels = legend,
            Objects = objects,
        });
    }
}
