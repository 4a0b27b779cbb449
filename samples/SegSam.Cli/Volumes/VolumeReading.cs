using System.CommandLine;
using Microsoft.ML.SegSam.Volumes;
using SegSam.Cli.Commands;

namespace SegSam.Cli.Volumes;

/// <summary>Options that say how a volume is read; named as in <see cref="MedicalVolumeOptions"/>, whose errors name them.</summary>
internal sealed class VolumeReading
{
    private readonly Option<string?> _series = new("--series-uid")
    {
        Description = "For a folder of several DICOM series: which one, by its UID.",
        HelpName = "UID",
    };

    private readonly Option<int?> _time = NumberOptions.Of<int>("--time-point", "N",
        "For a file or series of several volumes (times, echoes, channels): which one, from 0.");

    private readonly Option<bool> _irregular = new("--allow-irregular-slices")
    {
        Description = "Read DICOM slices that are not evenly spaced, or of which some are missing.",
    };

    private readonly Option<bool> _numbers = new("--order-by-instance-number")
    {
        Description = "Take DICOM slices in the order of their numbers where they do not say where they lie.",
    };

    private readonly Option<long> _most = NumberOptions.Of("--max-voxels", new MedicalVolumeOptions().MaxVoxels, "N",
        "The most voxels that are read.");

    public IEnumerable<Option> Options => [_series, _time, _irregular, _numbers, _most];

    /// <summary>Whether one of several volumes was chosen.</summary>
    public bool IsChosen(CommandContext context) => context.Get(_series) is not null || context.Get(_time) is not null;

    public MedicalVolume Load(CommandContext context, string path) => MedicalVolume.Load(path, Collect(context));

    public MedicalVolumeOptions Collect(CommandContext context) => new()
    {
        SeriesUid = context.Get(_series),
        TimePoint = context.Get(_time, least: 0),
        AllowIrregularSlices = context.Get(_irregular),
        OrderByInstanceNumber = context.Get(_numbers),
        MaxVoxels = context.Get(_most, least: 1),
    };
}
