using System.CommandLine;
using Microsoft.ML.SegSam;
using SampleKit;
using SegSam.Cli.Output;
using SegSam.Cli.Sources;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Commands;

/// <summary>From others' forms to a training table, from a table to COCO, and from one form of weights to another.</summary>
internal sealed class ConvertCommand : Command
{
    private const string Sources = """
        What to convert; it tells itself what it is:
          a folder in SAM-Med2D's layout   images/, masks/ and image2label_train.json or label2image_test.json; or SA-Med2D-20M's, SAMed2D_v1.json
          a folder of masks                images/NAME.png with masks/CATEGORY/NAME.png, masks/NAME_CATEGORY.png, or masks/NAME.png and --category
          a folder of label maps           images/NAME.png with masks/NAME.png, whose numbers tell categories, and --labels; or nnU-Net's, with dataset.json
          COCO annotations (.json)         polygons or run lengths; masks are written beside the table
          a training table (.csv)          to COCO annotations: --out FILE.json
          a model (.zip) or weights        to SAM's official names: --out FILE.safetensors or FILE.pth, for Python
        """;

    private readonly Argument<string> _source = new("SOURCE") { Description = Sources };
    private readonly Option<string> _out = new("--out", "-o") { Description = "The file to write; its ending says what: .csv, .json, .safetensors or .pth.", Required = true, HelpName = "FILE" };
    private readonly Option<string> _images = new("--images") { Description = "Of COCO annotations: where the pictures are (default: beside the annotations).", HelpName = "FOLDER" };
    private readonly Option<string> _category = new("--category") { Description = "Of a folder of masks called NAME.png or NAME_mask.png: the name of what they show.", HelpName = "NAME" };
    private readonly Option<string> _labels = new("--labels") { Description = "Of a folder of label maps: which number is which category, as {\"1\": \"liver\"}, or with the names first as nnU-Net's dataset.json has them; that file is found by itself.", HelpName = "FILE.json" };
    private readonly Option<bool> _strict = new("--strict") { Description = "End at the first mask, image or annotation that cannot be used, instead of leaving it out and saying so." };
    private readonly Option<string> _descriptions = new("--descriptions") { Description = "JSON object from category to what it looks like; becomes the column Description.", HelpName = "FILE.json" };
    private readonly Option<double?> _holdOut = NumberOptions.Of<double>("--hold-out", "SHARE", "Write this share of the images, 0 to 1, into FILE.held-out.csv instead: for --validation and evaluate.");
    private readonly Option<int> _seed = NumberOptions.Of("--seed", 1, "N", "Decides which images are held out.");
    private readonly Option<bool> _force = CommonOptions.Force();
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();

    public ConvertCommand() : base("convert", "Convert annotations to a training table, or a table to COCO annotations, or weights from one form to another.")
    {
        Add(_source);
        foreach (var option in (Option[])[_out, _images, _category, _labels, _strict, _descriptions, _holdOut, _seed, _force, _family])
            Add(option);
        this.SetWork(Run);
    }

    private int Run(Work work)
    {
        var (source, target) = (work.Get(_source), work.Get(_out)!);
        if (!Path.Exists(source))
            throw new FileNotFoundException($"There is no file or folder '{source}'.");
        return Path.GetExtension(target).ToLowerInvariant() switch
        {
            ".csv" or ".tsv" or ".txt" => ToTable(work, source, target),
            ".json" => ToCoco(work, source, target),
            ".safetensors" or ".pth" => ToWeights(work, source, target),
            var ending => throw new UsageException($"--out is '{target}'; expected .csv (a training table), .json (COCO) or .safetensors or .pth (weights){(ending == ".zip" ? ". To make a model, use 'segsam train'" : "")}."),
        };
    }

    private int ToTable(Work work, string source, string target)
    {
        var outputs = new Outputs(work.Get(_force), source, work.Get(_labels), work.Get(_descriptions));
        outputs.Claim(target);
        outputs.Claim(work.Get(_holdOut) is null ? null : HeldOut(target));
        if (File.Exists(source) || LabelsOf(work, source) is not null)
            outputs.ClaimFolder(MaskFolder(target));
        var (leftOut, notes) = (new LeftOut(work.Get(_strict)), new List<string>());
        var rows = work.Terminal.Progress($"Reading {source}", tell =>
        {
            var reading = new SourceReading(tell, notes.Add, leftOut, work.Cancel);
            return CategorySpelling.Of(Read(work, source, target, reading), reading);
        });
        if (rows.Count == 0)
            throw leftOut.Nothing(source);
        rows = Descriptions.Add(rows, work.Get(_descriptions));
        var (kept, held) = HoldOut.Split(rows, work.Get(_holdOut), work.Get(_seed));
        var heldPath = held.Count == 0 ? null : HeldOut(target);
        foreach (var (path, part) in ((string?, IReadOnlyList<TableRow>)[])[(target, kept), (heldPath, held)])
        {
            if (path is null)
                continue;
            TableWriter.Write(path, part);
            work.Terminal.Result($"{path}: {Words.Several(part.DistinctBy(row => row.ImageId).Count(), "image")} with {Words.Several(part.Count, "object")}");
        }

        var categories = rows.CountBy(row => row.Category).OrderByDescending(each => each.Value).ToDictionary();
        work.Terminal.Result(["category", "objects"], categories.Select(each => (string[])[each.Key, Words.Count(each.Value)]));
        work.Terminal.Note(notes.Concat(leftOut.Lines));
        work.Terminal.Json(new { Table = target, HeldOut = heldPath, Objects = kept.Count, HeldOutObjects = held.Count, Categories = categories, LeftOut = leftOut.Items, leftOut.Doubts, Notes = notes });
        return ExitCode.Done;
    }

