using System.CommandLine;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Commands;

/// <summary>How the model is asked about objects.</summary>
internal enum PromptKinds
{
    Box,
    Clicks,
    Both,
}

/// <summary>The settings of training that the command line offers; they are called like the library's.</summary>
internal sealed class TrainArguments
{
    private readonly Option<PromptKinds> _prompts = Of("--prompts", PromptKinds.Both, Names<PromptKinds>(), "What the model learns to be asked by. Clicks are needed for 'segsam auto' and are drawn from the masks; boxes alone train faster.");
    private readonly Option<int> _epochs = NumberOptions.Of("--epochs", 20, "N", "Passes over the images, at most: Ctrl-C ends training early and keeps the best weights so far.");
    private readonly Option<string> _checkpoint = new("--checkpoint") { Description = "Published weights to start from: SAM, MedSAM, SAM-Med2D, SAM-HQ, MobileSAM (.pth, .safetensors). Without them training starts from nothing.", HelpName = "FILE" };
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();
    private readonly Option<SegSamEncoder?> _encoder = Of<SegSamEncoder?>("--encoder", null, Names<SegSamEncoder>(), "Size of the image encoder (default: the checkpoint's; Tiny without one, which trains on a CPU in minutes).");
    private readonly Option<EncoderTraining> _encoderTraining = Of("--encoder-training", EncoderTraining.Full, Names<EncoderTraining>(),
        "Which of the encoder's weights learn: all, small adapters in it, or none. Frozen is by far the fastest on a CPU: each image is encoded once.");
    private readonly Option<SegSamAdapter?> _adapter = Of<SegSamAdapter?>("--adapter", null, Names<SegSamAdapter>(), "Kind of the adapters (default: the checkpoint's, or Bottleneck with --encoder-training Adapter).");
    private readonly Option<int?> _inputSize = NumberOptions.Of<int>("--input-size", "N", "Side of the square that images are brought to, a multiple of 16 (default: the checkpoint's; 128 for Tiny, else 256). 256 makes a CPU bearable.");
    private readonly Option<double?> _learningRate = NumberOptions.Of<double>("--learning-rate", "R", "Highest learning rate (default 0.001; 0.0001 with a checkpoint).");
    private readonly Option<int> _imagesPerStep = NumberOptions.Of("--images-per-step", 4, "N", "Images in a training step; fewer need less memory.");
    private readonly Option<bool> _augmentation = new("--augmentation") { Description = "Change the images a little at random (turns, sizes, contrast): helps where there are few. Not with a frozen encoder." };
    private readonly Option<int?> _patience = NumberOptions.Of<int>("--patience", "N", "End training after so many epochs without better validation Dice.");
    private readonly Option<string> _stateFile = new("--state-file") { Description = "Keep the state of training there; the same command then goes on where it was stopped.", HelpName = "FILE" };

    /// <summary>Decides the starting weights and all draws.</summary>
    public Option<int> Seed { get; } = NumberOptions.Of("--seed", 1, "N", "Equal seeds give equal models on one machine's CPU.");

    public IEnumerable<Option> All =>
    [
        _prompts, _epochs, _checkpoint, _family, _encoder, _encoderTraining, _adapter, _inputSize, _learningRate, _imagesPerStep, _augmentation, _patience, _stateFile, Seed,
    ];

    public SegSamOptions ToOptions(Work work, TrainingTable table)
    {
        var (prompts, checkpoint) = (work.Get(_prompts), work.Get(_checkpoint));
        if (checkpoint is not null && !File.Exists(checkpoint))
            throw new FileNotFoundException($"There is no file '{checkpoint}'. Give --checkpoint the path of weights that you have downloaded.");
        var epochs = work.Get(_epochs);
        if (epochs < 1)
            throw new UsageException(FormattableString.Invariant($"--epochs is {epochs}; it must be at least 1. (To use weights as they are, give them to 'segsam predict'.)"));
        return new()
        {
            BoxColumnName = prompts == PromptKinds.Clicks ? null : TableColumns.Box,
            PointsColumnName = prompts == PromptKinds.Box ? null : TableColumns.Points,
            PointLabelsColumnName = prompts == PromptKinds.Box ? null : TableColumns.PointLabels,
            ImageIdColumnName = TableColumns.ImageId,
            DescriptionColumnName = table.Has(TableColumns.Description) ? TableColumns.Description : null,
            DatasetColumnName = table.Has(TableColumns.Dataset) ? TableColumns.Dataset : null,
            Epochs = epochs,
            Checkpoint = checkpoint,
            CheckpointFamily = work.Get(_family),
            Encoder = work.Get(_encoder),
            EncoderTraining = work.Get(_encoderTraining),
            Adapter = Adapter(work, checkpoint),
            InputSize = work.Get(_inputSize),
            LearningRate = work.Get(_learningRate),
            ImagesPerStep = work.Get(_imagesPerStep),
            Augmentation = work.Get(_augmentation) ? new Augmentation() : null,
            Patience = work.Get(_patience),
            StateFile = work.Get(_stateFile),
        };
    }

    private SegSamAdapter? Adapter(Work work, string? checkpoint)
    {
        if (work.Get(_adapter) is not null || work.Get(_encoderTraining) != EncoderTraining.Adapter)
            return work.Get(_adapter);
        var known = checkpoint is null ? SegSamAdapter.None : SegSamModelInfo.OfCheckpoint(checkpoint, work.Get(_family)).Adapter;
        return known == SegSamAdapter.None ? SegSamAdapter.Bottleneck : null;
    }

    private static string Names<T>() where T : struct, Enum => string.Join('|', Enum.GetNames<T>());

    private static Option<T> Of<T>(string name, T usual, string form, string description)
    {
        var option = new Option<T>(name) { Description = description, HelpName = form };
        if (usual is not null)
            option.DefaultValueFactory = _ => usual;
        return option;
    }
}
