using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

/// <summary>Pre-norm transformer block of the image encoder, with an optional adapter beside the MLP.</summary>
internal sealed class EncoderBlock : ScopedModule<Tensor, Tensor>
{
    [ComponentName(Name = "norm1")] private readonly NormLayer _attentionNorm;
    [ComponentName(Name = "attn")] private readonly EncoderAttention _attention;
    [ComponentName(Name = "norm2")] private readonly NormLayer _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly MlpBlock _mlp;
    [ComponentName(Name = "Adapter")] private readonly Module<Tensor, Tensor>? _adapter; // SAM-Med2D's spelling

    public EncoderBlock(LayerFactory make, EncoderConfig config, bool global) : base(nameof(EncoderBlock))
    {
        _attentionNorm = make.Norm(config.Width, config.Epsilon);
        _attention = new(make, config.Width, config.Heads, global ? 0 : config.WindowSize, global ? config.Grid : config.WindowSize,
            config.Adapter == SegSamAdapter.LowRank ? config.AdapterRank : 0);
        _mlpNorm = make.Norm(config.Width, config.Epsilon);
        _mlp = new(make, config.Width, (int)(config.Width * config.MlpRatio), functional.gelu);
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
