using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Layers;

/// <summary>A linear layer, an activation, a linear layer.</summary>
internal sealed class MlpBlock : ScopedModule<Tensor, Tensor>
{
    private const long RowsAtATime = 512; // our choice, by measurement

    [ComponentName(Name = "lin1")] private readonly LinearLayer _widen;
    [ComponentName(Name = "lin2")] private readonly LinearLayer _narrow;
    private readonly Func<Tensor, Tensor> _activation;

    public MlpBlock(LayerFactory make, int width, int hiddenWidth, Func<Tensor, Tensor> activation) : base(nameof(MlpBlock))
    {
        _widen = make.Linear(width, hiddenWidth);
        _narrow = make.Linear(hiddenWidth, width);
        _activation = activation;
        RegisterComponents();
    }

    // Rows do not depend on each other: without a backward pass, which needs them all, a few at a time stay in the processor's cache.
    protected override Tensor Compute(Tensor x)
    {
        var rows = x.numel() / x.size(-1);
        if (is_grad_enabled() || rows < 2 * RowsAtATime)
            return ComputeRows(x);
        using var scope = NewDisposeScope();
        var results = x.reshape(rows, x.size(-1)).split(RowsAtATime).Select(ComputeRows);
        return cat([.. results]).reshape(x.shape).MoveToOuterDisposeScope();
    }

    private Tensor ComputeRows(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _narrow.call(_activation(_widen.call(x))).MoveToOuterDisposeScope();
    }
}
