using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

/// <summary>Shapes of the method's section 3 for each input size and prompt kind; two images, three prompts.</summary>
[TestClass]
public sealed class ShapeTests
{
    public static IEnumerable<object[]> SizesAndPrompts =>
        from side in new[] { 64, 128, 256 }
        from prompt in new[]
        {
            (1, false, false, 2), (4, false, false, 5), (0, true, false, 2), (3, true, false, 5), (0, false, true, 0), (2, true, true, 4),
            (0, false, false, 0),
        }
        select new object[] { side, prompt.Item1, prompt.Item2, prompt.Item3, prompt.Item4 };

    [TestMethod]
    [DynamicData(nameof(SizesAndPrompts))]
    public void Every_output_has_its_shape_and_is_finite(int side, int points, bool box, bool mask, int sparseTokens)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var config = Config with { InputSize = side };
        using var network = Create(config);
        var (p, c, g) = (3L, (long)config.Width, side / 16L);
        var prompts = new PromptTensors(tensor([1L, 0L, 1L]),
            points == 0 ? null : rand(p, points, 2, generator: new Generator(5, CPU)) * side,
            points == 0 ? null : (arange(p * points, float32) % 2).reshape(p, points),
            box ? tensor([2f, 3, 20, 30, 10, 10, 50, 60, 0, 0, side, side], [p, 4]) : null,
            mask ? Normal(6, p, 1, 4 * g, 4 * g) : null);

        var (sparse, dense, _) = network.PromptEncoder.call(prompts);
        Check(sparse, p, sparseTokens, c);
        Check(dense, mask ? [p, c, g, g] : [1, c, 1, 1]);
        Check(network.PromptEncoder.DensePositions(), 1, c, g, g);

        var visual = network.Encode(Normal(7, 2, 3, side, side));
        Check(visual, 2, c, g, g);
        var output = network.Decode(visual, prompts);
        Check(output.MaskLogits, p, 4, 4 * g, 4 * g);
        Check(output.PredictedIoUs, p, 4);
        Check(output.SemanticLogits, p, 1, 4 * g, 4 * g);
        Check(output.ClassLogits, p, config.CategoryCount + 1);
        Check(output.PresenceLogits, p, config.PresenceTokens, config.CategoryCount + 1);
        Check(output.BestMask().Logits, p, 1, 4 * g, 4 * g);
        Check(output.BestMask().PredictedIoU, p);
    }

    [TestMethod]
    [DataRow(SemanticDecoding.Independent)]
    [DataRow(SemanticDecoding.Shared)]
    public void A_prompt_is_predicted_alike_alone_and_in_a_batch(SemanticDecoding decoding)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(Config with { SemanticDecoding = decoding });
        var visual = network.Encode(Normal(7, 2, 3, 64, 64));
        var together = Boxes(1, 0, 1);
        var output = network.Decode(visual, together);
        for (var i = 0; i < 3; i++)
        {
            var image = together.ImageIndex[i].item<long>();
            var alone = network.Decode(visual.narrow(0, image, 1), new(zeros(1, int64), Boxes: together.Boxes!.narrow(0, i, 1)));
            AssertClose(alone.MaskLogits[0], output.MaskLogits[i], 1e-5, "masks");
            AssertClose(alone.SemanticLogits[0], output.SemanticLogits[i], 1e-5, "semantic");
            AssertClose(alone.ClassLogits[0], output.ClassLogits[i], 1e-5, "classes");
            AssertClose(alone.PresenceLogits[0], output.PresenceLogits[i], 1e-5, "presence");
        }
    }

    [TestMethod]
    public void Large_maps_attend_alike_whole_or_tile_by_tile()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        const int side = 64; // four maps together pass the budget of bias numbers that one map just keeps
        using var attention = new EncoderAttention(LayerFactory.Default, width: 4, heads: 1, window: 0, side);
        foreach (var (parameter, i) in attention.parameters().Select((parameter, i) => (parameter, i)))
            parameter.copy_(Normal(20 + i, parameter.shape));
        var maps = Normal(9, 4, side, side, 4);
        AssertClose(cat([.. Enumerable.Range(0, 4).Select(i => attention.call(maps.narrow(0, i, 1)))]), attention.call(maps), 1e-4);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-64)]
    [DataRow(250)]
    public void A_preset_refuses_an_input_size_that_is_no_multiple_of_16(int size) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SegSamConfig.For(SegSamEncoder.VitB, size));

    private static void Check(Tensor found, params long[] shape)
    {
        CollectionAssert.AreEqual(shape, found.shape, $"[{string.Join(',', found.shape)}]");
        Assert.IsTrue(found.isfinite().all().item<bool>(), "NaN or infinity");
    }
}
