using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>
/// Pairs of convolutions that add to the up-scaled map what they see in it and in the prompt's own mask (our choice): neighbors meet in
/// SAM's decoder on the coarse map alone, and from random weights it takes long until outlines are learned there.
/// </summary>
internal sealed class MaskRefinement : ScopedModule<Tensor, Tensor?, Tensor>, IInitialized
{
    [ComponentName(Name = "first")] private readonly ModuleList<ConvolutionLayer> _first;
    [ComponentName(Name = "second")] private readonly ModuleList<ConvolutionLayer> _second;

    /// <param name="channels">Of the map.</param>
    /// <param name="depth">How often the map is refined.</param>
    public MaskRefinement(LayerFactory make, int channels, int depth) : base(nameof(MaskRefinement))
    {
        _first = [.. Enumerable.Range(0, depth).Select(_ => make.Convolution(channels + 1, channels, kernel: 3, padding: 1))];
        _second = [.. Enumerable.Range(0, depth).Select(_ => make.Convolution(channels, channels, kernel: 3, padding: 1))];
        RegisterComponents();
    }

    /// <param name="map">[P,C/8,4g,4g].</param>
    /// <param name="prior">Logits [P,1,4g,4g] of the prompt's own mask; null without one.</param>
    protected override Tensor Compute(Tensor map, Tensor? prior)
    {
        var mask = prior?.Times(1 / PromptEncoder.SureLogit) ?? zeros_like(map.narrow(1, 0, 1));    // [P,1,4g,4g], −1 to 1
        var refined = map.ToFloat32();
        for (var i = 0; i < _first.Count; i++)
            refined = refined.Plus(_second[i].call(functional.gelu(_first[i].call(cat([refined, mask], 1)))));
        return refined.ToComputeType();
    }

    // Masks begin as those of the map as it was.
    public void Initialize(Generator generator)
    {
        foreach (var layer in _second)
            layer.FillWithZeros();
    }
}
