using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.SegSam.Options;
using SampleKit;

namespace Ablation;

/// <summary>Trains and tests one variant with one seed.</summary>
internal static class Run
{
    /// <param name="state">File that keeps the training state, so that training can continue.</param>
    /// <exception cref="OperationCanceledException">Canceled; the progress is in the state file.</exception>
    public static RunResult Of(
        Variant variant, int seed, AblationData data, AblationSettings settings, string state, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(seed);
        var options = variant.Change(Full(settings) with
        {
            DescriptionColumnName = variant.Texts is Texts.Shuffled or Texts.Descriptions ? nameof(ObjectRow.Description) : null,
            Glossary = null, // the names-only variant must not get descriptions
            StateFile = state,
            SaveEverySteps = 50,
            CancellationToken = cancellation,
            Progress = new InlineProgress<TrainingProgress>(progress => Console.Write(
                FormattableString.Invariant($"\r  {progress.Epoch}/{progress.Epochs}  loss {progress.Loss:0.000}  ")
                + FormattableString.Invariant($"{progress.PromptsPerSecond:0} prompts/s   "))),
        });
        using var model = ml.Transforms.SegSam(options).Fit(data.Train(ml, variant.Texts));
        cancellation.ThrowIfCancellationRequested();
        PromptFigures[] figures =
        [
            .. Enum.GetValues<Prompting>().Select(prompting =>
                new PromptFigures(prompting, Measure(prompting, fewShot: false), Measure(prompting, fewShot: true))),
        ];
        return new(variant.Key, seed, settings.Recipe, clock.Elapsed.TotalSeconds, figures);

        Figures Measure(Prompting prompting, bool fewShot) => Figures.Of(ml.Segmentation.Evaluate(
            model.Transform(data.Test(ml, prompting, fewShot)),
            new() { PresentCategoriesColumnName = nameof(ObjectRow.PresentCategories) }));
    }

    // The full method: the library's defaults except for these settings.
    private static SegSamOptions Full(AblationSettings settings) => new()
    {
        BoxColumnName = nameof(ObjectRow.Box),
        PointsColumnName = nameof(ObjectRow.Points),
        PointLabelsColumnName = nameof(ObjectRow.PointLabels),
        ImageIdColumnName = nameof(ObjectRow.ImageId),
        PresentCategoriesColumnName = nameof(ObjectRow.PresentCategories),
        InteractiveRounds = 0, // the test uses single prompts, so no correction rounds are trained
        Epochs = settings.Epochs,
    };
}
