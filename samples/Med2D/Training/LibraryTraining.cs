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
    private const string Everything = "all", ModelFile = "model.zip";
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
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly double _cpuBefore = CpuSeconds();
    private RunRecord? _record;
    private Work _before = Work.None;
    private double _loss;
    private TimeSpan _left, _since;

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

    /// <summary>Begins or continues the run; what it needs for that stays in the folder until it is finished.</summary>
    /// <exception cref="StoppedException">Canceled.</exception>
    public RunRecord Run()
    {
        _record = RunRecord.Find(_folder, _settings) ?? Plan();
        if (_record.Finished is not null)
            return _record;
        _record.Save(_folder);
        _before = _record.Work;
        var toDo = _record.Epochs * StepsPerEpoch - _before.Steps;
        _left = TimeSpan.FromSeconds(_record.SecondsPerStep ?? 0) * toDo / torch.get_num_threads();
        using var timer = new Timer(_ => ShowTimeLeft(), null, BetweenLines, BetweenLines); // an epoch may take long
        var stages = Stage.Parse(_settings.Stages) ?? [new(_settings.Input, _record.Epochs)];
        var (options, epochsBefore, last) = (_options, 0, stages.Count - 1);
        foreach (var (i, stage) in stages.Take(last).Index())
        {
            var path = Path.Combine(_folder, FormattableString.Invariant($"stage-{i + 1}.zip"));
            if (!File.Exists(path))
            {
                using var model = Train(stage, options, epochsBefore, StateOf(i));
                model.Save(path);
                File.Delete(StateOf(i));
            }

            (options, epochsBefore) = (Forms.Further(_options, path), epochsBefore + stage.Epochs);
        }

        using (var model = Train(stages[last], options, epochsBefore, StateOf(last)))
        {
            var path = Path.Combine(_folder, ModelFile);
            model.Save(path, _settings.HalfPrecision);
            var trained = new TrainedModel(ModelFile, Digests.OfFile(path), WorkAfter(_record.Epochs), _loss, model.Info.Parameters);
            _record = _record with
            {
                Work = trained.Work,
                Finished = DateTimeOffset.UtcNow,
                Models = new Dictionary<string, TrainedModel> { [Everything] = trained },
            };
        }

        _record.Save(_folder);
        foreach (var file in Directory.GetFiles(_folder, "stage-*.zip").Append(StateOf(last)))
            File.Delete(file);
        return _record;
    }

    private SegSamTransformer Train(Stage stage, SegSamOptions options, int epochsBefore, string state)
    {
        var model = Fit(Context(), _data, options with
        {
            InputSize = stage.Input,
            Epochs = stage.Epochs,
            StateFile = state,
            CancellationToken = _cancel,
            Progress = new InlineProgress<TrainingProgress>(done =>
            {
                (_loss, _left, _since) = (done.Loss, done.TimeLeft, _clock.Elapsed);
                _record = _record! with { Device = done.Device, Work = WorkAfter(epochsBefore + done.Epoch) };
                _record.Save(_folder);
                _messages.Show(FormattableString.Invariant($"epoch {epochsBefore + done.Epoch} of {_record.Epochs}: ")
                    + FormattableString.Invariant($"loss {done.Loss:0.000}, {Messages.Text(done.TimeLeft)} left"));
            }),
        });
        if (!_cancel.IsCancellationRequested || _record!.Work.Steps >= (epochsBefore + stage.Epochs) * StepsPerEpoch)
            return model;
        model.Dispose();
        (_record with { Work = WorkAfter(_record.Work.Steps / StepsPerEpoch) }).Save(_folder);
        throw new StoppedException($"Stopped; the same command continues from {state}.");
    }

    private void ShowTimeLeft()
    {
        if (_left > _clock.Elapsed - _since)
            _messages.Show($"training, {Messages.Text(_left - _clock.Elapsed + _since)} left");
    }

    // Times of this call come on top of those of earlier ones.
    private Work WorkAfter(int epochs) => new((long)epochs * _data.Images, epochs * StepsPerEpoch,
        _before.WallSeconds + _clock.Elapsed.TotalSeconds, _before.CpuSeconds + CpuSeconds() - _cpuBefore);

    private string StateOf(int stage) =>
        Path.Combine(_folder, stage == 0 ? "training.state" : FormattableString.Invariant($"training-{stage + 1}.state"));

    public static double CpuSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private int StepsPerEpoch => (_data.Images + _options.ImagesPerStep - 1) / _options.ImagesPerStep;

    private RunRecord Plan()
    {
        var models = new Dictionary<string, TrainedModel>();
        if (_settings.Minutes is not { } minutes)
        {
            var epochs = Stage.Parse(_settings.Stages)?.Sum(stage => stage.Epochs) ?? _settings.Epochs!.Value;
            return new(_settings, epochs, SecondsPerStep: null, ProbeSeconds: 0, Work.None, models);
        }

        var (clock, seconds) = (Stopwatch.StartNew(), SecondsPerStep());
        var fitting = minutes * 60 / (seconds * StepsPerEpoch);
        _messages.Note(FormattableString.Invariant($"A step takes {seconds:0.00} s of processor time and a pass over {_data.Images} ")
            + FormattableString.Invariant($"images {StepsPerEpoch} steps: {fitting:0.0} passes fit into {minutes} minutes."));
        return new(_settings, Math.Max(1, (int)(fitting * Tolerated)), seconds, clock.Elapsed.TotalSeconds, Work.None, models);
    }

    // Processor time, which other programs do not slow down. The second of two passes over a few images: the first one warms up.
    private double SecondsPerStep()
    {
        _messages.Note("Measuring the speed of a step");
        var (sample, times) = (_data.Sample(ProbeImages), new List<double>());
        using var model = Fit(new MLContext(_settings.Seed), sample, _options with // without a log: the run will say the same
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
