using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Golden;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Imaging;

/// <summary>Golden images as the imaging tests need them.</summary>
internal static class GoldenImages
{
    public static PixelImage Image(SafetensorsFile file, string name)
    {
        var shape = file.Shape(name);
        return new((int)shape[0], (int)shape[1], file.Bytes(name).ToArray());
    }

    public static double LargestDifference(torch.Tensor actual, torch.Tensor expected)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape);
        using var difference = (actual.to(torch.float64) - expected.to(torch.float64)).abs().max();
        return difference.ToDouble();
    }
}
