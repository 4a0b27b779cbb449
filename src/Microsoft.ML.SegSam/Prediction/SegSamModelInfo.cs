using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>What a model, or a file of weights, is: its network, how images are brought to it, what it can name. Unchangeable.</summary>
public sealed class SegSamModelInfo
{
    private SegSamModelInfo(SegSamConfig config, Preprocessing preprocessing, long parameters)
    {
        (Encoder, InputSize, Adapter, Parameters) = (config.Preset(), config.InputSize, config.Adapter, parameters);
        (Resize, Resampling, PixelScaling, ChannelOrder) = preprocessing;
    }

    /// <summary>Who published the weights; null for a model, whose <see cref="Options"/> name the checkpoint that it started from.</summary>
    public CheckpointFamily? Family { get; private init; }

    /// <summary>Kind and size of the image encoder; null where it is of no preset's size.</summary>
    public SegSamEncoder? Encoder { get; }

    /// <summary>Side of the square that images are brought to, in pixels.</summary>
    public int InputSize { get; }

    /// <summary>Adapters in the encoder's blocks.</summary>
    public SegSamAdapter Adapter { get; }

    /// <summary>How many numbers the weights are.</summary>
    public long Parameters { get; }

    /// <summary>How images are brought to the input size.</summary>
    public ResizeRule Resize { get; }

    /// <summary>How pixels are computed at the new size.</summary>
    public Resampling Resampling { get; }

    /// <summary>How pixel values become the network's numbers.</summary>
    public PixelScaling PixelScaling { get; }

    /// <summary>In which order the network gets the colors.</summary>
    public ChannelOrder ChannelOrder { get; }

    /// <summary>Names of the categories that the model knows, in the order of scores and keys; none for weights alone.</summary>
    public IReadOnlyList<string> Categories { get; private init; } = [];

    /// <summary>How the model was made: its columns and all settings of its training, without paths; null for weights alone.</summary>
    public SegSamOptions? Options { get; private init; }

    /// <summary>Names of what is in a file of weights without being used here: constants, classifiers, parts of others' models.</summary>
    public IReadOnlyList<string> Unused { get; private init; } = [];

    /// <summary>Looks into a file of weights; only names and shapes are read, so it takes no time and no memory.</summary>
    /// <param name="path">See <see cref="SegSamOptions.Checkpoint"/>.</param>
    /// <param name="family">See <see cref="SegSamOptions.CheckpointFamily"/>; null: told from the weights.</param>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or no Segment Anything Model.</exception>
    public static SegSamModelInfo OfCheckpoint(string path, CheckpointFamily? family = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var file = CheckpointFile.Open(path);
        try
        {
            var found = Pretrained.Recognize(file, family);
            var used = file.Tensors.Where(tensor => !found.Unused.Contains(tensor.Name));
            return new(found.Config, found.Preprocessing, used.Sum(tensor => tensor.Shape.Aggregate(1L, (product, side) => product * side)))
            {
                Family = found.Family,
                Unused = [.. found.Unused, .. file.Skipped],
            };
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"{file.Name}: {failure.Message}", failure);
        }
    }

    internal static SegSamModelInfo Of(SegSamModel model, SegSamOptions options)
    {
        var network = model.Network;
        return new(network.Config, model.Preprocessing, network.parameters().Sum(parameter => parameter.numel()))
        {
            Categories = model.Categories,
            Options = options,
        };
    }
}
