using Microsoft.ML.SegSam.Imaging;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>Binary masks against golden ones.</summary>
internal static class MaskParity
{
    /// <summary>Pixels may differ only where the logit is too near the threshold to be sure of.</summary>
    public static void Check(string group, GoldenModel model, string name, Tensor expected, Tensor logits)
    {
        using var scope = NewDisposeScope();
        CollectionAssert.AreEqual(expected.shape, logits.shape, name);
        var distance = logits.to(float64).add(-GoldenConfig.Threshold(model.Name));
        var wrong = distance.gt(0).ne(expected.gt(0)).logical_and(distance.abs().gt(Allowed.SureLogit));
        Parity.CheckSame(group, "masks (pixels that differ)", name, wrong.sum().item<long>());
    }

    /// <summary>Low-resolution logits [N,h,w] at the size of the image: [N,H,W].</summary>
    public static Tensor ToOriginal(Tensor lowRes, ImageGeometry geometry)
    {
        var masks = lowRes.to(float32).contiguous().data<float>().ToArray().Chunk((int)(lowRes.size(1) * lowRes.size(2)));
        var pixels = masks.SelectMany(mask => MaskGeometry.ToOriginalLogits(mask, (int)lowRes.size(1), geometry)).ToArray();
        return tensor(pixels, [lowRes.size(0), geometry.OriginalHeight, geometry.OriginalWidth]);
    }
}
