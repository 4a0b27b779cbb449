using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

// B images, S input side, g = S/16, C decoder width, W width of the pyramid; the stages' channels are the preset's.

/// <summary>
/// Fine maps from a feature pyramid (Lin et al. 2017; SAM 2 has one): each stage's features are added to those of the coarser stage,
/// brought to its size, and smoothed. So fine pixels know what they are part of, not only what is next to them.
/// </summary>
internal sealed class FinePyramid : ScopedModule<Tensor, IReadOnlyList<Tensor>, Tensor>, IInitialized
{
    [ComponentName(Name = "sixteenth")] private readonly ConvolutionLayer _sixteenth;
    [ComponentName(Name = "eighth")] private readonly ConvolutionLayer _eighth;
    [ComponentName(Name = "fourth")] private readonly ConvolutionLayer _fourth;
    [ComponentName(Name = "smooth_eighth")] private readonly ConvolutionLayer _smoothEighth;
    [ComponentName(Name = "smooth_fourth")] private readonly ConvolutionLayer _smoothFourth;
    [ComponentName(Name = "residual_fourth")] private readonly ConvolutionLayer _residualFourth;
    [ComponentName(Name = "twofold")] private readonly ConvolutionLayer _twofold;
    [ComponentName(Name = "fourfold")] private readonly ConvolutionLayer _fourfold;

    /// <param name="stages">Channels of the stages of strides 4, 8 and 16.</param>
    /// <param name="width">W.</param>
    /// <param name="outputs">C.</param>
    public FinePyramid(LayerFactory make, IReadOnlyList<int> stages, int width, int outputs) : base(nameof(FinePyramid))
    {
        (_sixteenth, _eighth, _fourth) = (Lateral(stages[2]), Lateral(stages[1]), Lateral(stages[0]));
        (_smoothEighth, _smoothFourth, _residualFourth) = (Smooth(), Smooth(), Smooth());
        _twofold = make.Convolution(width, outputs / 4, kernel: 1);
        _fourfold = make.Convolution(width, outputs / 8, kernel: 1);
        RegisterComponents();

        ConvolutionLayer Lateral(int channels) => make.Convolution(channels, width, kernel: 1);
        ConvolutionLayer Smooth() => make.Convolution(width, width, kernel: 3, padding: 1);
    }

    /// <param name="map">f_v [B,C,g,g].</param>
    /// <param name="stages">The maps of the stages of strides 4, 8 and 16.</param>
    /// <returns>[B,4C,g,g]: see <see cref="FineMaps.Pack"/>.</returns>
    protected override Tensor Compute(Tensor map, IReadOnlyList<Tensor> stages)
    {
        var sixteenth = _sixteenth.call(stages[2]).ToFloat32();                             // [B,W,g,g]
        var eighth = Join(_eighth.call(stages[1]), sixteenth, _smoothEighth);               // [B,W,2g,2g]
        var fourth = Join(_fourth.call(stages[0]), eighth, _smoothFourth);                  // [B,W,4g,4g]
        fourth = fourth.Plus(functional.relu(_residualFourth.call(fourth)).ToFloat32());
        return FineMaps.Pack(map.ToFloat32(), _twofold.call(eighth).ToFloat32(), _fourfold.call(fourth).ToFloat32());
    }

    private static Tensor Join(Tensor fine, Tensor coarse, ConvolutionLayer smooth)
    {
        var enlarged = functional.interpolate(coarse, [fine.size(2), fine.size(3)], mode: InterpolationMode.Bilinear, align_corners: false);
        return functional.relu(smooth.call(functional.relu(fine.ToFloat32().Plus(enlarged)))).ToFloat32();
    }

    public void Initialize(Generator generator)
    {
        foreach (var layer in (ConvolutionLayer[])[_smoothEighth, _smoothFourth, _residualFourth])
            layer.FillForRelu(generator);
    }
}
