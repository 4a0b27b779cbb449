using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

internal static class Adapters
{
    public static Module<Tensor, Tensor>? Create(LayerFactory make, EncoderConfig config) => config.Adapter switch
    {
        SegSamAdapter.Bottleneck => new BottleneckAdapter(make, config.Width, (int)(config.Width * config.AdapterRatio)),
        SegSamAdapter.SamMed2D => new SamMed2DAdapter(make, config),
        _ => null,
    };
}

/// <summary>LoRA for a joint projection to query, key and value: an update of low rank to query and value, which starts at zero.</summary>
internal sealed class LowRankUpdate : ScopedModule<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "query_down")] private readonly LinearLayer _queryDown;
    [ComponentName(Name = "query_up")] private readonly LinearLayer _queryUp;
    [ComponentName(Name = "value_down")] private readonly LinearLayer _valueDown;
    [ComponentName(Name = "value_up")] private readonly LinearLayer _valueUp;

    public LowRankUpdate(LayerFactory make, int width, int rank) : base(nameof(LowRankUpdate))
    {
        _queryDown = make.Linear(width, rank, bias: false);
        _queryUp = make.Linear(rank, width, bias: false);
        _valueDown = make.Linear(width, rank, bias: false);
        _valueUp = make.Linear(rank, width, bias: false);
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor x)                                    // [B,H,W,D]
    {
        var (query, value) = (_queryUp.call(_queryDown.call(x)), _valueUp.call(_valueDown.call(x)));
        return cat([query, zeros_like(query), value], -1);                         // [B,H,W,3D]
    }

    public void Initialize(Generator generator)
    {
        _queryUp.Weight.FillWith(0);
        _valueUp.Weight.FillWith(0);
    }
}

/// <summary>Linear D→D/4, GELU, linear D/4→D; the last layer starts at zero, so the pretrained function stays (our choice).</summary>
internal sealed class BottleneckAdapter : ScopedModule<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "down")] private readonly LinearLayer _down;
    [ComponentName(Name = "up")] private readonly LinearLayer _up;

    public BottleneckAdapter(LayerFactory make, int width, int innerWidth) : base(nameof(BottleneckAdapter))
    {
        _down = make.Linear(width, innerWidth);
        _up = make.Linear(innerWidth, width);
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor x) => _up.call(functional.gelu(_down.call(x)));

    public void Initialize(Generator generator)
    {
        _up.Weight.FillWith(0);
        _up.Bias!.FillWith(0);
    }
}

/// <summary>SAM-Med2D's adapter: a channel gate, then a strided convolution and back, added to the incoming map and normalized.</summary>
internal sealed class SamMed2DAdapter : ScopedModule<Tensor, Tensor>
{
    [ComponentName(Name = "norm")] private readonly NormLayer _norm;
    [ComponentName(Name = "channel")] private readonly Module<Tensor, Tensor> _channelGate;
    [ComponentName(Name = "spatial")] private readonly Module<Tensor, Tensor> _spatial;

    public SamMed2DAdapter(LayerFactory make, EncoderConfig config) : base(nameof(SamMed2DAdapter))
    {
        var width = config.Width;
        var inner = (int)(width * config.AdapterRatio);
        _norm = make.Norm(width, config.AdapterEpsilon);
        _channelGate = Sequential(make.Linear(width, inner, bias: false), ReLU(), make.Linear(inner, width, bias: false), Sigmoid());
        _spatial = Sequential(
            make.Convolution(width, width, kernel: 3, stride: 2, padding: 1, bias: false, unfolded: true), ReLU(),
            make.TransposedConvolution(width, width, kernel: 4, stride: 2, padding: 1, bias: false, unfolded: true), ReLU());
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor x)                                    // [B,H,W,D], H and W even
    {
        x = x.permute(0, 3, 1, 2);                                                 // [B,D,H,W]
        var gate = _channelGate.call(x.mean([2, 3]));                              // [B,D]
        x = x.Plus(_spatial.call(x * gate.unsqueeze(-1).unsqueeze(-1)));           // the skip bypasses the gate
        return _norm.call(x.permute(0, 2, 3, 1));                                  // [B,H,W,D]
    }
}
