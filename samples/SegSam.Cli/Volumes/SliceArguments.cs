using System.CommandLine;
using Microsoft.ML.SegSam.Slices;
using Microsoft.ML.SegSam.Volumes;
using SegSam.Cli.Commands;
using SegSam.Cli.Sources;

namespace SegSam.Cli.Volumes;

/// <summary>Options of 'convert' for volumes.</summary>
internal sealed class SliceArguments
{
    private readonly Option<string> _segmentation = new("--segmentation")
    {
        Description = "For a volume: the file of its labels, a volume on the same grid or a DICOM segmentation. --labels names them "
            + "where the file does not.",
        HelpName = "FILE",
    };

    private readonly Option<SlicePlane?> _plane = VolumeArguments.Plane("Which way volumes are cut (default: axial).");

    private readonly Option<IntensityWindow?> _window =
        VolumeArguments.Window("Which values of volumes are shown from black to white (default: the usual ones of each volume).");

    private readonly Option<int?> _minPixels = NumberOptions.Of<int>("--min-pixels", "N",
        "Leave out objects with fewer pixels on a slice of a volume (default: 100).");

    private readonly Option<int?> _every = NumberOptions.Of<int>("--every", "N", "Take each N-th slice of a volume (default: 1, all).");

    private readonly Option<int?> _channel = NumberOptions.Of<int>("--channel", "N",
        "For data sets whose volumes have several channels: which one (default: 0, the first).");

    private readonly VolumeReading _reading = new();

    public IEnumerable<Option> Options => [_segmentation, _plane, _window, _minPixels, _every, _channel, .. _reading.Options];

    /// <summary>The volumes that the source means; null where it is something else.</summary>
    /// <param name="labels">A file that names labels; null: there is none.</param>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file of names is damaged, or names regions.</exception>
    /// <exception cref="UsageException">The options contradict each other.</exception>
    public IReadOnlyList<VolumeCase>? Cases(CommandContext context, string source, string? labels)
    {
        if (context.Get(_segmentation) is { } segmentation)
        {
            if (context.Get(_channel) is not null)
                throw new UsageException("--channel is for data sets with a dataset.json; remove it.");
            if (!File.Exists(segmentation))
                throw new FileNotFoundException($"There is no file '{segmentation}' for --segmentation.");
            return [new()
            {
                ImagePath = source, LabelPath = segmentation, Names = NamesIn(labels), Reading = _reading.Collect(context),
            }];
        }

        if (DatasetJson.IsOfVolumes(source))
        {
            return labels is null ? InDataSet(context, source)
                : throw new UsageException("--labels is not used with a data set, whose dataset.json names the labels. Remove it.");
        }

        if (File.Exists(source) && VolumeFile.IsNamedAsVolume(source))
            throw new UsageException($"'{source}' is a volume; name its labels by --segmentation FILE.");
        if (labels is null && !SamMed2DSource.Fits(source) && DatasetJson.ProblemOf(source) is { } problem)
            throw new InvalidDataException(problem);
        if (Options.FirstOrDefault(option => context.IsGiven(option)) is { } unused)
        {
            throw new UsageException($"{unused.Name} is for volumes, and '{source}' is none: expected a folder with a dataset.json that "
                + "names volumes, or a volume and --segmentation FILE.");
        }

        return null;
    }

    public SliceOptions Collect(CommandContext context)
    {
        var byDefault = new SliceOptions();
        return new()
        {
            Plane = context.Get(_plane) ?? byDefault.Plane,
            Window = context.Get(_window),
            MinPixels = context.Get(_minPixels, least: 1) ?? byDefault.MinPixels,
            Every = context.Get(_every, least: 1) ?? byDefault.Every,
        };
    }

    private List<VolumeCase> InDataSet(CommandContext context, string folder)
    {
        var (cases, reading) = (VolumeCase.Find(folder, context.Get(_channel, least: 0) ?? 0), _reading.Collect(context));
        if (reading.TimePoint is not null && cases.Any(item => item.Reading is not null))
            throw new UsageException($"'{folder}' has volumes of several channels: choose by --channel in place of --time-point.");
        return [.. cases.Select(item => item with
        {
            Reading = reading with { TimePoint = item.Reading?.TimePoint ?? reading.TimePoint },
        })];
    }

    private static Dictionary<int, string>? NamesIn(string? labels)
    {
        if (labels is null)
            return null;
        var names = LabelNames.Read(labels);
        if (names.Categories.FirstOrDefault(category => category.Numbers.Count > 1).Category is { } region)
        {
            throw new InvalidDataException(
                $"'{labels}': '{region}' is a region, several labels together; give each label of a volume a name and a number.");
        }

        return names.Categories.Select(category => (Number: category.Numbers[0], category.Category))
            .Concat(names.Ignored.Select(number => (Number: number, Category: VolumeSource.Ignored)))
            .Where(name => name.Number != 0).ToDictionary(name => name.Number, name => name.Category);
    }
}
