using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
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
    public void Who_asks_for_the_fused_form_gets_it(string? variable, bool? isOn)
    {
        FusedKernels.Need(halves: false);
        foreach (var config in (SegSamConfig[])[SmallNetwork.TinyVit, SmallNetwork.Config,
            SmallNetwork.Config with { Adapter = SegSamAdapter.SamMed2D }])
        {
            using var network = Network(config);
            using var fused = Choose(network, variable, isOn, out var log);
            Assert.IsNotNull(fused.Encoder);
            Assert.IsNotNull(fused.Decoders);
            Assert.AreEqual(2, log.Split("the fused form is used").Length - 1);
        }
    }

    [TestMethod]
    public void An_encoder_that_has_no_fused_form_keeps_its_layers()
    {
        FusedKernels.Need(halves: false);
        using var network = Network(SmallNetwork.ResNet);
        using var fused = Choose(network, "on", null, out _);
        Assert.IsNull(fused.Encoder);
        Assert.IsNotNull(fused.Decoders);
    }

    [TestMethod]
    [DataRow("off", null), DataRow("off", true), DataRow(null, false)]
    public void Who_asks_for_the_layers_gets_them(string? variable, bool? isOn)
    {
        FusedKernels.Need(halves: false);
        using var network = Network(SmallNetwork.TinyVit);
        AssertLayers(Choose(network, variable, isOn, out var log));
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
        FusedKernels.Need(halves: false);
        using var network = Network(SmallNetwork.TinyVit);
        using (no_grad())
            network.ImageEncoder.get_parameter("neck.0.weight")!.fill_(float.NaN);
        using var fused = Choose(network, "on", null, out var log);
        Assert.IsNull(fused.Encoder);
        Assert.IsNotNull(fused.Decoders);
        Assert.Contains("libtorch's layers are used", log);
    }

    [TestMethod]
    public void Gpus_compute_as_they_did()
    {
        using var network = Network(SmallNetwork.TinyVit);
        AssertLayers(FusedChoice.Create(network, SegSamPrecision.Automatic, new(new(TorchSharp.DeviceType.CUDA)), null, "on", null));
    }

    [TestMethod]
    public void A_model_answers_alike_in_either_form()
    {
        FusedKernels.Need(halves: false);
        foreach (var config in (SegSamConfig[])[SmallNetwork.TinyVit, SmallNetwork.ResNet, SmallNetwork.Config,
            SmallNetwork.Config with { Adapter = SegSamAdapter.SamMed2D }])
        {
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            using var network = Network(config);
            var image = SmallNetwork.Normal(3, 1, 3, config.InputSize, config.InputSize);
            var visual = network.Encode(image);
            var prompts = SmallNetwork.Boxes(0, 0, 0, 0, 0);
            var expected = network.DecodeInChunks(visual, prompts);
            using (var fused = Choose(network, "on", null, out _))
            {
                var found = network.DecodeInChunks(visual, prompts);
                SmallNetwork.AssertClose(expected.MaskLogits, found.MaskLogits, 1e-3, "masks");
                SmallNetwork.AssertClose(expected.SemanticLogits, found.SemanticLogits, 1e-3, "semantic masks");
                SmallNetwork.AssertClose(expected.PredictedIoUs, found.PredictedIoUs, 1e-4, "predicted IoU");
                SmallNetwork.AssertClose(expected.ClassLogits, found.ClassLogits, 1e-4, "classes");
                SmallNetwork.AssertClose(expected.PresenceLogits, found.PresenceLogits, 1e-4, "presence");
                if (fused.Encoder is not null)
                    SmallNetwork.AssertClose(visual.flatten(), tensor(fused.Encoder.Encode(image)), 1e-4, "embedding");
            }
        }
    }

    private static void AssertLayers(FusedForms fused)
    {
        Assert.IsNull(fused.Encoder);
        Assert.IsNull(fused.Decoders);
    }

    private static FusedForms Choose(SegSamNetwork network, string? variable, bool? isOn, out string log)
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
}
