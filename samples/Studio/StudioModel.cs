using Microsoft.ML.SegSam.Options;
using SampleKit;

namespace Studio;

/// <summary>The status of the model.</summary>
/// <param name="Phase">"training", "ready" or "failed".</param>
/// <param name="Message">For people.</param>
/// <param name="Done">Part of the training done, 0 to 1.</param>
/// <param name="SecondsLeft">Null if unknown.</param>
internal sealed record ModelStatus(string Phase, string Message, double Done, double? SecondsLeft);

/// <summary>The model that all clients share: loaded before the server starts, or trained in the background.</summary>
/// <param name="given">Null: the phantom model, from the cache or trained.</param>
/// <param name="training">How to train the phantom model.</param>
/// <param name="cache">Folder that keeps the phantom model.</param>
/// <param name="output">Receives the progress.</param>
internal sealed class StudioModel(LoadedModel? given, PhantomTraining training, string cache, TextWriter output) : BackgroundService
{
    private volatile LoadedModel? _loaded = given;

    public ModelStatus Status { get; private set; } = given is null
        ? new("training", "Looking for the phantom model", 0, null) : Ready;

    private static ModelStatus Ready => new("ready", "Ready", 1, 0);

    /// <summary>The model.</summary>
    /// <exception cref="ProblemException">There is no model yet.</exception>
    public LoadedModel Loaded => _loaded ?? throw new ProblemException(StatusCodes.Status503ServiceUnavailable,
        Status.Phase == "failed" ? Status.Message : "The model is still being trained; try again when it is ready.");

    /// <summary>The model, or null if there is none yet.</summary>
    public LoadedModel? LoadedOrNull => _loaded;

    public override void Dispose()
    {
        _loaded?.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _loaded is not null ? Task.CompletedTask : Task.Run(() => Make(stoppingToken), stoppingToken);

    private void Make(CancellationToken cancel)
    {
        var path = Path.Combine(cache, training.FileName);
        try
        {
            Directory.CreateDirectory(cache);
            _loaded = FromCache(path) ?? Train(path, cancel);
            Status = Ready;
            output.WriteLine($"The phantom model is ready ({path}).");
        }
        catch (OperationCanceledException)
        {
            output.WriteLine("Training stopped; the next start continues from here.");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException)
        {
            Status = new("failed", $"The phantom model cannot be trained: {wrong.Message} Fix this and restart, "
                + "or start with --model FILE.", 0, null);
            output.WriteLine(Status.Message);
        }
    }

    private LoadedModel? FromCache(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return Load(path);
        }
        catch (InvalidDataException wrong)
        {
            output.WriteLine($"{wrong.Message} Training a new one.");
            return null;
        }
    }

    private LoadedModel Train(string path, CancellationToken cancel)
    {
        output.WriteLine($"First start: training a model on {training.Slices} synthetic slices for {training.Epochs} epochs. "
            + "Ctrl-C keeps the progress.");
        Status = new("training", $"Training on {training.Slices} synthetic slices", 0, null);
        training.Run(path, new InlineProgress<TrainingProgress>(Report), cancel);
        return Load(path);
    }

    private void Report(TrainingProgress progress)
    {
        var seconds = Math.Round(progress.TimeLeft.TotalSeconds);
        var message = $"Training on {training.Slices} synthetic slices: epoch {progress.Epoch} of {progress.Epochs}";
        Status = new("training", message, (double)progress.Epoch / progress.Epochs, seconds);
        output.WriteLine(FormattableString.Invariant(
            $"Epoch {progress.Epoch}/{progress.Epochs}: loss {progress.Loss:0.000}, {seconds} s left"));
    }

    private static LoadedModel Load(string path) => LoadedModel.FromZip(path, "Phantom model");
}
