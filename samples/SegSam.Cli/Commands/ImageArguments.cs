using System.CommandLine;
using SampleKit;
using SegSam.Cli.Images;
using SegSam.Cli.Output;

namespace SegSam.Cli.Commands;

/// <summary>Which images 'predict' and 'auto' answer about, and where the answers go.</summary>
internal sealed class ImageArguments
{
    private readonly Argument<string[]> _images = new("IMAGE")
    {
        Description = "The picture: PNG, JPEG, BMP, GIF or WebP. Several may be given, and folders (with all below), "
            + "patterns such as 'scans/**/*.png', and tables (.csv) with the column ImagePath; there, predict takes each row's prompt from Box, or Points and PointLabels.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "Write each mask there, IMAGE-1-CATEGORY.png and so on: white = object. "
            + "Folders below a folder that was named are made there, too.",
        HelpName = "FOLDER",
    };

    private readonly Option<string> _overlay = new("--overlay")
    {
        Description = "Write a picture of the masks over the image, with names and scores (PNG). "
            + "With several images, a folder for one picture of each.",
        HelpName = "FILE",
    };

    private readonly Option<string> _table = new("--table")
    {
        Description = "Write a line for each object: image, name, score, area, box, mask file.",
        HelpName = "FILE.csv",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Go on with the --table of a run that was stopped: images whose lines are all in it are not asked about again.",
    };

    private readonly Option<bool> _strict = CommonOptions.Strict("image or row of a table"), _force = CommonOptions.Force();

    public Argument<string[]> Images => _images;

    public IEnumerable<Option> Options => [_out, _overlay, _table, _resume, _strict, _force];

    /// <summary>Whether one picture alone was named; null where there are several, or they are to be in a table.</summary>
    public string? Single(Work work) =>
        work.Get(_images) is [var only] && work.Get(_table) is null && !work.Get(_resume) && ImageInput.IsPicture(only) ? only : null;

    /// <summary>Where the answers about a single image go. These places, and more files that are named, are free.</summary>
    /// <param name="model">The model's file.</param>
    public (string? Masks, string? Overlay, Outputs Outputs) PlacesOfOne(Work work, string model, string image, params IEnumerable<string?> more)
    {
        var outputs = new Outputs(work.Get(_force), model, image);
        foreach (var file in more.Prepend(work.Get(_overlay)))
            outputs.Claim(file);
        if (work.Get(_out) is { } folder)
            outputs.ClaimMasks(folder, NameOf(image));
        return (work.Get(_out), work.Get(_overlay), outputs);
    }

    /// <summary>What the results of a single image are called.</summary>
    public static string NameOf(string image) => new UniqueFileNames().Next(Path.GetFileNameWithoutExtension(image), "");

    /// <summary>All images, and the loop that goes through them.</summary>
    /// <param name="needPrompts">Whether a row of a table must have a prompt.</param>
    public ImageLoop Several(Work work, bool needPrompts)
    {
        if (work.Get(_resume) && work.Get(_table) is null)
            throw new UsageException("--resume goes on with a table; name it by --table FILE.csv.");
        if (work.Get(_table) is { } file && !file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--table is '{file}'; a table's name ends in .csv.");
        var leftOut = new LeftOut(work.Get(_strict));
        var images = ImageInput.Find(work.Get(_images), needPrompts, work.Terminal.Note, leftOut);
        work.Terminal.Note(leftOut.Lines);
        var places = new ImagePlaces(work.Get(_out), work.Get(_overlay), work.Get(_table), work.Get(_resume), work.Get(_strict), work.Get(_force));
        // One picture's overlay is a file, however its results are kept.
        return new(work, images, places, work.Get(_images), work.Get(_images) is [var only] && ImageInput.IsPicture(only), leftOut.Total);
    }
}
