using System.CommandLine;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Commands;

/// <summary>The kinds of prompts a model is trained for.</summary>
internal enum PromptKinds
{
    Box,
    Points,
    Both,
}

/// <summary>The training options of the command line; they have the names of the library's options.</summary>
internal sealed class TrainArguments
{
    private readonly Option<PromptKinds> _prompts = Of("--prompts", PromptKinds.Both, Names<PromptKinds>(),
        "The kinds of prompts to train for. 'segsam auto' needs points, which are sampled from the masks; boxes alone train faster.");
    private readonly Option<int> _epochs = NumberOptions.Of("--epochs", 20, "N",
        "Maximum number of passes over the images: Ctrl-C ends training early and keeps the best weights so far.");
    private readonly Option<string> _checkpoint = new("--checkpoint")
    {
        Description = "Published weights to start from: SAM, MedSAM, SAM-Med2D, SAM-HQ, MobileSAM (.pth, .safetensors), or ML.NET's "
            + "ResNet-18 (.onnx). Without them, training starts from random weights.",
        HelpName = "FILE",
    };
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();
    private readonly Option<SegSamEncoder?> _encoder = Of<SegSamEncoder?>("--encoder", null, Names<SegSamEncoder>(),
        "Size of the image encoder (default: the checkpoint's; without one Tiny, which trains on a CPU in minutes).");
    private readonly Option<EncoderTraining> _encoderTraining = Of("--encoder-training", EncoderTraining.Full, Names<EncoderTraining>(),
        "Which of the encoder's weights are trained: all, small adapters, or none. Frozen is by far the fastest on a CPU, "
        + "because each image is encoded only once.");
    private readonly Option<SegSamAdapter?> _adapter = Of<SegSamAdapter?>("--adapter", null, Names<SegSamAdapter>(),
        "Kind of adapters (default: the checkpoint's, or Bottleneck with --encoder-training Adapter).");
    private readonly Option<int?> _inputSize = NumberOptions.Of<int>("--input-size", "N",
        "Side of the square to which images are resized, a multiple of 16 (default: the checkpoint's; 128 for Tiny, else 256). "
        + "256 keeps training on a CPU practical.");
    private readonly Option<double?> _learningRate = NumberOptions.Of<double>("--learning-rate", "R",
        "Peak learning rate (default 0.001; 0.0001 with a checkpoint).");
    private readonly Option<int> _imagesPerStep = NumberOptions.Of("--images-per-step", 4, "N",
        "Images per training step; fewer need less memory.");
    private readonly Option<bool> _augmentation = new("--augmentation")
    {
        Description = "Apply small random rotations, scalings and contrast changes: helps with few images. Not with a frozen encoder.",
    };
    private readonly Option<int?> _patience = NumberOptions.Of<int>("--patience", "N",
        "End training after this many epochs without a better validation Dice.");
    private readonly Option<string> _stateFile = new("--state-file")
    {
        Description = "Save the training state there; after an interruption, the same command continues from it.",
        HelpName = "FILE",
    };

    /// <summary>Determines the initial weights and all random choices.</summary>
    public Option<int> Seed { get; } = NumberOptions.Of("--seed", 1, "N", "Equal seeds give equal models on the CPU of one machine.");

    public IEnumerable<Option> All =>
    [
        _prompts, _epochs, _checkpoint, _family, _encoder, _encoderTraining, _adapter, _inputSize, _learningRate, _imagesPerStep,
        _augmentation, _patience, _stateFile, Seed,
    ];

    public SegSamOptions ToOptions(CommandContext context, TrainingTable table)
    {
        var (prompts, checkpoint) = (context.Get(_prompts), context.Get(_checkpoint));
        if (checkpoint is not null && !File.Exists(checkpoint))
        {
            throw new FileNotFoundException(
                $"There is no file '{checkpoint}'. Set --checkpoint to the path of weights that you have downloaded.");
        }

        var epochs = context.Get(_epochs);
        if (epochs < 1)
        {
            throw new UsageException(FormattableString.Invariant(
                $"--epochs is {epochs}; it must be at least 1. (To use weights as they are, pass them to 'segsam predict'.)"));
        }

        return new()
        {
            BoxColumnName = prompts == PromptKinds.Points ? null : TableColumns.Box,
            PointsColumnName = prompts == PromptKinds.Box ? null : TableColumns.Points,
            PointLabelsColumnName = prompts == PromptKinds.Box ? null : TableColumns.PointLabels,
            ImageIdColumnName = TableColumns.ImageId,
            DescriptionColumnName = table.Has(TableColumns.Description) ? TableColumns.Description : null,
            DatasetColumnName = table.Has(TableColumns.Dataset) ? TableColumns.Dataset : null,
            Epochs = epochs,
            Checkpoint = checkpoint,
            CheckpointFamily = context.Get(_family),
            Encoder = context.Get(_encoder),
            EncoderTraining = context.Get(_encoderTraining),
            Adapter = Adapter(context, checkpoint),
            InputSize = context.Get(_inputSize),
            LearningRate = context.Get(_learningRate),
            ImagesPerStep = context.Get(_imagesPerStep),
            Augmentation = context.Get(_augmentation) ? new Augmentation() : null,
            Patience = context.Get(_patience),
            StateFile = context.Get(_stateFile),
        };
    }

    private SegSamAdapter? Adapter(CommandContext context, string? checkpoint)
    {
        if (context.Get(_adapter) is not null || context.Get(_encoderTraining) != EncoderTraining.Adapter)
            return context.Get(_adapter);
        var published = checkpoint is null ? SegSamAdapter.None : SegSamModelInfo.OfCheckpoint(checkpoint, context.Get(_family)).Adapter;
        return published == SegSamAdapter.None ? SegSamAdapter.Bottleneck : null;
    }

    private static string Names<T>() where T : struct, Enum => string.Join('|', Enum.GetNames<T>());

    private static Option<T> Of<T>(string name, T byDefault, string form, string description)
    {
        var option = new Option<T>(name) { Description = description, HelpName = form };
        if (byDefault is not null)
            option.DefaultValueFactory = _ => byDefault;
        return option;
    }
}
