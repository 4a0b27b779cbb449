using System.CommandLine;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Slices;
using SampleKit;
using SegSam.Cli.Output;
using SegSam.Cli.Sources;
using SegSam.Cli.Tables;
using SegSam.Cli.Volumes;

namespace SegSam.Cli.Commands;

/// <summary>Converts foreign formats to a training table, a table to COCO, and weights from one format to another.</summary>
internal sealed partial class ConvertCommand : Command
{
    private const string Sources = """
        What to convert; the kind is detected:
          a folder in SAM-Med2D's layout   images/, masks/ and image2label_train.json or label2image_test.json;
                                           or SA-Med2D-20M's, with SAMed2D_v1.json
          a folder of masks                images/NAME.png with masks/CATEGORY/NAME.png, masks/NAME_CATEGORY.png,
                                           or masks/NAME.png and --category
          a folder of label maps           images/NAME.png with masks/NAME.png, whose pixel values are categories, and --labels;
                                           or nnU-Net's, with dataset.json
          a data set of volumes            nnU-Net's or the Medical Segmentation Decathlon's folder, with dataset.json
          a volume (NIfTI, DICOM, ...)     a file, or the folder of a DICOM series, with --segmentation; slices and masks are written
                                           beside the table
          COCO annotations (.json)         polygons or run lengths; masks are written beside the table
          a training table (.csv)          to COCO annotations: --out FILE.json
          a model (.zip) or weights        to SAM's official names: --out FILE.safetensors or FILE.pth, for Python
          a model (.zip)                   to half the size: --out FILE.zip --half
          a model (.zip) or weights        to ONNX, three files in a folder: --out FOLDER --onnx
        A model may also be mini, the one that comes with the program.
        """;

