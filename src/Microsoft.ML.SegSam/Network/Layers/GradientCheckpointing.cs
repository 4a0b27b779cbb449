using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Layers;

/// <summary>Gradient checkpointing: calls a module without keeping its activations; the backward pass computes them again.</summary>
/// <remarks>For modules without randomness or running statistics, which would otherwise see every input twice.</remarks>
internal sealed class GradientCheckpointing : autograd.SingleTensorFunction<GradientCheckpointing>
{
    private const string ModuleKey = "module", PrecisionKey = "precision";

    public override string Name => nameof(GradientCheckpointing);

    // The weights are inputs too, so that their gradients take the ordinary way through the graph and nothing is written into them.
    public static Tensor Call(Module<Tensor, Tensor> module, Tensor input) =>
        is_grad_enabled() ? apply([module, input, .. module.TrainedLeaves()]) : module.call(input);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (module, input) = ((Module<Tensor, Tensor>)arguments[0], (Tensor)arguments[1]);
        context.save_data(ModuleKey, module);
        context.save_data(PrecisionKey, MixedPrecision.IsBFloat16);
        context.save_for_backward([input]);
        using var scope = NewDisposeScope();
        return scope.Keep(Compute(module, input).Output.detach());
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var precision = MixedPrecision.Use((bool)context.get_data(PrecisionKey));
        var module = (Module<Tensor, Tensor>)context.get_data(ModuleKey);
        var (input, output) = Compute(module, context.get_saved_variables()[0]);
        Tensor[] weights = [.. module.TrainedLeaves()];
        var gradients = autograd.grad([output], input.requires_grad ? [input, .. weights] : weights, [gradient], allow_unused: true);
        scope.MoveToOuter(gradients.Where(one => !one.IsInvalid));
        var found = gradients.Select(one => one.IsInvalid ? null! : one); // invalid where a weight is used by its copy alone
        return input.requires_grad ? [null!, .. found] : [null!, null!, .. found]; // none for the module, none for a fixed input
    }

    // With its graph both times: without one, libtorch's attention takes another kernel, which rounds differently.
    private static (Tensor Input, Tensor Output) Compute(Module<Tensor, Tensor> module, Tensor saved)
    {
        using var withGradients = enable_grad();
        var input = saved.detach().requires_grad_(saved.requires_grad);
        return (input, module.call(input));
    }
}
