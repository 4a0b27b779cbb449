using Microsoft.ML.SegSam.Hosting;
using TorchSharp;

// Torch's intra-op threads collapse when test classes share the cores; one class at a time, all cores to it.
[assembly: DoNotParallelize]

namespace Microsoft.ML.SegSam.Tests;

[TestClass]
public static class TestSetup
{
    [AssemblyInitialize]
    public static void LoadTorch(TestContext _)
    {
        TorchNatives.EnsureLoaded();
        torch.set_num_threads(Math.Max(1, Environment.ProcessorCount));
    }
}
