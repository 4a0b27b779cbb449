using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training.Optimization;

/// <summary>AdamW in libtorch's fused kernels, on any device.</summary>
/// <remarks>TorchSharp does not bind these kernels; a constant TorchScript function calls them.</remarks>
internal sealed class TorchAdamW(double weightDecay, double clip) : IAdamWUpdate
{
    private const string Script = """
        def excess(gradients: List[Tensor], clip: Tensor) -> Tensor:
            norm = torch.norm(torch.stack(torch._foreach_norm(gradients)))
            return torch.clamp((norm + 1e-6) / float(clip), min=1.0).float()

        def adamw(weights: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], steps: List[Tensor],
                  numbers: Tensor, excess: Tensor) -> int:
            rate, decay, beta1, beta2, eps = [float(number) for number in numbers]
            torch._foreach_add_(steps, 1.0)
            torch._fused_adamw_(weights, gradients, means, squares, [], steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay,
                                eps=eps, amsgrad=False, maximize=False, grad_scale=excess)
            return 0

        """;

    private readonly jit.CompilationUnit _kernel = jit.compile(Script);

    public void Run(IReadOnlyList<WeightUpdate> updates)
    {
        var sums = updates.Select(update => (Update: update, Gradient: Sum(update))).ToList();
        // In tensors: TorchSharp would wrap numbers in objects that the garbage collector may free during the call (see Arithmetic).
        var excess = (Tensor)_kernel.invoke("excess", sums.Select(sum => sum.Gradient).ToArray(), tensor(clip, ScalarType.Float64));
        foreach (var group in sums.GroupBy(sum => sum.Update.LearningRate))
        {
            Tensor[] All(Func<WeightUpdate, Tensor> select) => [.. group.Select(sum => select(sum.Update))];
            var numbers = tensor(
                [group.Key, weightDecay, AdamWOptimizer.MeanDecay, AdamWOptimizer.SquareDecay, AdamWOptimizer.Epsilon], ScalarType.Float64);
            _kernel.invoke("adamw", All(update => update.Weight), group.Select(sum => sum.Gradient).ToArray(), All(update => update.Mean),
                All(update => update.Square), All(update => update.Steps), numbers, excess);
        }

        foreach (var update in updates)
            update.Cast?.copy_(update.Weight);
    }

    public void Dispose() => _kernel.Dispose();

    private static Tensor Sum(WeightUpdate update)
    {
        var sum = update.Gradients[0].to(update.Weight.dtype, copy: true); // the kernels scale it
        foreach (var other in update.Gradients.Skip(1))
            sum.add_(other, Arithmetic.Number(1));
        return sum;
    }
}