    private IReadOnlyList<TableRow> Read(Work work, string source, string target, SourceReading reading)
    {
        var masks = MaskFolder(target);
        if (!Directory.Exists(source))
        {
            if (!Path.GetExtension(source).Equals(".json", StringComparison.OrdinalIgnoreCase))
                throw new UsageException($"'{source}' cannot become a table; expected a folder of images and masks, or COCO annotations (.json).");
            NotFor("COCO annotations, which name their categories", work, _category, _labels);
            return CocoSource.Read(source, work.Get(_images), masks, reading);
        }

        NotFor("a folder, which holds its images", work, _images);
        if (LabelsOf(work, source) is { } labels)
        {
            NotFor("label maps, whose labels name the categories", work, _category);
            return LabelMapSource.Read(source, LabelNames.Read(labels), masks, reading);
        }

        if (!SamMed2DSource.Fits(source))
            return MaskFolderSource.Read(source, work.Get(_category), reading);
        NotFor("SAM-Med2D's layout, whose file names say the categories", work, _category);
        return SamMed2DSource.Read(source, reading);
    }

    // nnU-Net's file of labels is found by itself, where nothing says that the folder is another.
    private string? LabelsOf(Work work, string source) => work.Get(_labels)
        ?? (!Directory.Exists(source) || SamMed2DSource.Fits(source) || work.Get(_category) is not null ? null : LabelNames.FileIn(source));

    private static void NotFor(string what, Work work, params Option<string>[] options)
    {
        foreach (var option in options.Where(option => work.Get(option) is not null))
            throw new UsageException($"{option.Name} is not used with {what}. Leave it out.");
    }

    private int ToCoco(Work work, string source, string target)
    {
        if (Path.GetExtension(source).Equals(".json", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"'{source}' is JSON already; give --out FILE.csv to make a training table of COCO annotations.");
        new Outputs(work.Get(_force), source).Claim(target);
        var leftOut = new LeftOut(work.Get(_strict));
        var table = TableReader.Read(source, split: null, work.Terminal.Note, leftOut);
        var (categories, pictures, objects) = work.Terminal.Progress($"Reading {source}", tell => CocoTarget.Of(table, target, new(tell, work.Terminal.Note, leftOut, work.Cancel)));
        work.Terminal.Note(leftOut.Lines);
        CocoDocument.Write(target, "segsam", categories, pictures, objects);
        work.Terminal.Result($"{target}: {Words.Several(pictures.Count, "image")} with {Words.Several(objects.Count, "object")} of {Words.Several(categories.Count, "category", "categories")}");
        work.Terminal.Json(new { Annotations = target, Images = pictures.Count, Objects = objects.Count, Categories = categories, LeftOut = leftOut.Items });
        return ExitCode.Done;
    }

    private int ToWeights(Work work, string source, string target)
    {
        new Outputs(work.Get(_force), source).Claim(target);
        using var model = ModelFile.Load(source, work, work.Get(_family));
        IReadOnlyList<string> unused = ModelFile.IsModel(source) ? [] : SegSamModelInfo.OfCheckpoint(source, work.Get(_family)).Unused;
        model.SaveSamWeights(target);
        if (unused.Count > 0)
            work.Terminal.Note($"Not taken along, as SAM has no such parts: {string.Join(", ", unused)}.");
        if (Preparation(model.Info) is var kept && Preparation(SegSamModelInfo.OfCheckpoint(target)) is var told && told != kept)
            work.Terminal.Note($"This form cannot say how images are prepared: who reads it will take {told}, where {kept} belongs to these weights. With .safetensors the file says it.");
        if (ModelFile.IsModel(source))
            work.Terminal.Note("These are the weights that SAM has itself; names and the semantic decoder stay in the model.");
        work.Terminal.Result($"{target} ({Words.Megabytes(target)})");
        work.Terminal.Json(new { Weights = target, Bytes = new FileInfo(target).Length, NotTaken = unused });
        return ExitCode.Done;
    }

    private static string HeldOut(string target) => Path.ChangeExtension(target, ".held-out" + Path.GetExtension(target));

    private static string MaskFolder(string target) => Path.ChangeExtension(target, null) + "-masks";

    private static string Preparation(SegSamModelInfo info) => $"{info.Resize}, {info.Resampling}, {info.PixelScaling}, {info.ChannelOrder}";
}
