using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Tests.Support;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Hosting;

[TestClass]
public sealed class TorchDeviceTests
{
    [TestMethod]
    public void The_cpu_is_the_default() => Assert.AreEqual(DeviceType.CPU, TorchDevice.Choose(new MLContext(seed: 1)).Device.type);

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    public void A_gpu_that_is_not_there_is_refused_with_what_to_do(int id)
    {
        var devices = UsableGpus();
        if (id < devices)
            Assert.Inconclusive($"Skipped: GPU {id} is here.");
        var ml = new MLContext(seed: 1) { GpuDeviceId = id };
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => ml.Transforms.SegSam(TinyData.Options())
            .Fit(TinyData.Load(ml, TinyData.Rows(1))));
        Assert.StartsWith($"MLContext.GpuDeviceId is {id}, but {devices} CUDA devices are usable.", failure.Message);
        Assert.Contains("FallbackToCpu", failure.Message);
    }

    [TestMethod]
    [DataRow(99)]
    [DataRow(-1)]
    public void With_leave_to_fall_back_the_cpu_takes_over(int id)
    {
        var ml = new MLContext(seed: 1) { GpuDeviceId = id, FallbackToCpu = true };
        Assert.StartsWith("CPU (", TorchDevice.Choose(ml).ToString());
    }

    [TestMethod]
    public void A_setting_made_after_the_estimator_still_counts()
    {
        var ml = new MLContext(seed: 1);
        var estimator = ml.Transforms.SegSam(TinyData.Options());
        ml.GpuDeviceId = 99;
        Assert.ThrowsExactly<InvalidOperationException>(() => estimator.Fit(TinyData.Load(ml, TinyData.Rows(1))));
    }

    [TestMethod]
    public void A_gpu_answers_as_the_cpu_does()
    {
        if (UsableGpus() == 0)
            Assert.Inconclusive("Skipped: no GPU here.");
        var ml = new MLContext(seed: 1) { GpuDeviceId = 0 };
        var data = TinyData.Load(ml, TinyData.Rows(2));
        var (model, _) = EstimatorWorkout.Reload(ml, FittedModel.Shared, data.Schema);
        foreach (var (expected, actual) in Table.Vectors<float>(FittedModel.Shared.Transform(data), "LowResLogits")
            .Zip(Table.Vectors<float>(model.Transform(data), "LowResLogits")))
        {
            for (var i = 0; i < expected.Length; i++)
                Assert.AreEqual(expected[i], actual[i], 1e-2f * Math.Max(1, Math.Abs(expected[i])));
        }

        ((IDisposable)model).Dispose();
    }

    private static int UsableGpus() => torch.cuda.is_available() ? torch.cuda.device_count() : 0;
}
