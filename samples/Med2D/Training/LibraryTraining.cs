using System.Diagnostics;
using Med2D.Scoring;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Options;
using SampleKit;
using TorchSharp;

namespace Med2D.Training;

/// <summary>
/// Trains a form of the library for a given processor time: measures the speed of a step, then chooses the number of epochs.
/// </summary>
internal sealed class LibraryTraining : IDisposable
{
    private const string Everything = "all", StateFile = "training.state", ModelFile = "model.zip";
    private const int ProbeImages = 24;
    private const double Tolerated = 1.05; // how far the chosen passes may exceed the minutes
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(20);

    private readonly RunSettings _settings;
    private readonly TrainingData _data;
    private readonly string _folder;
    private readonly Messages _messages;
    private readonly CancellationToken _cancel;
    private readonly OnnxTextEmbedder? _embedder;
    private readonly IReadOnlyDictionary<string, string>? _descriptions;
    private readonly SegSamOptions _options;

    /// <param name="checkpoint">The file of weights to start from; null for none.</param>
    public LibraryTraining(
        RunSettings settings, TrainingData data, string folder, string? checkpoint, Messages messages, CancellationToken cancel)
    {
        (_settings, _data, _folder, _messages, _cancel) = (settings, data, folder, messages, cancel);
        if (settings.Texts is { } texts)
        {
            _embedder = CategoryTexts.Open(Forms.Parse<Embedder>(settings.Embedder!)!.Value);
            _descriptions = CategoryTexts.Descriptions(
                Forms.Parse<Texts>(texts)!.Value, data.Rows.Select(row => row.Category), settings.Seed);
        }

        _options = Forms.Options(settings, checkpoint, _embedder);
    }

    public void Dispose() => _embedder?.Dispose();

    /// <summary>Begins or continues the run; its state stays in the _folder until it is finished.</summary>
    /// <exception cref="StoppedException">Canceled.</exception>
    public RunRecord Run()
    {
        var record = RunRecord.Find(_folder, _settings) ?? Plan();
        if (record.Finished is not null)
            return record;
        record.Save(_folder);
        var (before, state) = (record.Work, Path.Combine(_folder, StateFile));
        var (clock, cpu, loss) = (Stopwatch.StartNew(), CpuSeconds(), 0.0);
        var toDo = record.Epochs * StepsPerEpoch - before.Steps;
        var (left, since) = (TimeSpan.FromSeconds(record.SecondsPerStep ?? 0) * toDo / torch.get_num_threads(), TimeSpan.Zero);
        using var timer = new Timer(_ => ShowTimeLeft(), null, BetweenLines, BetweenLines); // an epoch may take long
        var ml = Context();
        using var model = Fit(ml, _data, _options with
        {
            Epochs = record.Epochs,
            StateFile = state,
            CancellationToken = _cancel,
            Progress = new InlineProgress<TrainingProgress>(done =>
            {
                (loss, left, since) = (done.Loss, done.TimeLeft, clock.Elapsed);
                record = record with { Device = done.Device, Work = WorkAfter(done.Epoch) };
                record.Save(_folder);
                _messages.Show(FormattableString.Invariant($"epoch {done.Epoch} of {done.Epochs}: loss {done.Loss:0.000}, ")
                    + $"{Messages.Text(done.TimeLeft)} left");
            }),
        });
        if (_cancel.IsCancellationRequested && record.Work.Steps < record.Epochs * StepsPerEpoch)
        {
            (record with { Work = WorkAfter(record.Work.Steps / StepsPerEpoch) }).Save(_folder);
            throw new StoppedException($"Stopped; the same command continues from {state}.");
        }

        var path = Path.Combine(_folder, ModelFile);
        model.Save(path, _settings.HalfPrecision);
        record = record with
        {
            Work = WorkAfter(record.Epochs),
            Finished = DateTimeOffset.UtcNow,
            Models = new Dictionary<string, TrainedModel>
            {
                [Everything] = new(ModelFile, Digests.OfFile(path), WorkAfter(record.Epochs), loss, Parameters: null),
            },
        };
        record.Save(_folder);
        File.Delete(state);
        return record;

        void ShowTimeLeft()
        {
            if (left > clock.Elapsed - since)
                _messages.Show($"training, {Messages.Text(left - clock.Elapsed + since)} left");
        }

        // Times of this call come on top of those of earlier ones.
        Work WorkAfter(int epochs) => new((long)epochs * _data.Images, epochs * StepsPerEpoch,
            before.WallSeconds + clock.Elapsed.TotalSeconds, before.CpuSeconds + CpuSeconds() - cpu);
    }

    public static double CpuSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private int StepsPerEpoch => (_data.Images + _options.ImagesPerStep - 1) / _options.ImagesPerStep;

    private RunRecord Plan()
    {
        var models = new Dictionary<string, TrainedModel>();
        if (_settings.Minutes is not { } minutes)
            return new(_settings, _settings.Epochs!.Value, SecondsPerStep: null, ProbeSeconds: 0, Work.None, models);
        var (clock, seconds) = (Stopwatch.StartNew(), SecondsPerStep());
        var fitting = minutes * 60 / (seconds * StepsPerEpoch);
        _messages.Note(FormattableString.Invariant($"A step takes {seconds:0.00} s of processor time and a pass over {_data.Images} images ")
            + FormattableString.Invariant($"{StepsPerEpoch} steps: {fitting:0.0} passes fit into {minutes} minutes."));
        return new(_settings, Math.Max(1, (int)(fitting * Tolerated)), seconds, clock.Elapsed.TotalSeconds, Work.None, models);
    }

    // Processor time, which other programs do not slow down. The second of two passes over a few images: the first one warms up.
    private double SecondsPerStep()
    {
        _messages.Note("Measuring the speed of a step");
        var (sample, times) = (_data.Sample(ProbeImages), new List<double>());
        using var model = Fit(Context(), sample, _options with
        {
            Epochs = 2,
            CancellationToken = _cancel,
            Progress = new InlineProgress<TrainingProgress>(_ => times.Add(CpuSeconds())),
        });
        _cancel.ThrowIfCancellationRequested();
        return (times[1] - times[0]) / ((sample.Images + _options.ImagesPerStep - 1) / _options.ImagesPerStep);
    }

    private SegSamTransformer Fit(MLContext ml, TrainingData rows, SegSamOptions options) =>
        ml.Transforms.SegSam(options).Fit(rows.Load(ml, _descriptions));

    private MLContext Context()
    {
        var ml = new MLContext(_settings.Seed);
        ml.Log += (_, entry) =>
        {
            if (entry.Kind >= ChannelMessageKind.Warning)
                _messages.Note(entry.RawMessage);
        };
        return ml;
    }
}
