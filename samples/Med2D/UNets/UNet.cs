using System.Runtime.CompilerServices;
using Microsoft.ML.SegSam;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Med2D.UNets;

/// <summary>
/// A plain U-Net (Ronneberger et al. 2015, arXiv 1505.04597): four levels and a bottom, two 3x3 convolutions each, skip connections. With
/// padding and group norm instead of no norm, and 16 channels at the top instead of 64: 1.9 million weights.
/// </summary>
/// <remarks>Input [B,3,S,S] with S a multiple of 16; output logits [B,K,S,S], one map for each category.</remarks>
internal sealed class UNet : Module<Tensor, Tensor>
{
    private const int Top = 16, Levels = 4, Groups = 8;
    private const double Prior = -3; // logit of about 0.05 (Lin et al. 2017, 4.1): objects are small, and training begins at once

    private readonly ModuleList<Sequential> _down = [], _up = [];
    private readonly ModuleList<ConvTranspose2d> _widen = [];
    private readonly Sequential _bottom;
    private readonly Conv2d _categories;

    // The library finds libtorch's native files.
    static UNet() => RuntimeHelpers.RunModuleConstructor(typeof(SegSamTransformer).Module.ModuleHandle);

    /// <param name="categories">K.</param>
    /// <param name="seed">Draws the initial weights.</param>
    public UNet(int categories, int seed) : base(nameof(UNet))
    {
        var channels = 3;
        for (var level = 0; level < Levels; level++)
        {
            _down.Add(Convolutions(channels, Top << level));
            channels = Top << level;
        }

        _bottom = Convolutions(channels, Top << Levels);
        for (var level = Levels - 1; level >= 0; level--)
        {
            _widen.Add(ConvTranspose2d(Top << (level + 1), Top << level, kernel_size: 2, stride: 2));
            _up.Add(Convolutions(Top << (level + 1), Top << level));
        }

        _categories = Conv2d(Top, categories, kernel_size: 1);
        RegisterComponents();
        Initialize(seed);
    }

    /// <summary>Number of weights.</summary>
    public long Parameters => parameters().Sum(parameter => parameter.numel());

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (maps, skipped) = (input, new Stack<Tensor>());
        foreach (var level in _down)
        {
            skipped.Push(level.call(maps));                                                         // [B,16·2^l,S/2^l,S/2^l]
            maps = functional.max_pool2d(skipped.Peek(), 2);
        }

        maps = _bottom.call(maps);                                                                  // [B,256,S/16,S/16]
        foreach (var (widen, level) in _widen.Zip(_up))
            maps = level.call(cat([skipped.Pop(), widen.call(maps)], 1));
        return scope.MoveToOuter(_categories.call(maps));                                           // [B,K,S,S]
    }

    private static Sequential Convolutions(int inputs, int outputs) => Sequential(
        Conv2d(inputs, outputs, kernel_size: 3, padding: 1, bias: false), GroupNorm(Groups, outputs), ReLU(inplace: true),
        Conv2d(outputs, outputs, kernel_size: 3, padding: 1, bias: false), GroupNorm(Groups, outputs), ReLU(inplace: true));

    // Normal by fan-in for layers before ReLU (He et al. 2015). Norms too: this TorchSharp leaves the memory of some as it was.
    private void Initialize(int seed)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        foreach (var (name, weight) in named_parameters())
        {
            if (weight.dim() == 4)
                weight.normal_(0, Math.Sqrt(2.0 / (weight.numel() / weight.size(0))), generator);
            else
                weight.fill_(name == "_categories.bias" ? Prior : name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0);
        }
    }
}
