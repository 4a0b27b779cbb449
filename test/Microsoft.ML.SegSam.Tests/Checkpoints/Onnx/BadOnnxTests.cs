using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Checkpoints.CheckpointBytes;

namespace Microsoft.ML.SegSam.Tests.Checkpoints.Onnx;

/// <summary>ONNX files that are damaged, lying or of other networks: each ends in an error that says what was found and expected.</summary>
[TestClass]
public sealed class BadOnnxTests
{
    private const string Expected = "the ResNet-18 of the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18";

    public static IEnumerable<object[]> OtherNetworks =>
    [
        Other(step => step.Operation == "MaxPool" ? step.With("strides", 1, 1) : step, "expected one MaxPool 3x3 of stride 2"),
        Other(step => step.Operation == "MaxPool" ? step.With("pads", 0, 0, 0, 0) : step,
            "has MaxPool 3x3 of stride 2,2 with pads 0,0,0,0"),
        Other(step => step.Operation == "MaxPool" ? step.With("ceil_mode", 1) : step, "expected one MaxPool"),
        Other(step => IsSide(step, 7) ? step.With("kernel_shape", 5, 5) : step, "expected one Conv 7x7 of stride 2 without bias"),
        Other(step => IsSide(step, 7) ? step.With("kernel_shape", 1L << 40, -7) : step, "Conv 1099511627776x-7"),
        Other(step => IsSide(step, 3) ? step.With("dilations", 2, 2) : step, "expected one Conv 3x3 of stride 1"),
        Other(step => IsSide(step, 3) ? step.With("group", 3) : step, "expected one Conv 3x3 of stride 1"),
        Other(step => IsSide(step, 1) ? step.With("strides", 1, 1) : step, "expected one Conv 1x1 of stride 2"),
        Other(step => IsSide(step, 3) ? step with { Inputs = [.. step.Inputs, "value0c"] } : step, "without bias"),
        Other(step => IsSide(step, 3) ? step with { Inputs = [step.Inputs[0], "nowhere"] } : step,
            "has none; expected a constant 'nowhere'"),
        Other(step => IsSide(step, 3) ? step with { Inputs = [step.Inputs[0], "value0c"] } : step,
            "at 'value0c' the ONNX file has [3,3,7,7]; expected the shape [outputs,inputs,3,3]"),
        Other(step => IsSide(step, 7) ? step with { Inputs = [step.Inputs[0], FirstOf3] } : step, "expected the shape [outputs,3,7,7]"),
        Other(step => step.Operation == "Add" ? step with { Inputs = [step.Inputs[0], "image"] } : step, "expected one Add with"),
        Other(step => step.Operation == "BatchNormalization" ? step with { Operation = "Identity" } : step,
            "has Identity; expected one BatchNormalization of 4 tensors"),
        Other(step => step.Operation == "BatchNormalization" ? step with { Inputs = [.. step.Inputs[..4], "image"] } : step,
            "has none; expected a constant 'image'"),
        Other(step => step.Operation == "BatchNormalization" ? step with { Inputs = [.. step.Inputs[..4], "value0c"] } : step,
            "at 'value0c' the ONNX file has [3,3,7,7]; expected the shape [3]"),
        Other(step => step.Operation == "Relu" ? step with { Operation = "Gel\u0007u" } : step, "has Gel?u; expected one Relu"),
    ];

    private const string FirstOf3 = "value9c";

    [TestMethod]
    [DynamicData(nameof(OtherNetworks))]
    public void Another_network_is_refused_where_it_differs(Func<object, object> spoil, string says)
    {
        var message = Refusal(new TinyResNet(spoil: step => (TinyResNet.Step)spoil(step)).ToArray());
        StringAssert.Contains(message, says);
        StringAssert.Contains(message, Expected);
    }

