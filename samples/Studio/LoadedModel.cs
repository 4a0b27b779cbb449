using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;
using SampleKit;
using SampleKit.Messages;

namespace Studio;

/// <summary>A loaded model, and what the page needs to know about it.</summary>
/// <param name="Predictor">The model.</param>
/// <param name="Name">Its display name.</param>
/// <param name="HasNames">False if its categories and scores have no meaning.</param>
/// <param name="Thresholds">The default settings of "segment everything".</param>
internal sealed record LoadedModel(SegSamPredictor Predictor, string Name, bool HasNames, SegSamMaskGeneratorOptions Thresholds)
    : IDisposable
{
    // Small models predict a far lower IoU for their masks than SAM does.
    private static readonly SegSamMaskGeneratorOptions Modest = new()
    {
        PointsPerSide = 24,
        PredIouThreshold = 0.4,
        StabilityScoreThreshold = 0.5,
        BoxNmsThreshold = 0.5,
    };

    /// <summary>Why the model supports neither points nor "segment everything"; null if it does.</summary>
    public string? NoPoints { get; } = WhyNot(Predictor);

    /// <summary>The names of its categories; none if they have no meaning.</summary>
    public IReadOnlyList<string> Categories => HasNames ? Predictor.Categories : [];

    /// <summary>Loads the model that the command line names, or the one that comes with the samples.</summary>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or contains something else.</exception>
    public static LoadedModel From(StudioOptions options)
    {
        if (options.Checkpoint is { } weights)
            return new(SegSamPredictor.FromCheckpoint(weights), Path.GetFileName(weights), HasNames: false, new());
        var model = ShippedModel.FileOf(options.Model ?? ShippedModel.Name);
        return new(SegSamPredictor.Load(model), Path.GetFileName(model), HasNames: true, Modest);
    }

    public void Dispose() => Predictor.Dispose();

    private static string? WhyNot(SegSamPredictor predictor)
    {
        try
        {
            _ = new SegSamMaskGenerator(predictor);
            return null;
        }
        catch (ArgumentException problem)
        {
            return FailureText.Of(problem);
        }
    }
}
