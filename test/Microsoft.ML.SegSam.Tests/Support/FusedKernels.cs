using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>The kernels that fused forms are made of.</summary>
internal static class FusedKernels
{
    /// <summary>Those of float32, and of bfloat16 (true) where this machine has them.</summary>
    public static IEnumerable<bool> Precisions => MicroKernels.WhyNotHalves is null ? [false, true] : [false];

    /// <summary>Skips the test, with the reason, where this machine does not have them.</summary>
    /// <param name="halves">Those of bfloat16, else those of float32.</param>
    public static void Need(bool halves)
    {
        TorchNatives.EnsureLoaded();
        if ((halves ? MicroKernels.WhyNotHalves : MicroKernels.WhyNotSingles) is { } missing)
            Assert.Inconclusive(missing);
    }
}
