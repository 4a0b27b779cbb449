using System.Collections.Concurrent;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>One model for all tests that only score; it takes every kind of prompt.</summary>
/// <remarks>
/// A file's "using static" of it comes after the namespace: before it, the namespace Microsoft.Shared of a package hides
/// <see cref="Shared"/>.
/// </remarks>
[TestClass]
public static class FittedModel
{
    public static MLContext Ml { get; } = new(seed: 1);

    private static readonly Lazy<SegSamTransformer> Fitted = new(() =>
        Ml.Transforms.SegSam(TinyData.Options("Box", "Points", "MaskPrompt")).Fit(TinyData.Load(Ml, TinyData.Rows(images: 3))));

    private static readonly Lazy<EncodedImage[]> Kept = new(() =>
        [.. TinyData.Rows(images: 2).DistinctBy(row => row.ImageId).Select(row => new SegSamPredictor(Shared).Encode(row.Image!))]);

    private static readonly ConcurrentQueue<SegSamModel> Models = new(); // made of the shared weights

    internal static SegSamTransformer Shared => Fitted.Value;

    /// <summary>The same weights with other columns or settings for scoring.</summary>
    internal static SegSamTransformer With(SegSamOptions options) => With(options, Shared.Model.Preprocessing);

    /// <summary>The same weights with another preprocessing than theirs.</summary>
    internal static SegSamTransformer With(SegSamOptions options, Preprocessing preprocessing) =>
        With(Shared.Model.Description with { Options = options, Preprocessing = preprocessing,
            Prompts = ModelDescription.PromptsOf(options, startsFromSam: options.Checkpoint is not null) });

    /// <summary>The same weights with another description than theirs.</summary>
    internal static SegSamTransformer With(ModelDescription description)
    {
        var model = new SegSamModel(description, Shared.Model.Network, TorchDevice.Choose(Ml));
        Models.Enqueue(model);
        return new(model);
    }

    internal static IDataView Load(IEnumerable<TinyRow> rows) => TinyData.Load(Ml, rows);

    internal static PredictionEngine<TinyQuestion, TinyAnswer> Engine() => EngineOf(Shared);

    internal static PredictionEngine<TinyQuestion, TinyAnswer> EngineOf(SegSamTransformer model) =>
        Ml.Model.CreatePredictionEngine<TinyQuestion, TinyAnswer>(model, new PredictionEngineOptions { OwnsTransformer = false });

    internal static TinyQuestion Ask(TinyRow row) => new()
    {
        Image = row.Image, Box = row.Box, Points = row.Points, PointLabels = row.PointLabels, MaskPrompt = row.MaskPrompt,
    };

    /// <summary>How many images were encoded and prompts decoded while something ran.</summary>
    internal static (long Images, long Prompts) WorkOf(Action run)
    {
        var (images, prompts) = WorkOfAll();
        run();
        var (imagesAfter, promptsAfter) = WorkOfAll();
        return (imagesAfter - images, promptsAfter - prompts);
    }

    /// <summary>
    /// The tensors of this thread that are alive. The shared model keeps some of the two images that it was asked about last: here these
    /// are always the same two, whatever tests ran before.
    /// </summary>
    internal static long CountLiveTensors()
    {
        var predictor = new SegSamPredictor(Shared);
        foreach (var image in Kept.Value)
            predictor.Predict(image, SegSamPrompt.Point(1, 1));
        return LiveTensors.Count;
    }

    private static (long Images, long Prompts) WorkOfAll()
    {
        SegSamModel[] models = [Shared.Model, .. Models];
        return (models.Sum(model => model.Work.Images), models.Sum(model => model.Work.Prompts));
    }

    public static void Free()
    {
        if (Fitted.IsValueCreated)
            Fitted.Value.Dispose();
    }
}
