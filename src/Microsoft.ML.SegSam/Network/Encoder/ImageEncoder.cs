using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

// B images, S input side, g = S/16, D encoder width, C decoder width.

/// <summary>SAM's image encoder: a vision transformer with windowed and global attention, and a neck to the decoder's width.</summary>
internal sealed class ImageEncoder : ScopedModule<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "pos_embed")] private readonly Parameter _positions;
    [ComponentName(Name = "patch_embed")] private readonly PatchEmbedding _patches;
    [ComponentName(Name = "blocks")] private readonly ModuleList<EncoderBlock> _blocks;
    [ComponentName(Name = "neck")] private readonly Sequential _neck;

    public ImageEncoder(LayerFactory make, EncoderConfig config) : base(nameof(ImageEncoder))
    {
        _positions = make.Parameter(1, config.Grid, config.Grid, config.Width);
        _patches = new(make, config);
        _blocks = [.. Enumerable.Range(0, config.Depth).Select(i => new EncoderBlock(make, config, config.GlobalBlocks.Contains(i)))];
        _neck = EncoderNeck.Create(make, config.Width, config);
        RegisterComponents();
    }

    /// <summary>Whether the backward pass computes the blocks again, so that only the input of each is kept.</summary>
    public bool UsesGradientCheckpointing { get; set; }

    public PatchEmbedding Patches => _patches;

    public ModuleList<EncoderBlock> Blocks => _blocks;

    public Sequential Neck => _neck;

    protected override Tensor Compute(Tensor image)                 // [B,3,S,S]
    {
        var x = CallInFloat32(_patches, image).Plus(_positions);    // [B,g,g,D]
        foreach (var block in _blocks)
            x = UsesGradientCheckpointing ? GradientCheckpointing.Call(block, x) : block.call(x);
        return CallInFloat32(_neck, x.permute(0, 3, 1, 2));         // f_v [B,C,g,g]
    }

    // The first and the last layers cost little, and nothing later makes up for what they round off.
    private static Tensor CallInFloat32(Module<Tensor, Tensor> layer, Tensor x)
    {
        using var precision = MixedPrecision.Use(false);
        return layer.call(x);
    }

    // SAM starts from zeros and loads MAE weights; from scratch a little noise breaks the symmetry (our choice).
    public void Initialize(Generator generator) => _positions.Fill(positions => positions.normal_(0, 0.02, generator));
}

/// <summary>Cuts the image into patches of 16 x 16 pixels and projects each.</summary>
internal sealed class PatchEmbedding : ScopedModule<Tensor, Tensor>
{
    [ComponentName(Name = "proj")] private readonly ConvolutionLayer _projection;

    public PatchEmbedding(LayerFactory make, EncoderConfig config) : base(nameof(PatchEmbedding))
    {
        _projection = make.Convolution(3, config.Width, config.PatchSize, stride: config.PatchSize);
        RegisterComponents();
    }

    // Patches do not overlap, so that the convolution is one product.
    protected override Tensor Compute(Tensor image)                 // [B,3,S,S]
    {
        long batch = image.size(0), channels = image.size(1), side = _projection.Weight.size(-1), grid = image.size(2) / side;
        var patches = image.reshape(batch, channels, grid, side, grid, side).permute(0, 2, 4, 1, 3, 5).reshape(batch, grid, grid, -1);
        var weight = _projection.Weight.ToComputeType().flatten(1); // [D,3·16·16]
        return functional.linear(patches.ToComputeType(), weight, _projection.Bias?.ToComputeType()); // [B,g,g,D]
    }
}

internal static class EncoderNeck
{
    /// <summary>From the encoder's width to the decoder's: [B,width,g,g] → [B,C,g,g].</summary>
    public static Sequential Create(LayerFactory make, int width, EncoderConfig config) => Sequential(
        make.Convolution(width, config.OutputWidth, kernel: 1, bias: false),
        make.MapNorm(config.OutputWidth, config.MapEpsilon),
        make.Convolution(config.OutputWidth, config.OutputWidth, kernel: 3, padding: 1, bias: false),
        make.MapNorm(config.OutputWidth, config.MapEpsilon));
}
