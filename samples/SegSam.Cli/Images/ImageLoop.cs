using System.Text.Json.Nodes;
using SampleKit;
using SegSam.Cli.Output;

namespace SegSam.Cli.Images;

/// <summary>Where the answers about several images go; null: nowhere.</summary>
/// <param name="Masks">Folder for the masks.</param>
/// <param name="Overlays">Folder for the overlays.</param>
/// <param name="Table">File of the results' table.</param>
/// <param name="Resume">Whether to go on with that table.</param>
/// <param name="Strict">Whether the first image that cannot be answered ends the run.</param>
/// <param name="Force">Whether files of an earlier run may be written over.</param>
internal sealed record ImagePlaces(string? Masks, string? Overlays, string? Table, bool Resume, bool Strict, bool Force);

/// <summary>Goes through many images: what is answered is written at once and stays, whatever is wrong with another image.</summary>
/// <param name="arguments">The files, folders, patterns and tables that name the images.</param>
/// <param name="isSingle">Whether they name one picture, whose overlay is a file and not a folder.</param>
/// <param name="leftOut">Rows of tables that could not be used: the run then does not end as if all were well.</param>
internal sealed class ImageLoop(
    Work work, IReadOnlyList<ImageInput> images, ImagePlaces places, IReadOnlyList<string> arguments, bool isSingle, int leftOut)
{
    private Outputs _outputs = new(mayOverwrite: false);
    private readonly List<JsonNode> _documents = [];
    private readonly List<(ImageInput Image, string Problem)> _failed = [];
    private ResultTable? _table;
    private readonly List<string> _problems = []; // prompts that could not be answered, in images that were
    private int _objects;

    public IReadOnlyList<ImageInput> Images => images;

    public bool Resumes => places.Resume;

    public bool IsStrict => places.Strict;

    /// <summary>Where an image's picture of a kind goes.</summary>
    /// <param name="place">The folder that holds one for each image; of a single image the file.</param>
    public string PlaceOf(string place, ImageInput image) => isSingle ? place : Pictures.In(place, image.Name);

    /// <summary>Reserves all places before the work.</summary>
    /// <param name="command">The command's name.</param>
    /// <param name="model">The model's file.</param>
    /// <param name="settings">What else decides the answers, in words.</param>
    /// <param name="moreFolders">Of further pictures, one for each image.</param>
    /// <param name="moreFiles">Further files.</param>
    public void Claim(string command, string model, string settings, IEnumerable<string?>? moreFolders = null, IEnumerable<string?>? moreFiles = null)
    {
        string?[] folders = [places.Overlays, .. moreFolders ?? []];
        ModelFile.Check(model);
        var isResumed = places.Resume && File.Exists(places.Table);
        var facts = new Dictionary<string, string>();
        if (places.Table is not null)
        {
            (facts["command"], facts["model"], facts["options"]) = (command, RunRecord.DigestOf(model), settings);
            facts["images or prompts"] = RunRecord.DigestOf(images);
            facts["places of results"] = string.Join('\n', folders.Append(places.Masks).Select(each => each is null ? "" : Path.GetFullPath(each)));
        }

        if (isResumed)
        {
            RunRecord.Check(places.Table!, facts); // before Continue, which takes lines that were cut out of the table
            _table = ResultTable.Continue(places.Table!);
        }

        _outputs = new(places.Force || isResumed, [model, .. arguments.Where(File.Exists), .. images.Select(image => image.Path)]);
        foreach (var file in moreFiles ?? [])
            _outputs.Claim(file);
        foreach (var folder in (isSingle ? [] : folders.OfType<string>()).Append(places.Masks).OfType<string>())
        {
            if (File.Exists(folder))
                throw new IOException($"'{folder}' is a file; with several images it must be the name of a folder.");
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
            work.Terminal.Note($"{places.Table} holds {Words.Several(_table.Finished, "image")} of an earlier run; the others follow.");
    }

    /// <summary>Asks about each image and writes what was found.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="categories">Its names.</param>
    /// <param name="ask">Answers one image; the function it is given receives the part done, 0 to 1.</param>
    /// <param name="also">Writes what else is wanted of an answer, and returns what the JSON document says of it.</param>
    /// <returns>An exit code.</returns>
    public int Run(
        string model, IReadOnlyList<string> categories, Func<ImageInput, Action<double>, ImageAnswer> ask,
        Func<ImageInput, ImageAnswer, JsonObject?>? also = null)
    {
        work.Terminal.Result("image  #  name  score  quality  area  box  prompt");
        var isStopped = work.Terminal.Steps($"Asking about {Words.Several(images.Count, "image")}", tell =>
        {
            for (var i = 0; i < images.Count; i++)
            {
                if (_table?.Has(images[i]) == true)
                    continue;
                var (image, done) = (images[i], i);
                void Progress(double part) => tell((done + part) / images.Count, $"{done + 1} of {images.Count} images: {image.Name}");
                if (work.Cancel.IsCancellationRequested || Answer(image, ask, Progress) is not { } answer)
                    return true;
                if (answer.Answer is { } found)
                    Keep(image, found, categories, also);
            }

            return false;
        });
        if (isStopped && _documents.Count + (_table?.Finished ?? 0) == 0)
            throw new OperationCanceledException();
        return Tell(model, isStopped);
    }

    // Null: stopped. An answer of null: the image cannot be answered.
    private (ImageAnswer? Answer, bool)? Answer(ImageInput image, Func<ImageInput, Action<double>, ImageAnswer> ask, Action<double> tell)
    {
        try
        {
            tell(0);
            return (ask(image, tell), true);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception wrong) when (!places.Strict
            && wrong is IOException or InvalidDataException or UnauthorizedAccessException or UsageException or NotSupportedException)
        {
            _failed.Add((image, wrong.Message));
            work.Terminal.Note($"{image.Path}: {wrong.Message}");
            return (null, false);
        }
    }

    private void Keep(
        ImageInput image, ImageAnswer answer, IReadOnlyList<string> categories, Func<ImageInput, ImageAnswer, JsonObject?>? also)
    {
        var masks = places.Masks is { } folder ? Pictures.WriteMasks(_outputs, folder, image.Name, answer.Objects) : null;
        var overlay = places.Overlays is null ? null : PlaceOf(places.Overlays, image);
        if (overlay is not null)
        {
            using var picture = Pictures.Read(image.Path);
            Pictures.WriteOverlay(overlay, picture, categories, answer.Objects, work.Terminal.Note);
        }

        var document = new JsonObject { ["image"] = image.Path, ["height"] = answer.Height, ["width"] = answer.Width };
        if (overlay is not null)
            document["overlay"] = overlay;
        foreach (var (name, value) in also?.Invoke(image, answer) ?? [])
            document[name] = value?.DeepClone();
        document["objects"] = new JsonArray([.. answer.Objects.Select((each, i) => each.Describe(masks?[i]))]);
        _table?.Add(image, answer, masks); // the last: what is in the table is done
        _documents.Add(work.Terminal.IsJson ? document : new JsonObject());
        _objects += answer.Objects.Count;
        foreach (var problem in answer.Problems ?? [])
        {
            _problems.Add($"{image.Path}: {problem}");
            work.Terminal.Note(_problems[^1]);
        }

        for (var i = 0; i < answer.Objects.Count; i++)
        {
            var one = answer.Objects[i];
            string[] cells =
            [
                image.Path, Words.Count(i + 1), one.Category, Words.Share(one.Score), Words.Share(one.Quality), Words.Count(one.Mask.Area),
                Pictures.Text(one.Mask.Box), one.Prompt,
            ];
            work.Terminal.Result(string.Join("  ", cells).TrimEnd());
        }

        if (answer.Objects.Count == 0)
            work.Terminal.Result($"{image.Path}  no object");
    }

    private int Tell(string model, bool isStopped)
    {
        var finished = _table?.Finished ?? 0;
        work.Terminal.Note($"{Words.Several(_documents.Count, "image")} with {Words.Several(_objects, "object")}"
            + (finished > 0 ? $", besides {Words.Several(finished, "image")} of an earlier run" : "")
            + (_failed.Count == 0 ? "."
                : $"; {Words.Several(_failed.Count, "image")} could not be answered, first {_failed[0].Image.Path}: {_failed[0].Problem}")
            + (_problems.Count > 0 ? $" {Words.Several(_problems.Count, "prompt")} could not be answered, first {_problems[0]}" : "")
            + (leftOut > 0 ? $" {Words.Several(leftOut, "row")} of tables could not be used." : ""));
        if (isStopped)
        {
            var count = Words.Count(_documents.Count + finished + _failed.Count);
            work.Terminal.Note($"Stopped after {count} of {Words.Several(images.Count, "image")}; what was written stays."
                + (_table is null ? "" : " The same command with --resume goes on."));
        }

        work.Terminal.Json(new
        {
            Model = model,
            Images = _documents,
            Failed = _failed.Select(each => new { Image = each.Image.Path, Error = each.Problem }),
            Unanswered = _problems,
            RowsLeftOut = leftOut,
            ImagesOfEarlierRun = finished,
            Stopped = isStopped,
        });
        return isStopped ? ExitCode.Canceled : _failed.Count + _problems.Count + leftOut > 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