    private readonly ModelArgument _source = new("SOURCE") { Description = Sources };
    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "The file to write; the extension selects the format: .csv, .json, .safetensors, .pth or .zip. "
            + "With --onnx: the folder.",
        Required = true,
        HelpName = "FILE",
    };
    private readonly Option<string> _images = new("--images")
    {
        Description = "For COCO annotations: the folder of the images (default: the folder of the annotations).",
        HelpName = "FOLDER",
    };
    private readonly Option<string> _category = new("--category")
    {
        Description = "For a folder of masks called NAME.png or NAME_mask.png: the category of the objects.",
        HelpName = "NAME",
    };
    private readonly Option<string> _labels = new("--labels")
    {
        Description = "For a folder of label maps: the category of each number, such as {\"1\": \"liver\"}, or names first as in nnU-Net's "
            + "dataset.json, which is found automatically.",
        HelpName = "FILE.json",
    };
    private readonly Option<bool> _strict = CommonOptions.Strict("mask, image or annotation"), _force = CommonOptions.Force();
    private readonly Option<string> _descriptions = new("--descriptions")
    {
        Description = "JSON object from category to a description of its appearance; becomes the column Description.",
        HelpName = "FILE.json",
    };
    private readonly Option<double?> _holdOut = NumberOptions.Of<double>("--hold-out", "SHARE",
        "Write this share of the images, of volumes this share of the cases, to FILE.held-out.csv instead: for --validation and evaluate.");
    private readonly Option<int> _seed = NumberOptions.Of("--seed", 1, "N", "Selects which images are held out.");
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();
    private readonly Option<bool> _half = new("--half")
    {
        Description = "For a model: store its weights as 16-bit numbers, in half the size. It loads everywhere as before; "
            + "masks differ in single pixels of their borders.",
    };

    private readonly SliceArguments _slices = new();

    private readonly Option<bool> _onnx = new("--onnx")
    {
        Description = "For a model or weights: export the network as ONNX, which runs without libtorch, in other languages and in web "
            + "pages. With --half: its weights as 16-bit numbers.",
    };
    private readonly Option<string> _license = new("--license")
    {
        Description = "With --onnx: the terms of the weights, which the files state.",
        HelpName = "TEXT",
    };

    public ConvertCommand() : base("convert",
        "Convert annotations to a training table, a table to COCO annotations, weights from one format to another, "
        + "or a model to half its size or to ONNX.")
    {
        Add(_source);
        Option[] options = [_out, _images, _category, _labels, _strict, _descriptions, _holdOut, _seed, _force, _family, _half,
            _onnx, _license, .. _slices.Options];
        foreach (var option in options)
            Add(option);
        this.SetRun(Run);
    }

    private int Run(CommandContext context)
    {
        var (source, target) = (context.Get(_source), context.Get(_out)!);
        if (!Path.Exists(source))
            throw new FileNotFoundException($"There is no file or folder '{source}'.");
        if (context.Get(_onnx))
            return ToOnnx(context, source, target);
        if (context.Get(_license) is not null)
            throw new UsageException("--license is stated in ONNX files; add --onnx.");
        var kind = Path.GetExtension(target).ToLowerInvariant();
        if (context.Get(_half) && kind != ".zip")
            throw new UsageException($"--half makes a model smaller, and --out is '{target}'; expected the name of a .zip.");
        return kind switch
        {
            ".csv" or ".tsv" or ".txt" => ToTable(context, source, target),
            ".json" => ToCoco(context, source, target),
            ".safetensors" or ".pth" => ToWeights(context, source, target),
            ".zip" => ToModel(context, source, target),
            _ => throw new UsageException($"--out is '{target}'; expected .csv (a training table), .json (COCO), "
                + ".safetensors or .pth (weights), .zip (a model, with --half), or a folder with --onnx."),
        };
    }

    private int ToTable(CommandContext context, string source, string target)
    {
        var cases = _slices.Cases(context, source, context.Get(_labels));
        HoldOut.Check(context.Get(_holdOut), cases?.Select(item => item.CaseId ?? item.ImagePath).Distinct().ToList());
        var outputs = new Outputs(context.Get(_force),
            [source, context.Get(_labels), context.Get(_descriptions), .. cases?.Select(item => item.LabelPath) ?? []]);
        outputs.Claim(target);
        outputs.Claim(context.Get(_holdOut) is null ? null : HeldOut(target));
        if (cases is not null)
            outputs.ClaimFolder(SliceFolder(target));
        else if (File.Exists(source) || LabelsOf(context, source) is not null)
            outputs.ClaimFolder(MaskFolder(target));
        var (leftOut, notes) = (new LeftOut(context.Get(_strict)), new List<string>());
        var rows = context.Terminal.Progress($"Reading {source}", report =>
        {
            var reading = new SourceReading(report, notes.Add, leftOut, context.Cancel);
            return CategorySpelling.Of(cases is null ? Read(context, source, target, reading)
                : Slices(context, cases, target, reading), reading);
        });
        if (rows.Count == 0)
            throw leftOut.Nothing(source);
        rows = Descriptions.Add(rows, context.Get(_descriptions));
        var (kept, held) = HoldOut.Split(rows, context.Get(_holdOut), context.Get(_seed), isByCase: cases is not null);
        var heldPath = held.Count == 0 ? null : HeldOut(target);
        foreach (var (path, part) in ((string?, IReadOnlyList<TableRow>)[])[(target, kept), (heldPath, held)])
        {
            if (path is null)
                continue;
            TableWriter.Write(path, part);
            var images = part.DistinctBy(row => row.ImageId).Count();
            context.Terminal.Result($"{path}: {NumberText.Plural(images, "image")} with {NumberText.Plural(part.Count, "object")}");
        }

        var categories = rows.CountBy(row => row.Category).OrderByDescending(category => category.Value).ToDictionary();
        context.Terminal.Result(["category", "objects"],
            categories.Select(category => (string[])[category.Key, NumberText.Count(category.Value)]));
        context.Terminal.Note(notes.Concat(leftOut.Lines));
        context.Terminal.Json(new
        {
            Table = target,
            HeldOut = heldPath,
            Objects = kept.Count,
            HeldOutObjects = held.Count,
            Categories = categories,
            LeftOut = leftOut.Items,
            leftOut.Doubts,
            Notes = notes,
        });
        return ExitCode.Done;
    }

    private IReadOnlyList<TableRow> Read(CommandContext context, string source, string target, SourceReading reading)
    {
        var masks = MaskFolder(target);
        if (!Directory.Exists(source))
        {
            if (!Path.GetExtension(source).Equals(".json", StringComparison.OrdinalIgnoreCase))
            {
                throw new UsageException(
                    $"'{source}' cannot become a table; expected a folder of images and masks, or COCO annotations (.json).");
            }

            RefuseUnused("COCO annotations, which name their categories", context, _category, _labels);
            return CocoSource.Read(source, context.Get(_images), masks, reading);
        }

        RefuseUnused("a folder, which contains its images", context, _images);
        if (LabelsOf(context, source) is { } labels)
        {
            RefuseUnused("label maps, whose labels name the categories", context, _category);
            return LabelMapSource.Read(source, LabelNames.Read(labels), masks, reading);
        }

        if (!SamMed2DSource.Fits(source))
            return MaskFolderSource.Read(source, context.Get(_category), reading);
        RefuseUnused("SAM-Med2D's layout, whose file names contain the categories", context, _category);
        return SamMed2DSource.Read(source, reading);
    }

    private IReadOnlyList<TableRow> Slices(
        CommandContext context, IReadOnlyList<VolumeCase> cases, string target, SourceReading reading)
    {
        RefuseUnused("volumes, whose labels name the categories", context, _category);
        RefuseUnused("volumes", context, _images);
        return VolumeSource.Read(cases, _slices.Collect(context), SliceFolder(target), reading);
    }

    // nnU-Net's label file is found automatically unless something says that the folder has another layout.
    private string? LabelsOf(CommandContext context, string source)
    {
        if (context.Get(_labels) is { } labels)
            return labels;
        return !Directory.Exists(source) || SamMed2DSource.Fits(source) || context.Get(_category) is not null
            ? null : LabelNames.FileIn(source);
    }

    private static void RefuseUnused(string what, CommandContext context, params Option<string>[] options)
    {
        foreach (var option in options.Where(option => context.Get(option) is not null))
            throw new UsageException($"{option.Name} is not used with {what}. Remove it.");
    }

    private int ToCoco(CommandContext context, string source, string target)
    {
        if (Path.GetExtension(source).Equals(".json", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"'{source}' is already JSON; use --out FILE.csv to convert COCO annotations to a training table.");
        new Outputs(context.Get(_force), source).Claim(target);
        var leftOut = new LeftOut(context.Get(_strict));
        var table = TableReader.Read(source, split: null, context.Terminal.Note, leftOut);
        var (categories, pictures, objects) = context.Terminal.Progress($"Reading {source}",
            report => CocoTarget.Of(table, target, new(report, context.Terminal.Note, leftOut, context.Cancel)));
        context.Terminal.Note(leftOut.Lines);
        CocoDocument.Write(target, "segsam", categories, pictures, objects);
        context.Terminal.Result($"{target}: {NumberText.Plural(pictures.Count, "image")} with "
            + $"{NumberText.Plural(objects.Count, "object")} of {NumberText.Plural(categories.Count, "category", "categories")}");
        context.Terminal.Json(new
        {
            Annotations = target,
            Images = pictures.Count,
            Objects = objects.Count,
            Categories = categories,
            LeftOut = leftOut.Items,
        });
        return ExitCode.Done;
    }

    private static string HeldOut(string target) => Path.ChangeExtension(target, ".held-out" + Path.GetExtension(target));

    private static string SliceFolder(string target) => Path.ChangeExtension(target, null) + "-slices";

    private static string MaskFolder(string target) => Path.ChangeExtension(target, null) + "-masks";
}
