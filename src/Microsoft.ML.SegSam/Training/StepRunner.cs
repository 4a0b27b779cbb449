using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Training.Data;
using Microsoft.ML.SegSam.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>
/// Updates the weights, step by step. Each group of images is split into micro-batches, one per thread, whose gradients are added in a
/// fixed order: runs repeat exactly.
/// </summary>
internal sealed class StepRunner : IDisposable
{
    private const double Divergence = 1000; // times the first loss: a loss that goes up that far does not come back (our choice)
    private readonly SegSamNetwork _network;
    private readonly TrainingSettings _settings;
    private readonly TrainingSet _set;
    private readonly VisualEmbeddings _visuals;
    private readonly Device _device;
    private readonly TorchWorkers _workers;
    private readonly Gradients[] _gradients; // one per thread
    private readonly TrainedWeights _trained;
    private readonly AdamWOptimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private double? _firstLoss; // of this Fit

    /// <param name="network">The parameters that require gradients are trained.</param>
    public StepRunner(SegSamNetwork network, TrainingSettings settings, TrainingSet set, VisualEmbeddings visuals, Device device)
    {
        _network = network;
        _settings = settings;
        _set = set;
        _visuals = visuals;
        _device = device;
        // Threads may share weights, which only the optimizer changes, but not the running statistics of batch norms in training.
        var isParallel = device.type == DeviceType.CPU
            && (settings.EncoderTraining != EncoderTraining.Full || !network.ImageEncoder.named_buffers().Any());
        var threads = get_num_threads();
        _workers = new(isParallel ? Math.Min(settings.ImagesPerStep, threads) : 1);
        var named = network.named_parameters().Where(item => item.parameter.requires_grad).ToList();
        var isLowered = settings is { UsesBFloat16: true, IsFrozen: false };
        _trained = new(named.ConvertAll(item => item.parameter), isLowered ? network.ImageEncoder.OfProducts() : null);
        _gradients = [.. Enumerable.Range(0, _workers.Count).Select(_ => new Gradients(_trained))];
        try
        {
            _optimizer = new(_trained, settings.WeightDecay, settings.GradientClip, threads,
                named.ConvertAll(item => SegSamNetwork.IsOfStages(item.name) ? settings.EncoderRate : 1));
        }
        catch // such as no memory for the moments: the network's weights must not keep copies
        {
            _workers.Dispose();
            _trained.Dispose();
            throw;
        }

        StepsPerEpoch = (int)Math.Ceiling(set.ImageCount / ((double)settings.ImagesPerStep * settings.AccumulateSteps));
        _schedule = new(settings.LearningRate, (long)StepsPerEpoch * settings.Epochs * (1 + settings.Rounds));
    }

    public int StepsPerEpoch { get; }

    public int Threads => _workers.Count;

    /// <summary>Moments and step counts of each weight, by name.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => _optimizer.State;

    /// <summary>To be called when the weights have changed other than by steps.</summary>
    public void Refresh() => _trained.Refresh();

    /// <summary>
    /// One step: adds the gradients of all groups, with one group's activations in memory at a time, then updates the weights; once per
    /// round.
    /// </summary>
    /// <param name="groups">For each group of images its micro-batches, one per thread.</param>
    /// <param name="position">Counts the step and its updates.</param>
    /// <exception cref="InvalidOperationException">The loss diverges.</exception>
    public void Run(MicroBatchData[][] groups, RunPosition position)
    {
        var prompts = groups.Sum(group => group.Sum(data => data.Batch.Objects.Count));
        MicroBatch[][] batches = [.. groups.Select(group => (MicroBatch[])[.. group.Select(data =>
            new MicroBatch(_network, _settings, _visuals, _device, _set, data, (double)data.Batch.Objects.Count / prompts))])];
        var all = batches.SelectMany(group => group).ToList();
        try
        {
            for (var round = 0; round <= _settings.Rounds; round++)
            {
                foreach (var group in batches)
                    _workers.Run(group.Length, i => group[i].Compute(round, _gradients[i]));
                var loss = all.Sum(batch => batch.Loss);
                Update(loss, position.Updates);
                position.AddUpdate(loss, all.Select(batch => batch.LossParts), prompts);
            }

            position.EndStep(all.Sum(batch => batch.DroppedOthers));
        }
        finally
        {
            all.ForEach(batch => batch.Dispose());
        }
    }

    public void Dispose()
    {
        _workers.Dispose();
        _optimizer.Dispose();
        foreach (var gradients in _gradients)
            gradients.Dispose();
        _trained.Dispose();
    }

    private void Update(double loss, long updatesBefore)
    {
        _firstLoss ??= loss;
        if (!(loss <= Divergence * Math.Max(1, _firstLoss.Value))) // also where it is NaN
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"Training diverges: the loss is {loss:0.###e+0} at step {updatesBefore} and was {_firstLoss:0.###} in the first. ")
                + FormattableString.Invariant(
                    $"No model is made; a lower {nameof(SegSamOptions.LearningRate)} than {_settings.LearningRate} may help."));
        }

        _optimizer.Step(_gradients, _schedule.At(updatesBefore));
        _workers.Run(_gradients.Length, i => _gradients[i].Clear()); // by the thread that made them, as TorchSharp counts tensors
    }
}
