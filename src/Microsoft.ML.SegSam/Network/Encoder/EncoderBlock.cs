using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Pre-norm transformer block of the image encoder, with an optional adapter beside the MLP.</summary>
internal sealed class EncoderBlock : ScopedModule<Tensor, Tensor>
{
    [ComponentName(Name = "norm1")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "attn")] private readonly EncoderAttention _attention;
    [ComponentName(Name = "norm2")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly MlpBlock _mlp;
    [ComponentName(Name = "Adapter")] private readonly Module<Tensor, Tensor>? _adapter; // SAM-Med2D's spelling

    public EncoderBlock(Layers make, SegSamConfig config, bool global) : base(nameof(EncoderBlock))
    {
        _attentionNorm = make.LayerNorm(config.EncoderWidth, config.EncoderEpsilon);
        _attention = new(make, config.EncoderWidth, config.EncoderHeads, global ? 0 : config.WindowSize, global ? config.Grid : config.WindowSize,
            config.Adapter == SegSamAdapter.LowRank ? config.AdapterRank : 0);
        _mlpNorm = make.LayerNorm(config.EncoderWidth, config.EncoderEpsilon);
        _mlp = new(make, config.EncoderWidth, (int)(config.EncoderWidth * config.EncoderMlpRatio), functional.gelu);
        _adapter = Adapters.Create(make, config);
        RegisterComponents();
    }

    public EncoderAttention Attention => _attention;

    public MlpBlock Mlp => _mlp;

    public Module<Tensor, Tensor>? Adapter => _adapter;

    protected override Tensor Compute(Tensor x)                       // [B,H,W,D]
    {
        x = x.Plus(_attention.call(_attentionNorm.call(x)));
        var normed = _mlpNorm.call(x);
        var y = x.Plus(_mlp.call(normed));
        return _adapter is null ? y : y.Plus(_adapter.call(normed));
    }
}

/// <summary>Linear, activation, linear.</summary>
internal sealed class MlpBlock : ScopedModule<Tensor, Tensor>
{
    [ComponentName(Name = "lin1")] private readonly Linear _widen;
    [ComponentName(Name = "lin2")] private readonly Linear _narrow;
    private readonly Func<Tensor, Tensor> _activation;
    private const long RowsAtATime = 512; // our choice, by measurement

    public MlpBlock(Layers make, int width, int hiddenWidth, Func<Tensor, Tensor> activation) : base(nameof(MlpBlock))
    {
        _widen = make.Linear(width, hiddenWidth);
        _narrow = make.Linear(hiddenWidth, width);
        _activation = activation;
        RegisterComponents();
    }

    // Rows do not see each other: without a backward pass, which needs them all, some at a time stay in the processor's cache.
    protected override Tensor Compute(Tensor x)
    {
        var rows = x.numel() / x.size(-1);
        if (is_grad_enabled() || rows < 2 * RowsAtATime)
            return Rows(x);
        using var scope = NewDisposeScope();
        var results = x.reshape(rows, x.size(-1)).split(RowsAtATime).Select(Rows);
        return cat([.. results]).reshape(x.shape).MoveToOuterDisposeScope();
    }

    private Tensor Rows(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _narrow.call(_activation(_widen.call(x))).MoveToOuterDisposeScope();
    }
}
