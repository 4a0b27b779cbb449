using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Training;

/// <summary>How a network is trained: the options of the same names, with their defaults decided for the run.</summary>
internal sealed record TrainingSettings
{
    // The run
    public required int Epochs { get; init; }
    public required int? Patience { get; init; }
    public required ValidationMetric BestMetric { get; init; }
    public required int ValidationBatchSize { get; init; }          // rows of a validation batch
    public required CancellationToken CancellationToken { get; init; }

    // What is trained, in which format
    public required EncoderTraining EncoderTraining { get; init; }
    public required bool GradientCheckpointing { get; init; }
    public required bool UsesBFloat16 { get; init; }                // the encoder's products, as decided for this machine

    // A step
    public required int ImagesPerStep { get; init; }
    public required int AccumulateSteps { get; init; }
    public required int PromptsPerImage { get; init; }
    public required double RareCategorySampling { get; init; }
    public required double RareDatasetSampling { get; init; }
    public required bool Zooms { get; init; }                       // closer looks, as decided for this run
    public required Augmentation? Augmentation { get; init; }
    public required ModelPrompts FirstPrompts { get; init; }        // the kinds that a step's first prompts are drawn from
    public required double BoxJitter { get; init; }
    public required int Rounds { get; init; }                       // correction rounds after the first prompts
    public required LossWeights LossWeights { get; init; }
    public required double LearningRate { get; init; }              // the highest
    public required double EncoderRate { get; init; }               // its factor for the encoder, the neck excepted
    public required double WeightDecay { get; init; }
    public required double GradientClip { get; init; }

    // Files
    public required string? StateFile { get; init; }
    public required int SaveEverySteps { get; init; }
    public required string? EmbeddingFolder { get; init; }

    /// <summary>
    /// All options that decide the course of the run, as JSON by their names: a state file is continued only with the same.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    public bool IsFrozen => EncoderTraining == EncoderTraining.Frozen;

    public string PrecisionName => UsesBFloat16 ? "bfloat16" : "float32";
}
