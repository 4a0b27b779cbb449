using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>
/// Gradient clipping and AdamW in libtorch's fused kernels: several times faster than TorchSharp's AdamW, which makes about ten calls for
/// each weight.
/// </summary>
/// <remarks>TorchSharp does not bind these kernels; a constant TorchScript function calls them. β₁ = 0.9, β₂ = 0.999, ε = 1e-8.</remarks>
internal sealed class FusedAdamW : IDisposable
{
    private const string Script = """
        def excess(gradients: List[Tensor], clip: Tensor) -> Tensor:
            norm = torch.norm(torch.stack(torch._foreach_norm(gradients)))
            return torch.clamp((norm + 1e-6) / float(clip), min=1.0).float()

        def adamw(weights: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], steps: List[Tensor],
                  numbers: Tensor, excess: Tensor) -> int:
            rate, decay = float(numbers[0]), float(numbers[1])
            torch._foreach_add_(steps, 1.0)
            torch._fused_adamw_(weights, gradients, means, squares, [], steps, lr=rate, beta1=0.9, beta2=0.999, weight_decay=decay,
                                eps=1e-8, amsgrad=False, maximize=False, grad_scale=excess)
            return 0

        """;

    private readonly double _weightDecay, _clip;
    private readonly jit.CompilationUnit _kernel = jit.compile(Script);
    private readonly List<Moments> _states;
    private readonly IReadOnlyList<double> _rates;

    /// <param name="clip">Largest norm of the gradient over all weights.</param>
    /// <param name="rates">For each parameter, the factor of its learning rate; null for 1.</param>
    public FusedAdamW(IEnumerable<Parameter> parameters, double weightDecay, double clip, IReadOnlyList<double>? rates = null)
    {
        _weightDecay = weightDecay;
        _clip = clip;
        _states = [.. parameters.Select(parameter => new Moments(parameter))];
        _rates = rates ?? [.. _states.Select(_ => 1.0)];
    }

    /// <summary>Moments and step counts of each weight, by name; the optimizer owns them.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => _states.SelectMany((state, i) =>
        ((string, Tensor)[])[($"{i}.mean", state.Mean), ($"{i}.square", state.Square), ($"{i}.steps", state.Steps)]);

    /// <summary>Updates the weights that have a gradient; the others stay unchanged.</summary>
    /// <param name="gradients">In the order of the parameters; scaled in place if their norm is too large.</param>
    public void Step(Gradients gradients, double learningRate)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var touched = Enumerable.Range(0, _states.Count).Where(gradients.IsTouched).ToList();
        if (touched.Count == 0)
            return;
        // In tensors: TorchSharp would wrap numbers in objects that the garbage collector may free during the call (see Arithmetic).
        var clip = tensor(_clip, ScalarType.Float64);
        var excess = (Tensor)_kernel.invoke("excess", touched.Select(i => gradients.Buffers[i]).ToArray(), clip);
        foreach (var group in touched.GroupBy(i => _rates[i]))
        {
            Tensor[] All(Func<int, Tensor> select) => [.. group.Select(select)];
            var numbers = tensor([learningRate * group.Key, _weightDecay], ScalarType.Float64);
            _kernel.invoke("adamw", All(i => _states[i].Weight), All(i => gradients.Buffers[i]), All(i => _states[i].Mean),
                All(i => _states[i].Square), All(i => _states[i].Steps), numbers, excess);
        }
    }

    public void Dispose()
    {
        foreach (var state in _states)
            state.Dispose();
        _kernel.Dispose();
    }

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

/// <summary>Linear warm-up over the first twentieth of the updates, then half a cosine down to zero (our choice).</summary>
internal sealed class LearningRateSchedule(double highest, long updates)
{
    private readonly long _warmUp = Math.Max(1, updates / 20);

    /// <param name="update">Counts from 0.</param>
    public double At(long update) => update < _warmUp ? highest * (update + 1) / _warmUp
        : highest * 0.5 * (1 + Math.Cos(Math.PI * (update - _warmUp) / Math.Max(1, updates - _warmUp)));
}
