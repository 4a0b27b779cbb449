using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

// B images, C channels, H W map.

/// <summary>A convolution without bias, then batch normalization.</summary>
internal sealed class ConvNorm : ScopedModule<Tensor, Tensor>
{
    [ComponentName(Name = "c")] private readonly ConvolutionLayer _convolution;
    [ComponentName(Name = "bn")] private readonly BatchNormLayer _norm;

    public ConvNorm(LayerFactory make, long inputs, long outputs, long kernel, long stride = 1, long groups = 1) : base(nameof(ConvNorm))
    {
        _convolution = make.Convolution(inputs, outputs, kernel, stride, padding: kernel / 2, bias: false, groups);
        _norm = make.BatchNorm(outputs);
        RegisterComponents();
    }

    public BatchNormLayer Norm => _norm;

    protected override Tensor Compute(Tensor map) => _norm.call(_convolution.call(map));
}

/// <summary>Inverted residual block: widen each pixel, mix its neighborhood channel by channel, narrow again.</summary>
internal sealed class MobileBlock : ScopedModule<Tensor, Tensor>, IInitialized
{
    private const int Expansion = 4;

    [ComponentName(Name = "conv1")] private readonly ConvNorm _widen;
    [ComponentName(Name = "conv2")] private readonly ConvNorm _mix;
    [ComponentName(Name = "conv3")] private readonly ConvNorm _narrow;

    public MobileBlock(LayerFactory make, int width) : base(nameof(MobileBlock))
    {
        var hidden = Expansion * width;
        _widen = new(make, width, hidden, kernel: 1);
        _mix = new(make, hidden, hidden, kernel: 3, groups: hidden);
        _narrow = new(make, hidden, width, kernel: 1);
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor x)                                    // [B,C,H,W]
    {
        var mixed = functional.gelu(_mix.call(functional.gelu(_widen.call(x))));   // [B,4C,H,W]
        return functional.gelu(x.Plus(_narrow.call(mixed)));
    }

    // TinyViT's start: the block adds nothing yet.
    public void Initialize(Generator generator) => _narrow.Norm.Weight.FillWith(0);
}

internal static class TinyVitConvolutions
{
    /// <summary>Image [B,3,S,S] to map [B,C,S/4,S/4].</summary>
    public static Sequential Stem(LayerFactory make, int width) => Sequential(("seq", Sequential(
        new ConvNorm(make, 3, width / 2, kernel: 3, stride: 2), GELU(),
        new ConvNorm(make, width / 2, width, kernel: 3, stride: 2))));

    /// <summary>Between two stages: to the next stage's width, and to 1/stride of the map's sides.</summary>
    public static Sequential Merging(LayerFactory make, int inputs, int outputs, int stride) => Sequential(
        ("conv1", new ConvNorm(make, inputs, outputs, kernel: 1)), ("act1", GELU()),
        ("conv2", new ConvNorm(make, outputs, outputs, kernel: 3, stride, groups: outputs)), ("act2", GELU()),
        ("conv3", new ConvNorm(make, outputs, outputs, kernel: 1)));
}
