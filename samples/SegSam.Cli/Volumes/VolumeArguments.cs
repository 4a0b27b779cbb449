using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Volumes;
using SegSam.Cli.Commands;

namespace SegSam.Cli.Volumes;

/// <summary>Options of 'predict' for volumes.</summary>
internal sealed class VolumeArguments
{
    private readonly Option<int?> _slice = NumberOptions.Of<int>("--slice", "N",
        "For a volume (NIfTI, DICOM file or folder): the slice that the prompts are on, from 0. Objects are followed from there, and --out "
        + "names the file of labels: .nii, .nii.gz, .seg.nrrd (3D Slicer), .nrrd, .mha, or .dcm (a DICOM segmentation).");

    private readonly Option<float[]?> _box = new("--box3d")
    {
        Description = "For a volume: a box around one object, in place of --slice. x0,y0 and x1,y1 are the left upper and right lower "
            + "edges in the pictures of slices, in pixels; z0 and z1 the first and the last slice, from 0, which both belong to the box.",
        HelpName = "x0,y0,z0,x1,y1,z1",
        CustomParser = result => Six(result.Tokens.Single().Value) ?? Fail(result),
    };

    private readonly Option<SlicePlane?> _plane = Plane("Which way a volume is cut (default: as the model was trained, else axial).");

    private readonly Option<IntensityWindow?> _window = Window(
        "Which values of a volume the model sees: choose what it was trained with (default: that, where the model knows it).");

    private readonly Option<PromptProjection> _projection = new("--projection")
    {
        Description = "What of an object's mask on one slice of a volume is the prompt on the next.",
        HelpName = string.Join('|', Enum.GetNames<PromptProjection>()).ToLowerInvariant(),
        DefaultValueFactory = _ => PromptProjection.Automatic,
        CustomParser = result => Named<PromptProjection>("--projection", result) ?? default,
    };

    private readonly Option<double> _minOverlap = NumberOptions.Of("--min-overlap", new VolumePredictionOptions().MinOverlap, "X",
        "The least IoU of an object's masks on neighboring slices of a volume; it ends where they overlap less.");

    /// <summary>How the volume is read.</summary>
    public VolumeReading Reading { get; } = new();

    public IEnumerable<Option> Options => [_slice, _box, _plane, _window, _projection, _minOverlap, .. Reading.Options];

    public static Option<SlicePlane?> Plane(string description) => new("--plane")
    {
        Description = description,
        HelpName = string.Join('|', Enum.GetNames<SlicePlane>()).ToLowerInvariant(),
        CustomParser = result => Named<SlicePlane>("--plane", result),
    };

    public static Option<IntensityWindow?> Window(string description) => new("--window")
    {
        Description = description,
        HelpName = "soft-tissue|lung|bone|brain|mediastinum|CENTER,WIDTH|p0.5-99.5|minmax|file",
        CustomParser = result =>
        {
            try
            {
                return IntensityWindow.Parse(result.Tokens.Single().Value);
            }
            catch (FormatException failure)
            {
                result.AddError($"--window: {failure.Message}");
                return null;
            }
        },
    };

    /// <summary>Whether the command line speaks of a volume.</summary>
    public bool AreGiven(CommandContext context) => context.Get(_slice) is not null || context.Get(_box) is { Length: > 0 };

    /// <summary>The slice, where the prompts are on one.</summary>
    public int? Slice(CommandContext context) => context.Get(_slice, least: 0);

    /// <summary>The box, where there is one in place of prompts.</summary>
    public VolumeBox? Box(CommandContext context) => context.Get(_box) is not [var x0, var y0, var z0, var x1, var y1, var z1] ? null
        : new(x0, y0, (int)z0, x1, y1, (int)z1);

    public VolumePredictionOptions Collect(CommandContext context) => new()
    {
        Plane = context.Get(_plane),
        Window = context.Get(_window),
        Projection = context.Get(_projection),
        MinOverlap = context.Get(_minOverlap, least: 0, most: 1),
    };

    private static T? Named<T>(string option, ArgumentResult result) where T : struct, Enum
    {
        var text = result.Tokens.Single().Value;
        if (Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } found)
            return Enum.Parse<T>(found);
        result.AddError($"{option} is '{text}'; expected one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
        return null;
    }

    private static float[]? Six(string text)
    {
        var parts = text.Split(',');
        var values = new float[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !float.IsFinite(values[i])
                || (i % 3 == 2 && values[i] != MathF.Floor(values[i])))
            {
                return null;
            }
        }

        return values.Length == 6 ? values : null;
    }

    private static float[]? Fail(ArgumentResult result)
    {
        result.AddError($"--box3d is '{result.Tokens.Single().Value}'; expected x0,y0,z0,x1,y1,z1 in pixels and whole slices, such as "
            + "10,20,5,60,80,12.");
        return null;
    }
}
