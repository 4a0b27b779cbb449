using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Calls a module without keeping its activations: the backward pass computes them again (gradient checkpointing).</summary>
/// <remarks>For modules without randomness or running statistics, which would then see every input twice.</remarks>
internal sealed class Recomputed : autograd.SingleTensorFunction<Recomputed>
{
    private const string ModuleKey = "module", PrecisionKey = "precision";

    public override string Name => nameof(Recomputed);

    // The weights are inputs too, so that their gradients take the ordinary way through the graph and nothing is written into them.
    public static Tensor Call(Module<Tensor, Tensor> module, Tensor input) =>
        is_grad_enabled() ? apply([module, input, .. Trained(module)]) : module.call(input);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (module, input) = ((Module<Tensor, Tensor>)arguments[0], (Tensor)arguments[1]);
        context.save_data(ModuleKey, module);
        context.save_data(PrecisionKey, MixedPrecision.IsLowered);
        context.save_for_backward([input]);
        using var scope = NewDisposeScope();
        return scope.Keep(Compute(module, input).Answer.detach());
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var precision = MixedPrecision.Use((bool)context.get_data(PrecisionKey));
        var module = (Module<Tensor, Tensor>)context.get_data(ModuleKey);
        var (input, answer) = Compute(module, context.get_saved_variables()[0]);
        var found = autograd.grad([answer], input.requires_grad ? [input, .. Trained(module)] : Trained(module), [gradient], allow_unused: true);
        scope.MoveToOuter(found);
        return input.requires_grad ? [null!, .. found] : [null!, null!, .. found]; // none for the module, none for a fixed input
    }

    // With its graph both times: libtorch's attention takes another kernel without, which rounds otherwise.
    private static (Tensor Input, Tensor Answer) Compute(Module<Tensor, Tensor> module, Tensor kept)
    {
        using var withGradients = enable_grad();
        var input = kept.detach().requires_grad_(kept.requires_grad);
        return (input, module.call(input));
    }

    private static Tensor[] Trained(Module<Tensor, Tensor> module) => [.. module.parameters().Where(weight => weight.requires_grad)];
}
