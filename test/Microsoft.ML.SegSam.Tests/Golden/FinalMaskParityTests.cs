using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>The whole path: bytes of an image and prompts in its pixels in, masks at its size out.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class FinalMaskParityTests
{
    private const string Files = "*_final.safetensors";

    public static IEnumerable<object[]> Prompts => GoldenFolder.Cases(Files, ".mask");

    public static IEnumerable<object[]> Predictions => GoldenFolder.Cases(Files, ".predictor_mask");

    [TestMethod]
    [DynamicData(nameof(Prompts))]
    public void Masks_of_SAM_agree_at_the_size_of_the_image(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = GoldenFolder.Open(file);
        var model = GoldenModel.Of(file, Precision.Single);
        var (multi, geometry) = Answer(model, name, output => output.MaskLogits.narrow(1, 1, model.Config.MultimaskOutputs));
        var logits = MaskParity.ToOriginal(multi.flatten(0, 1), geometry).reshape(golden.Shape(name + ".mask"));
        MaskParity.Check(Group(model), model, name, golden.Tensor(name + ".mask"), logits);
        var compare = new Comparison(Group(model), golden, Precision.Single);
        compare.Check("logits at the image's size", name + ".logits", logits, Allowed.Logits(model));
    }

    /// <summary>
    /// The predictor keeps the mask of the highest predicted IoU; of several boxes it returns the last one's IoU and small mask.
    /// </summary>
    [TestMethod]
    [DynamicData(nameof(Predictions))]
    public void Masks_of_SAM_Med2D_agree_at_the_size_of_the_image(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = GoldenFolder.Open(file);
        var model = GoldenModel.Of(file, Precision.Single);
        var (best, geometry) = Answer(model, name, output => output.BestMask());
        var logits = MaskParity.ToOriginal(best.Logits.squeeze(1), geometry).unsqueeze(1);
        var last = best.Logits.size(0) - 1;
        MaskParity.Check(Group(model), model, name, golden.Tensor(name + ".predictor_mask"), logits);
        var compare = new Comparison(Group(model), golden, Precision.Single);
        var (lowRes, predictedIoU) = (best.Logits.narrow(0, last, 1), best.PredictedIoU.narrow(0, last, 1).unsqueeze(1));
        compare.Check("predicted IoU of the best mask", name + ".predictor_iou", predictedIoU, Allowed.Quality);
        compare.Check("low-resolution logits of the best mask", name + ".predictor_low_res", lowRes, Allowed.Logits(model));
        compare.Check("logits at the image's size", name + ".predictor_logits", logits, Allowed.Logits(model));
        if (!golden.Has(name + ".test_script_logits"))
            return;

        // The test script's way back: out of the center where the image was padded, else stretched back.
        var padded = ImageGeometry.For(geometry.OriginalHeight, geometry.OriginalWidth, geometry.InputSize, ResizeRule.PadOrStretch);
        long[] pad = [.. golden.Span<long>(name + ".test_script_pad_top_left")];
        if (pad[0] >= 0)
            Assert.AreEqual((pad[0], pad[1]), ((long)padded.OffsetY, (long)padded.OffsetX), $"{name}: rows above and columns on the left");
        logits = MaskParity.ToOriginal(best.Logits.squeeze(1), padded).unsqueeze(1);
        compare.Check("logits at the image's size, test script", name + ".test_script_logits", logits, Allowed.Logits(model));
    }

    private static (T Result, ImageGeometry Geometry) Answer<T>(GoldenModel model, string name, Func<SegSamOutput, T> choose)
    {
        var image = model.Scaled(model.Image(GoldenModel.ImageOf(name)));
        var visual = model.Network.Encode(ImageTensor.Stack([image], model.Preprocessing.Scaling, CPU));
        Prompt[] prompts = [.. model.OriginalPrompts(name).Select(prompt => prompt.ToNetwork(image.Geometry))];
        var tensors = PromptCollator.Collate(prompts, new long[prompts.Length], model.Config.MaskSide, CPU);
        var output = model.Network.DecodeInChunks(visual, tensors);
        return (choose(output), image.Geometry);
    }

    private static string Group(GoldenModel model) => $"Final masks, {model.Name}";
}
