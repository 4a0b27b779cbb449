using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Tests.Training.Data;
using Microsoft.ML.SegSam.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training;

[TestClass]
public sealed class EmbeddingFolderTests
{
    private static readonly SegSamConfig Config = ShapeImages.Config;
    private static readonly NetworkImage Image = new(ImageGeometry.For(2, 2, 64, ResizeRule.PadOrStretch),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

    [TestMethod]
    public void Only_what_the_embedding_depends_on_counts()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var folder = new TemporaryFolder();
        using var network = SmallNetwork.Create(Config);
        bool IsFound(SegSamNetwork of, NetworkImage image, PixelScaling scaling = PixelScaling.MeanStd)
        {
            var opened = new EmbeddingFolder(folder.Path, of, scaling, CPU);
            CollectionAssert.AreEqual(new float[] { 1, -2 }, opened.Get(image, 2, () => [1, -2]));
            return opened.Found == 1;
        }

        Assert.IsFalse(IsFound(network, Image));
        Assert.IsTrue(IsFound(network, Image));
        Assert.IsTrue(IsFound(network, new(Image.Geometry with { OriginalHeight = 9 }, [.. Image.Pixels])),
            "The original's size no longer matters.");

        using var otherDecoders = SmallNetwork.Create(Config with
        {
            CategoryCount = 7, PresenceTokens = 5, TextInsertion = TextInsertion.None, ClassHead = ClassHead.TextSimilarity,
        });
        otherDecoders.ImageEncoder.load_state_dict(network.ImageEncoder.state_dict());
        Assert.IsTrue(IsFound(otherDecoders, Image));

        Assert.IsFalse(IsFound(network, Image, PixelScaling.MinMax));
        Assert.IsFalse(IsFound(network, new(Image.Geometry, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13])));
        Assert.IsFalse(IsFound(network, new(
            ImageGeometry.For(2, 2, 64, ResizeRule.LongestSide) with { ScaledHeight = 2, ScaledWidth = 2 }, Image.Pixels)),
            "It lies elsewhere in the input.");
        using var otherEpsilon = SmallNetwork.Create(Config with { EncoderEpsilon = 1e-5 });
        otherEpsilon.ImageEncoder.load_state_dict(network.ImageEncoder.state_dict());
        Assert.IsFalse(IsFound(otherEpsilon, Image), "What the weights do not tell counts, too.");
        var weight = network.ImageEncoder.parameters().First();
        weight.flatten()[0] += 1e-3f;
        Assert.IsFalse(IsFound(network, Image));
    }

    [TestMethod]
    public void Another_input_size_is_not_found()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        foreach (var size in (int[])[64, 96])
        {
            using var network = SmallNetwork.Create(Config with { InputSize = size });
            var opened = new EmbeddingFolder(folder.Path, network, PixelScaling.MeanStd, CPU);
            opened.Get(new(Image.Geometry with { InputSize = size }, Image.Pixels), 2, () => [1, 2]);
            Assert.AreEqual(0, opened.Found);
        }
    }
}
