using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Onnx;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using Microsoft.ML.SegSam.Tests.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>The exported models in ONNX Runtime: against the official figures, and in half precision against TorchSharp's.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class OnnxParityTests
{
    private const string EncoderFiles = "*_encoder.safetensors", DecoderFiles = "*_decoder.safetensors";

    public static IEnumerable<object[]> Images => GoldenFolder.Cases(EncoderFiles, ".neck");

    public static IEnumerable<object[]> Prompts => GoldenFolder.Cases(DecoderFiles, ".multi.low_res");

    [TestMethod]
    [DynamicData(nameof(Images))]
    public void Embeddings_agree(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var model = GoldenModel.Of(file, Precision.Single);
        if (!model.Images.Has(name + ".image_hwc_u8"))
            return; // several images at once, which are cases of their own too
        var image = model.Input(name);
        foreach (var half in (bool[])[false, true])
        {
            using var network = NewNetwork(model, half);
            using var encoder = new OnnxSession(new OnnxModels(network, model.Preprocessing.Resize, half).Encoder());
            var found = encoder.Run((OnnxModels.Image, image))[OnnxModels.Embeddings];
            Check(model, "embedding", name, half, network.Encode(image), found);
            if (!half)
                Official(model, file).Check("embedding, against the official one", name + ".neck", found, Allowed.Neck);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Prompts))]
    public void Masks_and_quality_agree(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var model = GoldenModel.Of(file, Precision.Single);
        var embedding = GoldenFolder.Open($"{model.Family}_encoder.safetensors").Tensor($"{GoldenModel.ImageOf(name)}.neck");
        var prompts = model.Prompt(name);
        if (prompts is { Points: null, Boxes: null, MaskLogits: null })
            return; // the export takes prompts that are something
        foreach (var half in (bool[])[false, true])
        {
            using var network = NewNetwork(model, half);
            using var decoder = new OnnxSession(new OnnxModels(network, model.Preprocessing.Resize, half).Decoder());
            var results = decoder.Run([(OnnxModels.Embeddings, embedding), .. OnnxSession.Inputs(prompts, model.Config)]);
            var output = network.Decode(embedding, prompts);
            var (masks, ious) = (results[OnnxModels.Candidates], results[OnnxModels.CandidateIoUs]);
            Check(model, "mask logits", name, half, output.MaskLogits, masks);
            Check(model, "predicted IoU", name, half, output.PredictedIoUs, ious);
            if (half)
                continue;
            var (official, multi) = (Official(model, file), model.Config.MultimaskOutputs);
            var allowed = Allowed.Logits(model);
            official.Check("mask logits, against the official ones", $"{name}.multi.low_res", masks.narrow(1, 1, multi), allowed);
            official.Check("mask logits, against the official ones", $"{name}.single.low_res", masks.narrow(1, 0, 1), allowed);
            official.Check("predicted IoU, against the official one", $"{name}.multi.iou", ious.narrow(1, 1, multi), Allowed.Quality);
            official.Check("predicted IoU, against the official one", $"{name}.single.iou", ious.narrow(1, 0, 1), Allowed.Quality);
        }
    }

    private static SegSamNetwork NewNetwork(GoldenModel model, bool half)
    {
        using var scope = NewDisposeScope();
        var network = model.NewNetwork();
        network.eval();
        foreach (var weight in network.state_dict().Values.Where(weight => half && weight.is_floating_point()))
            weight.copy_(weight.to(float16));
        return network;
    }

    private static void Check(GoldenModel model, string what, string name, bool half, Tensor torch, Tensor onnx) =>
        Parity.Check(Group(model), what + (half ? ", float16 weights" : ""), Precision.Single, name, torch, onnx, Allowed.Onnx);

    private static Comparison Official(GoldenModel model, string file) => new(Group(model), GoldenFolder.Open(file), Precision.Single);

    private static string Group(GoldenModel model) => $"ONNX Runtime against TorchSharp, {model.Name}";
}
