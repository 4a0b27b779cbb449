using System.Text.Json;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Training;

namespace Microsoft.ML.SegSam;

/// <summary>The parts of the options that the rooms get, so that none of them depends on all options.</summary>
internal static class OptionParts
{
    // The course of a run does not depend on these. The precision that was decided is a fact of the run; the one that was asked for is not.
    private static readonly string[] NoFacts =
    [
        nameof(SegSamOptions.StateFile), nameof(SegSamOptions.SaveEverySteps), nameof(SegSamOptions.OutputLowResLogits),
        nameof(SegSamOptions.OutputColumnPrefix), nameof(SegSamOptions.Checkpoint), nameof(SegSamOptions.EmbeddingFolder),
        nameof(SegSamOptions.Precision),
    ];

    public static PromptColumnNames PromptColumns(this SegSamOptions options) => new(options.BoxColumnName, options.BoxScoresColumnName,
        options.PointsColumnName, options.PointLabelsColumnName, options.MaskPromptColumnName);

    public static TrainingColumnNames TrainingColumns(this SegSamOptions options) => new(options.ImageColumnName, options.PromptColumns(),
        options.MaskColumnName, options.CategoryColumnName, options.DescriptionColumnName, options.PresentCategoriesColumnName,
        options.ImageIdColumnName, options.DatasetColumnName);

    /// <inheritdoc cref="Columns.OutputColumns.All"/>
    public static IReadOnlyList<OutputColumn> OutputColumns(
        this SegSamOptions options, IReadOnlyList<string> categories, uint scoreSet = 1) =>
        Columns.OutputColumns.All(options.OutputColumnPrefix, options.OutputLowResLogits, categories, scoreSet);

    /// <param name="usesBFloat16">The precision, as decided for this machine.</param>
    /// <param name="start">What training starts from; null for random weights.</param>
    public static TrainingSettings TrainingSettings(this SegSamOptions options, bool usesBFloat16, ModelInitializer? start = null) => new()
    {
        Epochs = options.Epochs,
        Patience = options.Patience,
        BestMetric = options.BestMetric,
        ValidationBatchSize = options.BatchSize,
        CancellationToken = options.CancellationToken,
        EncoderTraining = options.EncoderTraining,
        GradientCheckpointing = options.GradientCheckpointing,
        UsesBFloat16 = usesBFloat16,
        ImagesPerStep = options.ImagesPerStep,
        AccumulateSteps = options.AccumulateSteps,
        PromptsPerImage = options.PromptsPerImage,
        RareCategorySampling = options.RareCategorySampling,
        RareDatasetSampling = options.RareDatasetSampling,
        Zooms = options.Zooms,
        Augmentation = options.Augmentation,
        FirstPrompts = ModelDescription.NamedPrompts(options),
        BoxJitter = options.BoxJitter,
        Rounds = start?.Rounds ?? options.InteractiveRounds ?? 0,
        LossWeights = new LossWeights(
            options.ClassWeight, options.PresenceWeight, options.AlignmentWeight, start?.PixelLoss ?? PixelLoss.CrossEntropy),
        LearningRate = start?.LearningRate ?? options.LearningRate ?? ModelInitializer.RateFromScratch,
        EncoderRate = start?.EncoderRate ?? 1,
        WeightDecay = options.WeightDecay,
        GradientClip = options.GradientClip,
        StateFile = options.StateFile,
        SaveEverySteps = options.SaveEverySteps,
        EmbeddingFolder = options.EmbeddingFolder,
        Facts = options.Facts(),
    };

    private static Dictionary<string, string> Facts(this SegSamOptions options) =>
        JsonSerializer.SerializeToNode(options, ModelArchive.Json)!.AsObject().Where(option => !NoFacts.Contains(option.Key))
            .ToDictionary(option => option.Key, option => option.Value?.ToJsonString() ?? "");
}
