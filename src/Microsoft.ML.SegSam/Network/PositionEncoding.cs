using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Random Fourier features of positions (SAM's). The matrix belongs to the weights: without it they mean nothing.</summary>
internal sealed class PositionEncoding : Module, IInitialized
{
    [ComponentName(Name = "positional_encoding_gaussian_matrix")] private readonly Tensor _gaussian;    // [2,C/2]

    public PositionEncoding(LayerFactory make, int width) : base(nameof(PositionEncoding))
    {
        _gaussian = make.Empty(2, width / 2);
        RegisterComponents();
    }

    /// <summary>Encodes positions [..,2] (x, y as fractions 0..1 of the input) as [..,C].</summary>
    /// <remarks>Number by number: the rounding of a matrix product depends on how many positions there are.</remarks>
    public Tensor Encode(Tensor positions)
    {
        using var scope = NewDisposeScope();
        var places = positions.Times(2).Plus(-1).unsqueeze(-1);                             // [..,2,1], −1 to 1
        var angle = (places.select(-2, 0) * _gaussian[0]).Plus(places.select(-2, 1) * _gaussian[1]).Times(2 * Math.PI);
        return cat([angle.sin(), angle.cos()], -1).MoveToOuterDisposeScope();
    }

    /// <summary>Encodes the cell centers of a map: [1,C,side,side].</summary>
    public Tensor EncodeGrid(long side)
    {
        using var scope = NewDisposeScope();
        var centers = tensor(Enumerable.Range(0, (int)side).Select(i => (i + 0.5) / side).ToArray())
            .to(_gaussian.dtype).to(_gaussian.device);
        var positions = stack([centers.expand(side, side), centers.unsqueeze(1).expand(side, side)], -1);  // [side,side,2]
        return Encode(positions).permute(2, 0, 1).unsqueeze(0).MoveToOuterDisposeScope();
    }

    public void Initialize(Generator generator) => _gaussian.Fill(matrix => matrix.normal_(0, 1, generator));
}
