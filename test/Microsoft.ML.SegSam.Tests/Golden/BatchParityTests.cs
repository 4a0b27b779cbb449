using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>Several images in one batch, each with prompts of its own: the answers are those that each image gets alone.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class BatchParityTests
{
    public static IEnumerable<object[]> Calls => GoldenFolder.Files("*_final.safetensors")
        .SelectMany(file => GoldenFolder.Open(file).CasesWith(".low_res")
            .Where(name => name.Contains("_forward_", StringComparison.Ordinal))
            .Select(name => name[..name.LastIndexOf('.')]).Distinct().Select(call => new object[] { file, call }))
        .DefaultIfEmpty(["*_final.safetensors", "*_forward_*"]);

    public static IEnumerable<object[]> Decoders => GoldenFolder.FileRows("*_decoder.safetensors");

    /// <summary>The whole-model call of SAM: the images as one batch through the encoder, single masks.</summary>
    [TestMethod]
    [DynamicData(nameof(Calls))]
    public void The_whole_model_call_agrees(string file, string call)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = GoldenFolder.Open(file);
        var model = GoldenModel.Of(file, Precision.Single);
        var parts = golden.CasesWith(".low_res").Where(name => name.StartsWith(call + ".", StringComparison.Ordinal)).ToList();
        var cases = parts.ConvertAll(part => CaseOf(model, golden, part));
        var images = cases.ConvertAll(name => model.Scaled(model.Image(GoldenModel.ImageOf(name))));
        var visual = model.Network.Encode(ImageTensor.Stack(images, model.Preprocessing.Scaling, CPU));
        for (var i = 0; i < parts.Count; i++)
        {
            var output = model.Network.Decode(visual, About(model.Prompt(cases[i]), i));
            var lowRes = output.MaskLogits.narrow(1, 0, 1);
            var compare = new Comparison(Group(model), golden, Precision.Single);
            compare.Check("low-resolution logits", parts[i] + ".low_res", lowRes, Allowed.Logits(model));
            compare.Check("predicted IoU", parts[i] + ".iou", output.PredictedIoUs.narrow(1, 0, 1), Allowed.Quality);
            var logits = MaskParity.ToOriginal(lowRes.squeeze(1), images[i].Geometry).unsqueeze(1);
            MaskParity.Check(Group(model), model, parts[i], golden.Tensor(parts[i] + ".masks"), logits);
        }
    }

    /// <summary>Prompts of one kind about different images share one forward of the decoder.</summary>
    [TestMethod]
    [DynamicData(nameof(Decoders))]
    public void Prompts_about_several_images_agree_in_one_forward(string file)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = GoldenFolder.Open(file);
        var model = GoldenModel.Of(file, Precision.Double);
        var groups = golden.CasesWith(".multi.low_res_f64").GroupBy(name => Kind(model.Prompt(name)))
            .Where(alike => alike.Select(GoldenModel.ImageOf).Distinct().Count() > 1).ToList();
        if (groups.Count == 0)
            Assert.Inconclusive($"Skipped: {file} has no two images with prompts of one kind.");
        foreach (var alike in groups)
        {
            var images = alike.Select(GoldenModel.ImageOf).Distinct().ToList();
            var necks = GoldenFolder.Open($"{model.Family}_encoder.safetensors");
            var visual = cat([.. images.Select(image => necks.Tensor($"{image}.neck_f64"))]);
            var prompts = alike.Select(name => About(model.Prompt(name), images.IndexOf(GoldenModel.ImageOf(name)))).ToList();
            var masks = model.Network.Decode(visual, Join(prompts)).MaskLogits.narrow(1, 1, model.Config.MultimaskOutputs);
            var expected = cat([.. alike.Select(name => golden.Tensor(name + ".multi.low_res_f64"))]);
            Parity.Check(Group(model), "prompts on several images in one forward pass", Precision.Double, string.Join(", ", alike),
                expected, masks, Precision.Double.Allow(Allowed.Logits(model)));
        }
    }

    /// <summary>The file does not name the prompts of the call: they are those of the case whose single mask is its mask.</summary>
    private static string CaseOf(GoldenModel model, SafetensorsFile golden, string part)
    {
        var decoder = GoldenFolder.Open($"{model.Family}_decoder.safetensors");
        var expected = golden.Tensor(part + ".low_res");
        var (name, error) = decoder.CasesWith(".single.low_res")
            .Select(name => (Name: name, Tensor: decoder.Tensor(name + ".single.low_res")))
            .Where(single => single.Tensor.shape.SequenceEqual(expected.shape))
            .Select(single => (single.Name, Error: single.Tensor.Minus(expected).abs().max().item<float>()))
            .MinBy(candidate => candidate.Error);
        Assert.IsLessThan(Allowed.Logits(model), error, $"No case has the masks of {part}; {name} comes nearest.");
        return name;
    }

    private static string Group(GoldenModel model) => $"Batches, {model.Name}";

    private static PromptTensors About(PromptTensors prompt, int image) => prompt with { ImageIndex = full_like(prompt.ImageIndex, image) };

    private static (long Points, bool Boxes, bool Masks) Kind(PromptTensors prompt) =>
        (prompt.Points?.size(1) ?? 0, prompt.Boxes is not null, prompt.MaskLogits is not null);

    private static PromptTensors Join(List<PromptTensors> prompts)
    {
        return new(All(p => p.ImageIndex)!, All(p => p.Points), All(p => p.PointLabels), All(p => p.Boxes), All(p => p.MaskLogits));

        Tensor? All(Func<PromptTensors, Tensor?> part) =>
            part(prompts[0]) is null ? null : cat([.. prompts.Select(prompt => part(prompt)!)]);
    }
}
