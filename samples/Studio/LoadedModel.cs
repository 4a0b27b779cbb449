using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;

namespace Studio;

/// <summary>A model ready for questions, and what the page must know of it.</summary>
/// <param name="Predictor">The model.</param>
/// <param name="Name">What to call it.</param>
/// <param name="HasNames">False where its categories and scores mean nothing.</param>
/// <param name="Thresholds">What "segment everything" keeps by default.</param>
internal sealed record LoadedModel(SegSamPredictor Predictor, string Name, bool HasNames, SegSamMaskGeneratorOptions Thresholds) : IDisposable
{
    // Small models rate their masks far lower than SAM does.
    private static readonly SegSamMaskGeneratorOptions Modest = new()
    {
        PointsPerSide = 24,
        PredIouThreshold = 0.55,
        StabilityScoreThreshold = 0.7,
        BoxNmsThreshold = 0.5,
    };

    /// <summary>Why the model can't segment everything, and knows no clicks; null where it can.</summary>
    public string? NoClicks { get; } = WhyNot(Predictor);

    /// <summary>Loads the model that the command line names; null where it names none.</summary>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or something else.</exception>
    public static LoadedModel? From(StudioOptions options)
    {
        if (options.Model is { } model)
            return FromZip(model, Path.GetFileName(model));
        return options.Checkpoint is { } weights
            ? new(SegSamPredictor.FromCheckpoint(weights), Path.GetFileName(weights), HasNames: false, new()) : null;
    }

    /// <inheritdoc cref="From"/>
    public static LoadedModel FromZip(string path, string name) => new(SegSamPredictor.Load(path), name, HasNames: true, Modest);

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
            return problem.Message;
        }
    }
}
