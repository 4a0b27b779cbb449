using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.SegSam.Options;
using SampleKit;

namespace Ablation;

/// <summary>Trains and tests one variant with one seed.</summary>
internal static class Run
{
    /// <param name="state">File that keeps the state of the training, so that it can go on.</param>
    /// <exception cref="OperationCanceledException">Cancelled; what was trained is in the state file.</exception>
    public static RunResult Of(Variant variant, int seed, AblationData data, AblationSettings settings, string state, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(seed);
        var options = variant.Change(Full(settings) with
        {
            DescriptionColumnName = variant.Texts is Texts.Shuffled or Texts.Descriptions ? nameof(ObjectRow.Description) : null,
            Glossary = null, // names alone must stay names alone
            StateFile = state,
            SaveEverySteps = 50,
            CancellationToken = cancellation,
            Progress = new InlineProgress(progress => Console.Write(FormattableString.Invariant($"\r  {progress.Epoch}/{progress.Epochs}  loss {progress.Loss:0.000}  {progress.PromptsPerSecond:0} prompts/s   "))),
        });
        using var model = ml.Transforms.SegSam(options).Fit(data.Train(ml, variant.Texts));
        cancellation.ThrowIfCancellationRequested();
        Answer[] answers = [.. Enum.GetValues<Prompting>().Select(prompting => new Answer(prompting, Measure(prompting, fewShot: false), Measure(prompting, fewShot: true)))];
        return new(variant.Key, seed, settings.Recipe, clock.Elapsed.TotalSeconds, answers);

        Figures Measure(Prompting prompting, bool fewShot) =>
            Figures.Of(ml.Segmentation().Evaluate(model.Transform(data.Test(ml, prompting, fewShot)), presentCategoriesColumnName: nameof(ObjectRow.PresentCategories)));
    }

    // The full method; the library's defaults but for what is said here.
    private static SegSamOptions Full(AblationSettings settings) => new()
    {
        BoxColumnName = nameof(ObjectRow.Box),
        PointsColumnName = nameof(ObjectRow.Points),
        PointLabelsColumnName = nameof(ObjectRow.PointLabels),
        ImageIdColumnName = nameof(ObjectRow.ImageId),
        PresentCategoriesColumnName = nameof(ObjectRow.PresentCategories),
        InteractiveRounds = 0, // one answer is asked for: no round of corrections is trained
        Epochs = settings.Epochs,
    };
}