    [TestMethod]
    public void A_negative_variance_is_told_when_its_layer_is_read()
    {
        // What is the mean in a sound file has both signs.
        var file = new TinyResNet(spoil: step => step.Operation == "BatchNormalization"
            ? step with { Inputs = [.. step.Inputs[..3], step.Inputs[4], step.Inputs[3]] } : step);
        StringAssert.Contains(Refusal(file.ToArray()), "expected variances, which are not negative");
    }

    [TestMethod]
    public void A_file_of_another_program_is_refused_since_its_pixels_are_unknown() => StringAssert.Contains(
        Refusal(new TinyResNet().ToArray(producer: "pytorch")),
        $"was made by 'pytorch' and has 67 nodes; expected {Expected}, made by 'CNTK'");

    [TestMethod]
    public void A_text_encoder_is_no_image_encoder() => StringAssert.Contains(
        Refusal(new TinyOnnx().Input("ids", 1, 5).Table("table", [[0, 1]]).Node("Gather", ["table", "ids"], "rows").ToArray("CNTK")),
        "at 'ids' the ONNX file has Gather; expected one Conv 7x7 of stride 2 without bias");

    [TestMethod]
    public void Every_truncation_is_refused()
    {
        var whole = new TinyResNet().ToArray();
        Open(whole, ReadAll);
        // The last 4 bytes are a part of their own, which is not needed.
        foreach (var length in Enumerable.Range(0, 200).Concat(Enumerable.Range(0, 100).Select(i => whole.Length - 5 - 97 * i)))
            Refusal(whole[..length]);
    }

    [TestMethod]
    public void Two_tensors_of_one_name_are_refused() => StringAssert.Contains(
        Refusal(new TinyOnnx().Table("w", [[1]]).Table("w", [[2]]).ToArray("CNTK")), "two tensors with the name 'w'");

    [TestMethod]
    public void Numbers_that_do_not_fit_their_shape_are_refused()
    {
        var whole = new TinyResNet().ToArray();
        // The first shape is that of the stem's weight: fields 1 with the values 3, 3, 7, 7.
        var at = whole.AsSpan().IndexOf((byte[])[8, 3, 8, 3, 8, 7, 8, 7]);
        byte[] Spoiled(int offset, byte value) => [.. whole[..(at + offset)], value, .. whole[(at + offset + 1)..]];
        StringAssert.Contains(Refusal(Spoiled(1, 4)), "of shape [4,3,7,7] has 1764 bytes of numbers; expected 4 for each");
        StringAssert.Contains(Refusal(Spoiled(9, 10)), "holds other numbers than float32; expected float32 numbers"); // the type: float16
    }

    [TestMethod]
    public void A_small_file_makes_no_more_objects_than_a_network_needs()
    {
        // A graph of a million nodes of two bytes each.
        byte[] nodes = [.. Enumerable.Repeat((byte[])[0x0a, 0], 1_000_000).SelectMany(bytes => bytes)];
        byte[] file = [0x08, 3, 0x3a, 0x80, 0x89, 0x7a, .. nodes];
        var before = GC.GetAllocatedBytesForCurrentThread();
        StringAssert.Contains(Refusal(file), "more than 100000 nodes, names and numbers");
        Assert.IsLessThan(100L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void A_file_larger_than_any_supported_is_refused_unread()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "large.onnx");
        using (var file = File.Create(path))
        {
            file.Write([0x08, 3, 0x12, 0]);
            file.SetLength((256 << 20) + 1);
        }

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => CheckpointFile.Open(path)).Message,
            "large.onnx: Unusable checkpoint: the ONNX file has 268435457 bytes; at most 268435456 are allowed");
        File.Delete(path);
    }

    private static bool IsSide(TinyResNet.Step step, int side) => step.Operation == "Conv" && step.Settings["kernel_shape"][0] == side;

    private static object[] Other(Func<TinyResNet.Step, TinyResNet.Step> spoil, string says) =>
        [(Func<object, object>)(step => spoil((TinyResNet.Step)step)), says];
}
