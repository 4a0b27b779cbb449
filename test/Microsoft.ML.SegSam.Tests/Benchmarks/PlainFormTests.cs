using Microsoft.ML.SegSam.Benchmarks.Plain;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Benchmarks;

/// <summary>What the library is measured against must compute the same.</summary>
[TestClass]
public sealed class PlainFormTests
{
    [TestMethod]
    public void Encoders_agree()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var image = SmallNetwork.Normal(7, 2, 3, 64, 64);
        using var vit = SmallNetwork.Randomize(SmallNetwork.Create(SmallNetwork.Config));
        SmallNetwork.AssertClose(vit.Encode(image), new PlainEncoder(vit).Encode(image), 1e-4, "ViT");
        using var adapted = SmallNetwork.Randomize(SmallNetwork.Create(SmallNetwork.Config with { Adapter = SegSamAdapter.SamMed2D }));
        SmallNetwork.AssertClose(adapted.Encode(image), new PlainEncoder(adapted).Encode(image), 1e-4, "adapters");
        using var tiny = SmallNetwork.Randomize(SmallNetwork.Create(SmallNetwork.TinyVit));
        tiny.eval();
        SmallNetwork.AssertClose(tiny.Encode(image), new PlainTinyVit(tiny).Encode(image), 1e-4, "TinyViT");
    }

    [TestMethod]
    public void Decoders_agree()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = SmallNetwork.Create(SmallNetwork.Config with { TextLayerScale = 0.5, ClassHead = ClassHead.TextSimilarity });
        var visual = SmallNetwork.Normal(8, 2, 32, 4, 4);
        var prompts = SmallNetwork.Boxes(0, 1, 1);
        var (ours, plain) = (network.Decode(visual, prompts), new PlainDecoder(network).Decode(visual, prompts));
        SmallNetwork.AssertClose(ours.MaskLogits, plain.MaskLogits, 1e-4, "masks");
        SmallNetwork.AssertClose(ours.PredictedIoUs, plain.PredictedIoUs, 1e-4, "quality");
        SmallNetwork.AssertClose(ours.SemanticLogits, plain.SemanticLogits, 1e-4, "semantic masks");
        SmallNetwork.AssertClose(ours.ClassLogits, plain.ClassLogits, 1e-4, "classes");
        SmallNetwork.AssertClose(ours.PresenceLogits, plain.PresenceLogits, 1e-4, "presence");
    }

    [TestMethod]
    public void SAMs_own_part_agrees_where_no_text_joins()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = SmallNetwork.Create(SmallNetwork.Config with { TextInsertion = TextInsertion.None });
        var visual = SmallNetwork.Normal(8, 1, 32, 4, 4);
        var prompts = SmallNetwork.Boxes(0, 0);
        SmallNetwork.AssertClose(
            network.Decode(visual, prompts).MaskLogits,
            new PlainDecoder(network).DecodeSam(visual, prompts).Masks, 1e-4);
    }
}
