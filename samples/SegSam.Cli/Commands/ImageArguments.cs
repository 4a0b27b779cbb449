using System.CommandLine;
using SampleKit;
using SegSam.Cli.Images;
using SegSam.Cli.Output;

namespace SegSam.Cli.Commands;

/// <summary>Which images 'predict' and 'auto' segment, and where the results go.</summary>
internal sealed class ImageArguments
{
    private readonly Argument<string[]> _images = new("IMAGE")
    {
        Description = "The image: PNG, JPEG, BMP, GIF or WebP. Several may be given, also folders (with subfolders), "
            + "patterns such as 'scans/**/*.png', and tables (.csv) with the column ImagePath; "
            + "predict takes each row's prompt from Box, or from Points and PointLabels. Or a volume: NIfTI, a DICOM file, or the folder "
            + "of a series; see --slice.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "Write each mask there, as IMAGE-1-CATEGORY.png and so on: white = object. "
            + "Subfolders of a folder that was named are created there, too. Of a volume: the file of labels, .nii, .nii.gz, .seg.nrrd, "
            + ".nrrd, .mha or, of a DICOM series, .dcm (a DICOM segmentation).",
        HelpName = "FOLDER",
    };

    private readonly Option<string> _overlay = new("--overlay")
    {
        Description = "Write a picture of the masks over the image, with names and scores (PNG). "
            + "For several images, a folder with one picture each.",
        HelpName = "FILE",
    };

    private readonly Option<string> _table = new("--table")
    {
        Description = "Write a line for each object: image, name, score, predicted IoU, area, box, mask file.",
        HelpName = "FILE.csv",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Continue the --table of an interrupted run: images that are complete in it are not predicted again.",
    };

    private readonly Option<bool> _strict = CommonOptions.Strict("image or row of a table"), _force = CommonOptions.Force();

    public Argument<string[]> Images => _images;

    public IEnumerable<Option> Options => [_out, _overlay, _table, _resume, _strict, _force];

    /// <summary>The image, if exactly one was named; null for several images, or where the results go to a table.</summary>
    public string? Single(CommandContext context)
    {
        var only = Named(context) is [var image] && ImageInput.IsPicture(image) ? image : null;
        return context.Get(_table) is null && !context.Get(_resume) ? only : null;
    }

    /// <summary>What was named.</summary>
    /// <exception cref="UsageException">A name looks like an option.</exception>
    public string[] Named(CommandContext context) => context.Get(_images) is var named
        && named.FirstOrDefault(name => name.StartsWith("--", StringComparison.Ordinal)) is { } option
        ? throw new UsageException($"There is no option '{option}'; --help lists them.") : named;

    /// <summary>The one volume that was named.</summary>
    /// <exception cref="UsageException">There are several, or options that are for images.</exception>
    public string Volume(CommandContext context)
    {
        if (context.Get(_overlay) is not null || context.Get(_table) is not null || context.Get(_resume))
            throw new UsageException("--overlay, --table and --resume are for images; of a volume, --out names the file of labels.");
        return Named(context) is [var only] ? only
            : throw new UsageException(
                $"{NumberText.Count(Named(context).Length)} volumes were named; --slice and --box3d are for one.");
    }

    /// <summary>What --out says.</summary>
    public string? OutOf(CommandContext context) => context.Get(_out);

    /// <summary>Whether existing files are replaced.</summary>
    public bool MayOverwrite(CommandContext context) => context.Get(_force);

    /// <summary>Where the results of a single image go, after checking that these files and the given ones may be written.</summary>
    /// <param name="model">The model's file.</param>
    public (string? Masks, string? Overlay, Outputs Outputs) PlacesOfOne(
        CommandContext context, string model, string image, params IEnumerable<string?> more)
    {
        var outputs = new Outputs(context.Get(_force), model, image);
        foreach (var file in more.Prepend(context.Get(_overlay)))
            outputs.Claim(file);
        if (context.Get(_out) is { } folder)
            outputs.ClaimMasks(folder, NameOf(image));
        return (context.Get(_out), context.Get(_overlay), outputs);
    }

    /// <summary>The base name of a single image's results.</summary>
    public static string NameOf(string image) => new UniqueFileNames().Next(Path.GetFileNameWithoutExtension(image), "");

    /// <summary>All images, and the loop that processes them.</summary>
    /// <param name="needPrompts">Whether a row of a table must have a prompt.</param>
    public ImageLoop Several(CommandContext context, bool needPrompts)
    {
        if (context.Get(_resume) && context.Get(_table) is null)
            throw new UsageException("--resume continues a table; name it with --table FILE.csv.");
        if (context.Get(_table) is { } file && !file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--table is '{file}'; the name of a table ends in .csv.");
        var leftOut = new LeftOut(context.Get(_strict));
        var images = ImageInput.Find(Named(context), needPrompts, context.Terminal.Note, leftOut);
        context.Terminal.Note(leftOut.Lines);
        var places = new ImagePlaces(context.Get(_out), context.Get(_overlay), context.Get(_table), context.Get(_resume),
            context.Get(_strict), context.Get(_force));
        // A single image has an overlay file, not a folder, even where its results go to a table.
        var isSingle = Named(context) is [var only] && ImageInput.IsPicture(only);
        return new(context, images, places, Named(context), isSingle, leftOut.Total);
    }
}
