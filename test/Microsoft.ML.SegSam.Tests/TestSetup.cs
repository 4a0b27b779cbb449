using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using Microsoft.ML.SegSam.Tests.Support;
using TorchSharp;

// Torch has settings for the whole process, and its helper threads collapse on shared cores: one class at a time, one thread.
[assembly: DoNotParallelize]

namespace Microsoft.ML.SegSam.Tests;

[TestClass]
public static class TestSetup
{
    [AssemblyInitialize]
    public static void LoadTorch(TestContext _)
    {
        TorchNatives.EnsureLoaded();
        torch.set_num_threads(1);
    }

    [AssemblyCleanup]
    public static void Finish()
    {
        Parity.WriteTable();
        FittedModel.Free();
    }
}
