using System.Diagnostics;
using Med2D.Scoring;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;
using SampleKit;

namespace Med2D.Training;

/// <summary>Trains a form of the library for a given time: measures the speed of a step, then chooses the number of epochs.</summary>
internal sealed class LibraryTraining(
    RunSettings settings, TrainingData data, string folder, string? checkpoint, Messages messages, CancellationToken cancel)
{
    private const string Everything = "all", StateFile = "training.state", ModelFile = "model.zip";
    private const int ProbeImages = 24;
    private const double Tolerated = 1.05; // how far the chosen passes may exceed the minutes
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(20);

    private readonly SegSamOptions _options = Forms.Options(settings, checkpoint);

    /// <summary>Begins or continues the run; its state stays in the folder until it is finished.</summary>
    /// <exception cref="StoppedException">Canceled.</exception>
    public RunRecord Run()
    {
        var record = RunRecord.Find(folder, settings) ?? Plan();
        if (record.Finished is not null)
            return record;
        record.Save(folder);
        var (before, state) = (record.Work, Path.Combine(folder, StateFile));
        var (clock, cpu, loss) = (Stopwatch.StartNew(), CpuSeconds(), 0.0);
        var toDo = record.Epochs * StepsPerEpoch - before.Steps;
        var (left, since) = (TimeSpan.FromSeconds(record.SecondsPerStep ?? 0) * toDo, TimeSpan.Zero);
        using var timer = new Timer(_ => ShowTimeLeft(), null, BetweenLines, BetweenLines); // an epoch may take long
        var ml = Context();
        using var model = Fit(ml, data, _options with
        {
            Epochs = record.Epochs,
            StateFile = state,
            CancellationToken = cancel,
            Progress = new InlineProgress<TrainingProgress>(done =>
            {
                (loss, left, since) = (done.Loss, done.TimeLeft, clock.Elapsed);
                record = record with { Device = done.Device, Work = WorkAfter(done.Epoch) };
                record.Save(folder);
                messages.Show(FormattableString.Invariant($"epoch {done.Epoch} of {done.Epochs}: loss {done.Loss:0.000}, ")
                    + $"{Messages.Text(done.TimeLeft)} left");
            }),
        });
        if (cancel.IsCancellationRequested && record.Work.Steps < record.Epochs * StepsPerEpoch)
        {
            (record with { Work = WorkAfter(record.Work.Steps / StepsPerEpoch) }).Save(folder);
            throw new StoppedException($"Stopped; the same command continues from {state}.");
        }

        var path = Path.Combine(folder, ModelFile);
        OutputFile.Write(path, partial => ml.Model.Save(model, data.Load(ml).Schema, partial));
        record = record with
        {
            Work = WorkAfter(record.Epochs),
            Finished = DateTimeOffset.UtcNow,
            Models = new Dictionary<string, TrainedModel>
            {
                [Everything] = new(ModelFile, Digests.OfFile(path), WorkAfter(record.Epochs), loss, Parameters: null),
            },
        };
        record.Save(folder);
        File.Delete(state);
        return record;

        void ShowTimeLeft()
        {
            if (left > clock.Elapsed - since)
                messages.Show($"training, {Messages.Text(left - clock.Elapsed + since)} left");
        }

        // Times of this call come on top of those of earlier ones.
        Work WorkAfter(int epochs) => new((long)epochs * data.Images, epochs * StepsPerEpoch,
            before.WallSeconds + clock.Elapsed.TotalSeconds, before.CpuSeconds + CpuSeconds() - cpu);
    }

    public static double CpuSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private int StepsPerEpoch => (data.Images + _options.ImagesPerStep - 1) / _options.ImagesPerStep;

    private RunRecord Plan()
    {
        var models = new Dictionary<string, TrainedModel>();
        if (settings.Minutes is not { } minutes)
            return new(settings, settings.Epochs!.Value, SecondsPerStep: null, ProbeSeconds: 0, Work.None, models);
        var (clock, seconds) = (Stopwatch.StartNew(), SecondsPerStep());
        var fitting = minutes * 60 / (seconds * StepsPerEpoch);
        messages.Note(FormattableString.Invariant($"A step takes {seconds:0.00} s and a pass over {data.Images} images {StepsPerEpoch} ")
            + FormattableString.Invariant($"steps: {fitting:0.0} passes fit into {minutes} minutes."));
        return new(settings, Math.Max(1, (int)(fitting * Tolerated)), seconds, clock.Elapsed.TotalSeconds, Work.None, models);
    }

    // The second of two passes over a few images: the first one warms up.
    private double SecondsPerStep()
    {
        messages.Note("Measuring the speed of a step");
        var (sample, clock, times) = (data.Sample(ProbeImages), Stopwatch.StartNew(), new List<double>());
        using var model = Fit(Context(), sample, _options with
        {
            Epochs = 2,
            CancellationToken = cancel,
            Progress = new InlineProgress<TrainingProgress>(_ => times.Add(clock.Elapsed.TotalSeconds)),
        });
        cancel.ThrowIfCancellationRequested();
        return (times[1] - times[0]) / ((sample.Images + _options.ImagesPerStep - 1) / _options.ImagesPerStep);
    }

    private static SegSamTransformer Fit(MLContext ml, TrainingData rows, SegSamOptions options) =>
        ml.Transforms.SegSam(options).Fit(rows.Load(ml));

    private MLContext Context()
    {
        var ml = new MLContext(settings.Seed);
        ml.Log += (_, entry) =>
        {
            if (entry.Kind >= ChannelMessageKind.Warning)
                messages.Note(entry.RawMessage);
        };
        return ml;
    }
}
