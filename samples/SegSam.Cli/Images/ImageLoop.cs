using System.Text.Json.Nodes;
using SampleKit;
using SegSam.Cli.Output;

namespace SegSam.Cli.Images;

/// <summary>Where the results of several images go; null: nowhere.</summary>
/// <param name="Masks">Folder for the masks.</param>
/// <param name="Overlays">Folder for the overlays.</param>
/// <param name="Table">File of the result table.</param>
/// <param name="Resume">Whether to continue that table.</param>
/// <param name="Strict">Whether the first image that fails ends the run.</param>
/// <param name="Force">Whether files of an earlier run may be overwritten.</param>
internal sealed record ImagePlaces(string? Masks, string? Overlays, string? Table, bool Resume, bool Strict, bool Force);

/// <summary>Processes many images: each result is written at once and kept, even if another image fails.</summary>
/// <param name="arguments">The files, folders, patterns and tables that name the images.</param>
/// <param name="isSingle">Whether they name a single image, whose overlay is a file and not a folder.</param>
/// <param name="leftOut">How many rows of tables could not be used: with any, the run does not report full success.</param>
internal sealed class ImageLoop(CommandContext context, IReadOnlyList<ImageInput> images, ImagePlaces places,
    IReadOnlyList<string> arguments, bool isSingle, int leftOut)
{
    private Outputs _outputs = new(mayOverwrite: false);
    private readonly List<JsonNode> _documents = [];
    private readonly List<(ImageInput Image, string Problem)> _failed = [];
    private ResultTable? _table;
    private readonly List<string> _problems = []; // prompts that failed, in images that did not
    private int _objects;

    public IReadOnlyList<ImageInput> Images => images;

    public bool Resumes => places.Resume;

    public bool IsStrict => places.Strict;

    /// <summary>The file of one kind of picture of an image.</summary>
    /// <param name="place">The folder that holds one for each image; for a single image, the file.</param>
    public string PlaceOf(string place, ImageInput image) => isSingle ? place : Pictures.In(place, image.Name);

    /// <summary>Reserves all files before the work.</summary>
    /// <param name="command">The command's name.</param>
    /// <param name="model">The model's file.</param>
    /// <param name="settings">Everything else that determines the results, as text.</param>
    /// <param name="moreFolders">Folders of further pictures, one for each image.</param>
    /// <param name="moreFiles">Further files.</param>
    public void Claim(
        string command, string model, string settings, IEnumerable<string?>? moreFolders = null, IEnumerable<string?>? moreFiles = null)
    {
        string?[] folders = [places.Overlays, .. moreFolders ?? []];
        ModelFile.Check(model);
        var isResumed = places.Resume && File.Exists(places.Table);
        var facts = new Dictionary<string, string>();
        if (places.Table is not null)
        {
            (facts["command"], facts["model"], facts["options"]) = (command, RunRecord.DigestOf(model), settings);
            facts["images or prompts"] = RunRecord.DigestOf(images);
            facts["result paths"] =
                string.Join('\n', folders.Append(places.Masks).Select(place => place is null ? "" : Path.GetFullPath(place)));
        }

        if (isResumed)
        {
            RunRecord.Check(places.Table!, facts); // before Continue, which removes incomplete images from the table
            _table = ResultTable.Continue(places.Table!);
        }

        _outputs = new(places.Force || isResumed, [model, .. arguments.Where(File.Exists), .. images.Select(image => image.Path)]);
        foreach (var file in moreFiles ?? [])
            _outputs.Claim(file);
        foreach (var folder in (isSingle ? [] : folders.OfType<string>()).Append(places.Masks).OfType<string>())
        {
            if (File.Exists(folder))
                throw new IOException($"'{folder}' is a file; for several images, give the name of a folder.");
            OutputFile.CheckWritable(Path.Combine(folder, "x.png"));
        }

        foreach (var image in images)
        {
            foreach (var folder in folders.OfType<string>())
                _outputs.Reserve(PlaceOf(folder, image));
            if (places.Masks is { } masks)
                _outputs.ClaimMasks(masks, image.Name);
        }

        if (places.Table is null)
            return;
        _outputs.Claim(places.Table);
        if (_table is null)
        {
            RunRecord.Write(places.Table, facts);
            _table = ResultTable.Create(places.Table);
        }

        if (_table.Finished > 0)
        {
            context.Terminal.Note($"{places.Table} already holds {NumberText.Plural(_table.Finished, "image")}; "
                + "continuing with the others.");
        }
    }

    /// <summary>Processes each image and writes what was found.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="categories">Its names.</param>
    /// <param name="predict">Processes one image; its second argument reports the part done, 0 to 1.</param>
    /// <param name="also">Writes further results, and returns what the JSON document says about them.</param>
    /// <returns>An exit code.</returns>
    public int Run(
        string model, IReadOnlyList<string> categories, Func<ImageInput, Action<double>, ImageResult> predict,
        Func<ImageInput, ImageResult, JsonObject?>? also = null)
    {
        context.Terminal.Result("image  #  name  score  predicted IoU  area  box  prompt");
        var isStopped = context.Terminal.Steps($"Predicting {NumberText.Plural(images.Count, "image")}", report =>
        {
            for (var i = 0; i < images.Count; i++)
            {
                if (_table?.Has(images[i]) == true)
                    continue;
                var (image, done) = (images[i], i);
                void Progress(double part) => report((done + part) / images.Count, $"{done + 1} of {images.Count} images: {image.Name}");
                if (context.Cancel.IsCancellationRequested || Predict(image, predict, Progress) is not { } prediction)
                    return true;
                if (prediction.Result is { } result)
                    Keep(image, result, categories, also);
            }

            return false;
        });
        if (isStopped && _documents.Count + (_table?.Finished ?? 0) == 0)
            throw new OperationCanceledException();
        return Print(model, isStopped);
    }

    // Null: stopped. A null result: the image failed.
    private (ImageResult? Result, bool)? Predict(
        ImageInput image, Func<ImageInput, Action<double>, ImageResult> predict, Action<double> report)
    {
        try
        {
            report(0);
            return (predict(image, report), true);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception wrong) when (!places.Strict
            && wrong is IOException or InvalidDataException or UnauthorizedAccessException or UsageException or NotSupportedException)
        {
            _failed.Add((image, ErrorHandler.Text(wrong)));
            context.Terminal.Note($"{image.Path}: {ErrorHandler.Text(wrong)}");
            return (null, false);
        }
    }

    private void Keep(
        ImageInput image, ImageResult result, IReadOnlyList<string> categories, Func<ImageInput, ImageResult, JsonObject?>? also)
    {
        var masks = places.Masks is { } folder ? Pictures.WriteMasks(_outputs, folder, image.Name, result.Objects) : null;
        var overlay = places.Overlays is null ? null : PlaceOf(places.Overlays, image);
        if (overlay is not null)
        {
            using var picture = Pictures.Read(image.Path);
            Pictures.WriteOverlay(overlay, picture, categories, result.Objects, context.Terminal.Note);
        }

        var document = new JsonObject { ["image"] = image.Path, ["height"] = result.Height, ["width"] = result.Width };
        if (overlay is not null)
            document["overlay"] = overlay;
        foreach (var (name, value) in also?.Invoke(image, result) ?? [])
            document[name] = value?.DeepClone();
        document["objects"] = new JsonArray([.. result.Objects.Select((item, i) => item.Describe(masks?[i]))]);
        _table?.Add(image, result, masks); // last: an image in the table is complete
        _documents.Add(context.Terminal.IsJson ? document : new JsonObject());
        _objects += result.Objects.Count;
        foreach (var problem in result.Problems ?? [])
        {
            _problems.Add($"{image.Path}: {problem}");
            context.Terminal.Note(_problems[^1]);
        }

        for (var i = 0; i < result.Objects.Count; i++)
        {
            var item = result.Objects[i];
            string[] cells =
            [
                image.Path, NumberText.Count(i + 1), item.Category, NumberText.Fraction(item.Score), NumberText.Fraction(item.PredictedIoU),
                NumberText.Count(item.Mask.Area), Pictures.Text(item.Mask.Box), item.Prompt,
            ];
            context.Terminal.Result(string.Join("  ", cells).TrimEnd());
        }

        if (result.Objects.Count == 0)
            context.Terminal.Result($"{image.Path}  no object");
    }

    private int Print(string model, bool isStopped)
    {
        var finished = _table?.Finished ?? 0;
        context.Terminal.Note($"{NumberText.Plural(_documents.Count, "image")} with {NumberText.Plural(_objects, "object")}"
            + (finished > 0 ? $", plus {NumberText.Plural(finished, "image")} of an earlier run" : "")
            + (_failed.Count == 0 ? "."
                : $"; {NumberText.Plural(_failed.Count, "image")} failed, the first: {_failed[0].Image.Path}: {_failed[0].Problem}")
            + (_problems.Count > 0 ? $" {NumberText.Plural(_problems.Count, "prompt")} failed, the first: {_problems[0]}" : "")
            + (leftOut > 0 ? $" {NumberText.Plural(leftOut, "row")} of tables could not be used." : ""));
        if (isStopped)
        {
            var count = NumberText.Count(_documents.Count + finished + _failed.Count);
            context.Terminal.Note($"Stopped after {count} of {NumberText.Plural(images.Count, "image")}; the results so far are kept."
                + (_table is null ? "" : " The same command with --resume continues."));
        }

        context.Terminal.Json(new
        {
            Model = model,
            Images = _documents,
            Failed = _failed.Select(item => new { Image = item.Image.Path, Error = item.Problem }),
            FailedPrompts = _problems,
            RowsLeftOut = leftOut,
            ImagesOfEarlierRun = finished,
            Stopped = isStopped,
        });
        return isStopped ? ExitCode.Canceled : _failed.Count + _problems.Count + leftOut > 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
