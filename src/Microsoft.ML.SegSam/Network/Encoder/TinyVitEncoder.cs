using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

// B images, S input side, g = S/16, C decoder width.

/// <summary>MobileSAM's image encoder: TinyViT, whose stages narrow the map and widen its channels, and SAM's neck.</summary>
/// <remarks>TinyViT: Wu et al. 2022; as SAM's encoder: Zhang et al. 2023. Its classifier and the norm before it are not built.</remarks>
internal sealed class TinyVitEncoder : ScopedModule<Tensor, Tensor>
{
    [ComponentName(Name = "patch_embed")] private readonly Sequential _stem;
    [ComponentName(Name = "layers")] private readonly ModuleList<TinyVitLayer> _layers;
    [ComponentName(Name = "neck")] private readonly Sequential _neck;

    public TinyVitEncoder(LayerFactory make, EncoderConfig config) : base(nameof(TinyVitEncoder))
    {
        var stages = config.Stages!;
        _stem = TinyVitConvolutions.Stem(make, stages[0].Width);
        _layers = [.. stages.Select((stage, i) => new TinyVitLayer(make, stage, config.MlpRatio, MergingAfter(i)))];
        _neck = EncoderNeck.Create(make, stages[^1].Width, config);
        RegisterComponents();

        // The stem ends at S/4; halved twice it is the S/16 that SAM's decoder expects, so later stages keep their map's size.
        Sequential? MergingAfter(int i) => i == stages.Count - 1
            ? null
            : TinyVitConvolutions.Merging(make, stages[i].Width, stages[i + 1].Width, stride: i < 2 ? 2 : 1);
    }

    protected override Tensor Compute(Tensor image)                 // [B,3,S,S]
    {
        var x = _stem.call(image);                                  // [B,64,S/4,S/4]
        foreach (var layer in _layers)
            x = layer.call(x);                                      // [B,128,S/8,S/8] [B,160,g,g] [B,320,g,g]
        return _neck.call(x);                                       // f_v [B,C,g,g]
    }
}

/// <summary>The blocks of one stage, and what leads to the next.</summary>
internal sealed class TinyVitLayer : ScopedModule<Tensor, Tensor>
{
    [ComponentName(Name = "blocks")] private readonly ModuleList<Module<Tensor, Tensor>> _blocks;
    [ComponentName(Name = "downsample")] private readonly Sequential? _merging;

    public TinyVitLayer(LayerFactory make, TinyVitStage stage, double mlpRatio, Sequential? merging) : base(nameof(TinyVitLayer))
    {
        _blocks = [.. Enumerable.Range(0, stage.Depth).Select(Block)];
        _merging = merging;
        RegisterComponents();

        Module<Tensor, Tensor> Block(int _) =>
            stage.Heads == 0 ? new MobileBlock(make, stage.Width) : new TinyVitBlock(make, stage, mlpRatio);
    }

    protected override Tensor Compute(Tensor map)                   // [B,C,H,W]
    {
        foreach (var block in _blocks)
            map = block.call(map);
        return _merging is null ? map : _merging.call(map);
    }
}
