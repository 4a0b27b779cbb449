using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Moves the weights, step by step. The images of a group are shared out to a few threads, and their gradients added in a fixed order: runs repeat exactly.</summary>
internal sealed class StepRunner : IDisposable
{
    private const double Divergence = 1000; // times the first loss: nothing that learns goes up that far (our choice)
    private readonly SegSamNetwork _network;
    private readonly SegSamOptions _options;
    private readonly TrainingSet _set;
    private readonly VisualEmbeddings _visuals;
    private readonly Device _device;
    private readonly TorchWorkers _workers;
    private readonly Gradients[] _gradients; // of each thread
    private readonly FusedAdamW _optimizer;
    private readonly LearningRateSchedule _schedule;
    private double? _firstLoss; // of this run

    /// <param name="network">What of it requires gradients is trained.</param>
    public StepRunner(SegSamNetwork network, SegSamOptions options, TrainingSet set, VisualEmbeddings visuals, Device device)
    {
        (_network, _options, _set, _visuals, _device) = (network, options, set, visuals, device);
        // Threads may share weights, which only the optimizer changes, but not the running statistics of batch norms in training.
        var sideBySide = device.type == DeviceType.CPU
            && (options.EncoderTraining != EncoderTraining.Full || !network.ImageEncoder.named_buffers().Any());
        _workers = new(sideBySide ? Math.Min(options.ImagesPerStep, get_num_threads()) : 1);
        var trained = network.parameters().Where(parameter => parameter.requires_grad).ToList();
        _gradients = [.. Enumerable.Range(0, _workers.Count).Select(_ => new Gradients(trained))];
        _optimizer = new(trained, options.WeightDecay, options.GradientClip);
        StepsPerEpoch = (int)Math.Ceiling(set.ImageCount / ((double)options.ImagesPerStep * options.AccumulateSteps));
        _schedule = new(options.HighestRate, (long)StepsPerEpoch * options.Epochs * (1 + options.Rounds), options.LearningRateDecay);
    }

    public int StepsPerEpoch { get; }

    public int Threads => _workers.Count;

    /// <summary>Updates of the weights so far, correction rounds included.</summary>
    public long Updates { get; set; }

    /// <summary>See <see cref="Trainer.DroppedOthers"/>.</summary>
    public long DroppedOthers { get; set; }

    /// <summary>Of the epoch that runs.</summary>
    public EpochRecord Epoch { get; } = new();

    /// <summary>Moments and step counts of each weight, by name.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => _optimizer.State;

    /// <summary>One step: all groups' gradients are added, one group's activations in memory at a time, then the weights move; once for each round.</summary>
    /// <param name="groups">For each group of images what each thread does of it.</param>
    /// <exception cref="InvalidOperationException">The loss diverges.</exception>
    public void Run(StepPiece[][] groups)
    {
        var count = groups.Sum(group => group.Sum(piece => piece.Batch.Objects.Count));
        TrainingPiece[][] pieces = [.. groups.Select(group => (TrainingPiece[])[.. group.Select(read =>
            new TrainingPiece(_network, _options, _visuals, _device, _set, read, (double)read.Batch.Objects.Count / count))])];
        var all = pieces.SelectMany(group => group).ToList();
        try
        {
            for (var round = 0; round <= _options.Rounds; round++)
            {
                foreach (var group in pieces)
                    _workers.Run(group.Length, i => group[i].Compute(round, _gradients[i]));
                Update(all.Sum(piece => piece.Loss));
                Epoch.Add(all.Sum(piece => piece.Loss), all.Select(piece => piece.LossParts), count);
            }

            DroppedOthers += all.Sum(piece => piece.DroppedOthers);
        }
        finally
        {
            all.ForEach(piece => piece.Dispose());
        }
    }

    /// <summary>Where the run is after so many epochs and steps.</summary>
    /// <param name="before">Knows the best epoch.</param>
    public TrainingPosition At(int epochs, int done, TrainingPosition before) =>
        before with { Epochs = epochs, Steps = done, Updates = Updates, DroppedOthers = DroppedOthers, Losses = Epoch.Sums };

    public void Dispose()
    {
        _workers.Dispose();
        _optimizer.Dispose();
        foreach (var one in _gradients)
            one.Dispose();
    }

    private void Update(double loss)
    {
        _firstLoss ??= loss;
        if (!(loss <= Divergence * Math.Max(1, _firstLoss.Value)))
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"Training diverges: the loss is {loss:0.###e+0} at step {Updates} and was {_firstLoss:0.###} in the first. No model is made; a lower {nameof(SegSamOptions.LearningRate)} than {_options.HighestRate} may help."));
        }

        foreach (var more in _gradients[1..])
            _gradients[0].Add(more);
        _optimizer.Step(_gradients[0], _schedule.At(Updates++));
        foreach (var one in _gradients)
            one.Clear();
    }
}
