using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>AdamW in libtorch's one fused kernel: several times faster than TorchSharp's, which makes about ten calls for each weight.</summary>
/// <remarks>TorchSharp does not bind the kernel; a constant TorchScript function reaches it. β₁ = 0.9, β₂ = 0.999, ε = 1e-8.</remarks>
internal sealed class FusedAdamW : IDisposable
{
    private const string Script = """
        def adamw(weights: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], steps: List[Tensor], rate: float, decay: float) -> int:
            torch._foreach_add_(steps, 1.0)
            torch._fused_adamw_(weights, gradients, means, squares, [], steps, lr=rate, beta1=0.9, beta2=0.999, weight_decay=decay, eps=1e-8, amsgrad=False, maximize=False)
            return 0

        """;

    private readonly double _weightDecay;
    private readonly jit.CompilationUnit _kernel = jit.compile(Script);
    private readonly List<State> _states;

    public FusedAdamW(IEnumerable<Parameter> parameters, double weightDecay)
    {
        _weightDecay = weightDecay;
        _states = [.. parameters.Select(parameter => new State(parameter))];
    }

    /// <summary>Updates the weights that have a gradient; the others stay exactly as they are.</summary>
    public void Step(double learningRate)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var moved = _states.Select(state => (State: state, Gradient: state.Weight.grad)).Where(pair => pair.Gradient is not null).ToList();
        if (moved.Count == 0)
            return;
        _kernel.invoke("adamw",
            moved.Select(pair => (Tensor)pair.State.Weight).ToArray(), moved.Select(pair => pair.Gradient!).ToArray(),
            moved.Select(pair => pair.State.Mean).ToArray(), moved.Select(pair => pair.State.Square).ToArray(),
            moved.Select(pair => pair.State.Steps).ToArray(), learningRate, _weightDecay);
    }

    public void Dispose()
    {
        foreach (var state in _states)
            state.Dispose();
        _kernel.Dispose();
    }

    private sealed record State(Parameter Weight) : IDisposable
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
