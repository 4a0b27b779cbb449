using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Tests.Storage;

[TestClass]
public sealed class ConfigCheckTests
{
    private static readonly SegSamConfig Tiny = SegSamConfig.For(SegSamEncoder.Tiny) with { CategoryCount = 3 };

    [TestMethod]
    [DataRow(SegSamEncoder.Tiny)]
    [DataRow(SegSamEncoder.VitB)]
    [DataRow(SegSamEncoder.VitL)]
    [DataRow(SegSamEncoder.VitH)]
    [DataRow(SegSamEncoder.ResNet18)]
    public void Every_preset_passes_also_at_the_largest_input(SegSamEncoder encoder)
    {
        foreach (var inputSize in new int?[] { null, 4096 })
        {
            using var shapes = ConfigCheck.Shapes(SegSamConfig.For(encoder, inputSize) with { CategoryCount = 1 });
            Assert.IsTrue(shapes.state_dict().Values.All(tensor => tensor.device_type == TorchSharp.DeviceType.META));
        }
    }

    public static IEnumerable<object[]> Lies =>
    [
        [(Func<object>)(() => Tiny with { EncoderWidth = int.MaxValue }), "EncoderWidth = 2147483647; it must be between 1 and 16384"],
        [(Func<object>)(() => Tiny with { EncoderDepth = 1_000_000 }), "EncoderDepth = 1000000"],
        [(Func<object>)(() => Tiny with { Width = -128 }), "Width = -128"],
        [(Func<object>)(() => Tiny with { PatchSize = 0 }), "PatchSize = 0"],
        [(Func<object>)(() => Tiny with { InputSize = 1 << 20 }), "InputSize = 1048576"],
        [(Func<object>)(() => Tiny with { EncoderMlpRatio = double.NaN }), "EncoderMlpRatio = NaN"],
        [(Func<object>)(() => Tiny with { CategoryCount = 0 }), "CategoryCount = 0"],
        [(Func<object>)(() => Tiny with { EncoderHeads = 5 }), "contradict each other"],
        [(Func<object>)(() => Tiny with { Stages = [new(64, 2), null!] }), "null among its Stages"],
        [(Func<object>)(() => Tiny with { ResNetStages = [new(64, 2), null!, new(8, 1)] }), "null among its Stages or ResNetStages"],
        [(Func<object>)(() => Tiny with { ResNetStages = [new(64, 2), new(-8, 2), new(8, 1)] }), "Width = -8"],
        [(Func<object>)(() => Tiny with { ResNetStages = [new(64, 2), new(8, 1000), new(8, 1)] }), "Depth = 1000"],
        [(Func<object>)(() => Tiny with { ResNetStages = [] }), "contradict each other"],
        [(Func<object>)(() => Tiny with { ResNetStages = [new(64, 2), new(128, 2)] }), "contradict each other"],
        [(Func<object>)(() => Tiny with { FineMaps = true, PyramidWidth = 8 }), "contradict each other"],
        [(Func<object>)(() => Tiny with { ResNetStages = [new(64, 2), new(128, 2), new(256, 2)], FineMaps = true }),
            "PyramidWidth = 0; it must be between 1 and 4096"],
        [(Func<object>)(() => Tiny with { ResNetStages = [new(64, 2), new(128, 2)], PatchSize = 8, FineMaps = true, PyramidWidth = 8 }),
            "contradict each other"],
        [(Func<object>)(() => Tiny with { GlobalBlocks = null! }), "contradict each other"],
        [(Func<object>)(() => Tiny with { Adapter = SegSamAdapter.SamMed2D, InputSize = 112 }), "contradict each other"],
        [(Func<object>)(() => Tiny with { Adapter = SegSamAdapter.SamMed2D, AdapterRatio = 0.001 }), "contradict each other"],
        [(Func<object>)(() => Tiny with { Adapter = SegSamAdapter.Bottleneck, AdapterRatio = 0.001 }), "contradict each other"],
    ];

    [TestMethod]
    [DynamicData(nameof(Lies))]
    public void A_config_that_cannot_be_ours_is_refused(Func<object> config, string says) =>
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => ConfigCheck.Shapes((SegSamConfig)config())).Message, says);

    [TestMethod]
    public void Weights_of_another_size_are_refused_before_the_network_takes_memory()
    {
        using var network = new SegSamNetwork(Tiny);
        using var stream = new MemoryStream();
        Safetensors.Write(stream, [.. network.state_dict().Select(pair => (pair.Key, pair.Value))]);
        stream.Position = 0;
        // 256 layers of width 16,384 would be three terabytes.
        var huge = Tiny with { EncoderWidth = 16_384, EncoderHeads = 16, EncoderDepth = 256 };
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => ModelArchive.ReadNetwork(huge, stream, "")).Message,
            "do not fit the network");
    }
}
