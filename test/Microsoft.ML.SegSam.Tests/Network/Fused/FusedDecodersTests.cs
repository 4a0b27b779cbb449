using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Fused;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Fused;

/// <summary>What is asked beside a prompt changes nothing in its answer; bfloat16 would make much of a float32 number's last bit.</summary>
[TestClass]
public sealed class FusedDecodersTests
{
    private const double Within = 1e-5; // of logits
    private static readonly long[] Images = [0, 1, 2, 1, 0];
    private static readonly float[] Corners = [10, 20, 100, 120, 30, 40, 120, 110, 60, 60, 90, 110, 5, 5, 125, 125, 100, 20, 120, 66];

    public static IEnumerable<object[]> Networks =>
        from halves in (bool[])[false, true]
        from config in (SegSamConfig[])
        [
            SegSamConfig.For(SegSamEncoder.VitB, 256) with { EncoderDepth = 1, GlobalBlocks = [], CategoryCount = 20 },
            SegSamConfig.For(SegSamEncoder.ResNet18, 128) with { CategoryCount = 20 },
        ]
        select new object[] { config, halves };

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void An_answer_does_not_depend_on_what_else_is_asked(object config, bool halves)
    {
        FusedKernels.Need(halves);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var network = SmallNetwork.Create((SegSamConfig)config);
        network.eval();
        using var fused = new FusedDecoders(network, halves) { AreUsed = true };
        var (input, mask) = (network.Config.InputSize, network.Config.MaskSide);
        var visual = network.Encode(SmallNetwork.Normal(3, 3, 3, input, input));
        List<ImageContext> images = [.. Enumerable.Range(0, 3).Select(i => network.Prepare(visual[i..(i + 1)]))];
        var all = ImageContext.Join(images);
        var boxes = tensor(Corners, [Images.Length, 4]);
        var points = boxes.reshape(-1, 2, 2);
        foreach (var prompts in (PromptTensors[])
        [
            new(tensor(Images), Boxes: boxes),
            new(tensor(Images), Points: points[.., ..1], PointLabels: ones(Images.Length, 1)),
            new(tensor(Images), points, tensor([1f, 0]).expand(Images.Length, 2), boxes,
                SmallNetwork.Normal(4, Images.Length, 1, mask, mask)),
        ])
        {
            var together = network.DecodeInChunks(all, prompts);
            for (var i = 0; i < Images.Length; i++)
            {
                var alone = network.DecodeInChunks(images[(int)Images[i]], prompts.Slice(i, 1) with { ImageIndex = zeros(1, int64) });
                Check("masks", output => output.MaskLogits);
                Check("semantic mask", output => output.SemanticLogits);
                Check("categories", output => output.ClassLogits);
                Check("presence", output => output.PresenceLogits);

                void Check(string what, Func<SegSamOutput, Tensor> part) =>
                    SmallNetwork.AssertClose(part(alone), part(together)[i..(i + 1)], Within, $"prompt {i}: {what}");
            }
        }
    }
}
