using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

// B images, S input side, g = S/16, C decoder width; the numbers of channels are the preset's.

/// <summary>The stages of a ResNet that lead to a sixteenth of the image's sides, and SAM's neck.</summary>
/// <remarks>
/// He et al. 2016, with basic blocks and without batch norms: in pretrained weights they are folded into the convolutions (our choice), so
/// that several threads may train at once, and an image is encoded alike alone and in a batch, in training too.
/// </remarks>
internal sealed class ResNetEncoder : ScopedModule<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "stem")] private readonly ConvolutionLayer _stem;
    [ComponentName(Name = "layers")] private readonly ModuleList<Sequential> _layers;
    [ComponentName(Name = "neck")] private readonly Sequential _neck;
    [ComponentName(Name = "pyramid")] private readonly FinePyramid? _pyramid;

    public ResNetEncoder(LayerFactory make, EncoderConfig config) : base(nameof(ResNetEncoder))
    {
        var stages = config.ResNetStages!;
        _stem = make.Convolution(3, stages[0].Width, kernel: 7, stride: 2, padding: 3);
        _layers = [.. stages.Select((stage, i) => Sequential(Enumerable.Range(0, stage.Depth).Select(block =>
            block > 0 ? new ResidualBlock(make, stage.Width, stage.Width, stride: 1)
            : i > 0 ? new ResidualBlock(make, stages[i - 1].Width, stage.Width, stride: 2)
            : new ResidualBlock(make, stage.Width, stage.Width, stride: 1))))];
        _neck = EncoderNeck.Create(make, stages[^1].Width, config);
        if (config.FineMaps)
            _pyramid = new(make, [.. stages.TakeLast(3).Select(stage => stage.Width)], config.PyramidWidth, config.OutputWidth);
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor image)                             // f_v [B,C,g,g], or with fine maps [B,4C,g,g]
    {
        var maps = Maps(image);
        var map = _neck.call(maps[^1]);
        return _pyramid is null ? map : _pyramid.call(map, maps[^3..]);
    }

    /// <summary>The map that the neck reads: all that pretrained weights are of.</summary>
    public Tensor Stages(Tensor image)                                          // [B,3,S,S]
    {
        using var scope = NewDisposeScope();
        return Maps(image)[^1].MoveToOuterDisposeScope();
    }

    // [B,64,S/4,S/4] [B,128,S/8,S/8] [B,256,g,g]
    private Tensor[] Maps(Tensor image)
    {
        var x = functional.relu(_stem.call(image));                             // [B,64,S/2,S/2]
        x = functional.max_pool2d(x, kernel_size: 3, stride: 2, padding: 1);    // [B,64,S/4,S/4]
        var maps = new List<Tensor>();
        foreach (var layer in _layers)
            maps.Add(x = layer.call(x));
        return [.. maps];
    }

    public void Initialize(Generator generator) => _stem.FillForRelu(generator);
}

/// <summary>ResNet's basic block: two convolutions, added to the map that they read, or to a projection where the shape changes.</summary>
internal sealed class ResidualBlock : ScopedModule<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "conv1")] private readonly ConvolutionLayer _first;
    [ComponentName(Name = "conv2")] private readonly ConvolutionLayer _second;
    [ComponentName(Name = "shortcut")] private readonly ConvolutionLayer? _shortcut;

    public ResidualBlock(LayerFactory make, int inputs, int outputs, int stride) : base(nameof(ResidualBlock))
    {
        _first = make.Convolution(inputs, outputs, kernel: 3, stride, padding: 1);
        _second = make.Convolution(outputs, outputs, kernel: 3, padding: 1);
        _shortcut = stride == 1 ? null : make.Convolution(inputs, outputs, kernel: 1, stride);
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor map)                               // [B,C,H,W]
    {
        var residual = _second.call(functional.relu(_first.call(map)));         // [B,C',H/stride,W/stride]
        var shortcut = _shortcut is null ? map : _shortcut.call(map);
        return functional.relu(shortcut.ToFloat32().Plus(residual));
    }

    // Without norms, blocks that add nothing yet keep the scale of a deep sum (our choice, as in Fixup: Zhang et al. 2019).
    public void Initialize(Generator generator)
    {
        _first.FillForRelu(generator);
        _shortcut?.FillForRelu(generator);
        _second.FillWithZeros();
    }
}
