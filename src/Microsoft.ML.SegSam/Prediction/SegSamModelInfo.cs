using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>What a model, or a file of weights, is: its network, its preprocessing, its prompts and categories. Immutable.</summary>
public sealed class SegSamModelInfo
{
    private SegSamModelInfo(SegSamConfig config, Preprocessing preprocessing, long parameters)
    {
        Encoder = config.Preset();
        InputSize = config.InputSize;
        Adapter = config.Adapter;
        Parameters = parameters;
        (Resize, Resampling, PixelScaling, ChannelOrder) = preprocessing;
    }

    /// <summary>
    /// Who published the weights; null for a model, whose <see cref="Options"/> name the checkpoint that it started from.
    /// </summary>
    public CheckpointFamily? Family { get; private init; }

    /// <summary>Kind and size of the image encoder; null if it matches no preset.</summary>
    public SegSamEncoder? Encoder { get; }

    /// <summary>Side of the square network input, in pixels.</summary>
    public int InputSize { get; }

    /// <summary>Adapters in the encoder's blocks.</summary>
    public SegSamAdapter Adapter { get; }

    /// <summary>Number of parameters.</summary>
    public long Parameters { get; }

    /// <summary>How images are resized to the input size.</summary>
    public ResizeRule Resize { get; }

    /// <summary>How pixels are interpolated when an image is resized.</summary>
    public Resampling Resampling { get; }

    /// <summary>How pixel values are scaled for the network.</summary>
    public PixelScaling PixelScaling { get; }

    /// <summary>In which order the network reads the color channels.</summary>
    public ChannelOrder ChannelOrder { get; }

    /// <summary>
    /// Which way volumes were cut whose slices the model was trained on; null: it was trained on other images, or nothing is known.
    /// </summary>
    public SlicePlane? Plane { get; private init; }

    /// <summary>
    /// The window that those slices were shown with; null: the usual one of each volume (<see cref="IntensityWindow.For"/>), or nothing is
    /// known.
    /// </summary>
    public IntensityWindow? Window { get; private init; }

    /// <summary>
    /// DICOM's codes of what made those volumes, such as "CT"; empty where that is not known of all. Volumes of another modality give a
    /// warning.
    /// </summary>
    public IReadOnlyList<string> Modalities { get; private init; } = [];

    /// <summary>The prompts that the model was made for: those of its training and of the checkpoint that it started from.</summary>
    public ModelPrompts Prompts { get; private init; } = ModelDescription.AllPrompts;

    /// <summary>Names of the model's categories, in the order of scores and keys; empty for a file of weights.</summary>
    public IReadOnlyList<string> Categories { get; private init; } = [];

    /// <summary>How the model was made: its columns and all training settings, without paths; null for a file of weights.</summary>
    public SegSamOptions? Options { get; private init; }

    /// <summary>Names of tensors in a file of weights that are not used here: constants, classifiers, parts of other models.</summary>
    public IReadOnlyList<string> Unused { get; private init; } = [];

    /// <summary>Describes a file of weights. It reads only names and shapes, so it is fast and needs little memory.</summary>
    /// <param name="path">See <see cref="SegSamOptions.Checkpoint"/>.</param>
    /// <param name="family">See <see cref="SegSamOptions.CheckpointFamily"/>; null: recognized from the weights.</param>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or does not hold a Segment Anything Model.</exception>
    public static SegSamModelInfo OfCheckpoint(string path, CheckpointFamily? family = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var file = CheckpointFile.Open(path);
        try
        {
            var pretrained = Pretrained.Recognize(file, family);
            var used = file.Tensors.Where(tensor => !pretrained.Unused.Contains(tensor.Name));
            var parameters = used.Sum(tensor => tensor.Shape.Aggregate(1L, (product, side) => product * side));
            return new(pretrained.Config, pretrained.Preprocessing, parameters)
            {
                Family = pretrained.Family,
                Prompts = pretrained.IsEncoderAlone ? ModelPrompts.None : ModelDescription.AllPrompts,
                Unused = [.. pretrained.Unused, .. file.Skipped],
            };
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"{file.Name}: {failure.Message}", failure);
        }
    }

    internal static SegSamModelInfo Of(SegSamModel model) =>
        new(model.Config, model.Preprocessing, model.Parameters)
        {
            Prompts = model.Description.Prompts,
            Categories = model.Categories,
            Options = model.Options,
            Plane = model.Description.Slices?.Plane,
            Modalities = model.Description.Slices?.Modalities ?? [],
            Window = model.Description.Slices?.Window is { } window ? IntensityWindow.Parse(window) : null,
        };
}
