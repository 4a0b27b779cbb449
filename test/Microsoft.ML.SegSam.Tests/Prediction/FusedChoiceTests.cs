using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Fused;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Prediction;

[TestClass]
public sealed class FusedChoiceTests
{
    [TestMethod]
    [DataRow("on", null), DataRow("on", false), DataRow(null, true), DataRow("", true)]
    public void Who_asks_for_the_fused_form_gets_it_whatever_its_speed(string? variable, bool? isOn)
    {
        Need();
        using var network = Network(SmallNetwork.TinyVit);
        using var fused = Choose(network, variable, isOn, out var log);
        Assert.IsNotNull(fused);
        Assert.Contains("the fused form is used", log);
    }

    [TestMethod]
    [DataRow("off", null), DataRow("off", true), DataRow(null, false)]
    public void Who_asks_for_the_layers_gets_them(string? variable, bool? isOn)
    {
        Need();
        using var network = Network(SmallNetwork.TinyVit);
        Assert.IsNull(Choose(network, variable, isOn, out var log));
        Assert.Contains("computed by libtorch's layers: SEGSAM_FUSED=off", log);
    }

    [TestMethod]
    public void A_value_without_effect_is_told()
    {
        using var network = Network(SmallNetwork.TinyVit);
        using var fused = Choose(network, "yes", false, out var log);
        Assert.Contains("SEGSAM_FUSED is 'yes', which has no effect; set it to on or off", log);
    }

    [TestMethod]
    public void A_form_that_does_not_agree_is_not_used_even_if_asked_for()
    {
        Need();
        using var network = Network(SmallNetwork.TinyVit);
        using (no_grad())
            network.ImageEncoder.get_parameter("neck.0.weight")!.fill_(float.NaN);
        Assert.IsNull(Choose(network, "on", null, out var log));
        Assert.Contains("libtorch's layers are used", log);
    }

    [TestMethod]
    public void Encoders_without_a_fused_form_and_gpus_hear_nothing()
    {
        using var network = Network(SmallNetwork.Config);
        Assert.IsNull(Choose(network, "on", null, out var log));
        Assert.AreEqual("", log);
        using var tinyVit = Network(SmallNetwork.TinyVit);
        Assert.IsNull(FusedChoice.Create(tinyVit, SegSamPrecision.Automatic, new(new(TorchSharp.DeviceType.CUDA)), null, "on", null));
    }

    private static FusedEncoder? Choose(SegSamNetwork network, string? variable, bool? isOn, out string log)
    {
        var ml = new MLContext(seed: 1);
        var lines = new List<string>();
        ml.Log += (_, line) => lines.Add(line.Message);
        using var channel = ((IHostEnvironment)ml).Start("Test");
        var fused = FusedChoice.Create(network, SegSamPrecision.Float32, new(CPU), channel, variable, isOn);
        log = string.Join('\n', lines.Where(line => !line.Contains("Channel", StringComparison.Ordinal)));
        return fused;
    }

    private static SegSamNetwork Network(SegSamConfig config)
    {
        var network = SmallNetwork.Create(config);
        network.eval();
        return network;
    }

    private static void Need()
    {
        TorchNatives.EnsureLoaded();
        if (MicroKernels.WhyNotSingles is { } missing)
            Assert.Inconclusive(missing);
    }
}
