using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Position weights of the image encoder for another input size than they were trained at.</summary>
internal static class PositionTables
{
    /// <summary>Resizes absolute positions [1,g,g,D] bilinearly, or a table of relative positions [2g−1,d] linearly, as SAM-Med2D does.</summary>
    /// <param name="stored">As trained.</param>
    /// <param name="shape">As needed; of the same number of dimensions and the same width.</param>
    /// <returns>A new tensor; the caller disposes it.</returns>
    public static Tensor Resize(Tensor stored, ReadOnlySpan<long> shape)
    {
        using var scope = NewDisposeScope();
        var resized = shape.Length == 4
            ? functional.interpolate(stored.permute(0, 3, 1, 2), [shape[1], shape[2]], mode: InterpolationMode.Bilinear, align_corners: false).permute(0, 2, 3, 1)
            : RelativePositions.Resize(stored, shape[0]);
        return resized.contiguous().MoveToOuterDisposeScope();
    }
}
