using Microsoft.ML.SegSam.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training.Optimization;

/// <summary>Gradient clipping and AdamW (Loshchilov, Hutter 2019): β₁ = 0.9, β₂ = 0.999, ε = 1e-8.</summary>
/// <remarks>
/// Several times faster than TorchSharp's AdamW, which makes about ten calls for each weight: float32 weights on processors with vectors
/// are updated by <see cref="VectorAdamW"/>, all others by libtorch's fused kernels.
/// </remarks>
internal sealed class AdamWOptimizer : IDisposable
{
    public const double MeanDecay = 0.9, SquareDecay = 0.999, Epsilon = 1e-8;

    private readonly TrainedWeights _trained;
    private readonly List<Moments> _states;
    private readonly IReadOnlyList<double> _rates;
    private readonly IAdamWUpdate _update;

    /// <param name="clip">Largest norm of the gradient over all weights.</param>
    /// <param name="threads">How many threads may share an update.</param>
    /// <param name="rates">For each weight, the factor of its learning rate; null for 1.</param>
    public AdamWOptimizer(TrainedWeights trained, double weightDecay, double clip, int threads, IReadOnlyList<double>? rates = null)
        : this(trained, rates, IsInVectors(trained) ? new VectorAdamW(weightDecay, clip, threads) : new TorchAdamW(weightDecay, clip))
    {
    }

    /// <param name="update">Disposed of with this.</param>
    internal AdamWOptimizer(TrainedWeights trained, IReadOnlyList<double>? rates, IAdamWUpdate update)
    {
        _trained = trained;
        _states = [.. trained.Weights.Select(weight => new Moments(weight))];
        _rates = rates ?? [.. _states.Select(_ => 1.0)];
        _update = update;
    }

    /// <summary>Moments and step counts of each weight, by name; the optimizer owns them.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => _states.SelectMany((state, i) =>
        ((string, Tensor)[])[($"{i}.mean", state.Mean), ($"{i}.square", state.Square), ($"{i}.steps", state.Steps)]);

    /// <summary>Updates the weights that have a gradient, and their copies; the others stay unchanged.</summary>
    /// <param name="parts">Of the trained weights: what is added up, in this order.</param>
    public void Step(IReadOnlyList<Gradients> parts, double learningRate)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        List<WeightUpdate> updates = [];
        for (var i = 0; i < _states.Count; i++)
        {
            Tensor[] gradients = [.. parts.SelectMany(part => part.Of(i))];
            if (gradients.Length == 0)
                continue;
            var state = _states[i];
            updates.Add(new(state.Weight, _trained.Casts[i], gradients, state.Mean, state.Square, state.Steps, learningRate * _rates[i]));
        }

        if (updates.Count > 0)
            _update.Run(updates);
    }

    public void Dispose()
    {
        _update.Dispose();
        foreach (var state in _states)
            state.Dispose();
    }

    private static bool IsInVectors(TrainedWeights trained) => Processor.HasVectors && trained.Weights.All(weight =>
        weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32 && weight.is_contiguous()
        && weight.numel() <= VectorAdamW.MostNumbers);

    private sealed record Moments(Parameter Weight) : IDisposable
    {
        public Tensor Mean { get; } = zeros_like(Weight).requires_grad_(false).DetachFromDisposeScope();

        public Tensor Square { get; } = zeros_like(Weight).requires_grad_(false).DetachFromDisposeScope();

        public Tensor Steps { get; } = zeros([], ScalarType.Float32, Weight.device).DetachFromDisposeScope();

        public void Dispose()
        {
            Mean.Dispose();
            Square.Dispose();
            Steps.Dispose();
        }
    }
}

/// <summary>How the numbers of an update are computed.</summary>
internal interface IAdamWUpdate : IDisposable
{
    public void Run(IReadOnlyList<WeightUpdate> updates);
}

/// <summary>What changes one weight.</summary>
/// <param name="Cast">The weight in bfloat16; null: there is none.</param>
/// <param name="Gradients">At least one; contiguous.</param>
/// <param name="Steps">Of this weight so far: a single number, to which the update adds the present one.</param>
internal sealed record WeightUpdate(
    Tensor Weight, Tensor? Cast, IReadOnlyList<Tensor> Gradients, Tensor Mean, Tensor Square, Tensor Steps, double LearningRate);
