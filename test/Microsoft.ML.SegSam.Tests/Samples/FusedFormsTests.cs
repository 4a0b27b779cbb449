using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Fused;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>segsam-mini on the real images of the samples: what fused forms change of its answers.</summary>
[TestClass]
public sealed class FusedFormsTests
{
    private static readonly string Mini = Path.Combine(SharedFolder.Repository, "src", "Microsoft.ML.SegSam.Mini", "segsam-mini.zip");

    [TestMethod]
    [DataRow(false), DataRow(true)]
    public void Masks_and_scores_stay_the_same(bool halves)
    {
        using var predictor = SegSamPredictor.Load(Mini);
        FusedKernels.Need(halves);
        var network = predictor.Model.Network;
        foreach (var transformer in network.modules().OfType<TwoWayTransformer>())
            transformer.Fused = null;
        var expected = Answers(predictor);
        using var fused = new FusedDecoders(network, halves) { AreUsed = true };
        var found = Answers(predictor);

        Assert.IsGreaterThanOrEqualTo(0.995, expected.Zip(found, (a, b) => IoU(a.Mask, b.Mask)).Average());
        Assert.IsGreaterThanOrEqualTo(0.995, expected.Zip(found, (a, b) => IoU(a.SemanticMask, b.SemanticMask)).Average());
        foreach (var (before, after) in expected.Zip(found))
        {
            Assert.AreEqual(before.PredictedIoU, after.PredictedIoU, 0.01);
            foreach (var (category, score) in before.ClassScores.ToDictionary(item => item.Category, item => item.Score))
                Assert.AreEqual(score, after.ClassScores.Single(item => item.Category == category).Score, 0.01, category);
        }
    }

    private static List<SegSamPrediction> Answers(SegSamPredictor predictor) =>
    [
        .. SampleImages.All.SelectMany(sample =>
        {
            using var image = predictor.Encode(sample.Path);
            return predictor.Predict(image, [.. sample.Objects.Select(item => SegSamPrompt.Box(item.X0, item.Y0, item.X1, item.Y1))]);
        }),
    ];

    private static double IoU(SegmentationMask a, SegmentationMask b)
    {
        var pixels = a.ToPixels().Zip(b.ToPixels()).ToList();
        var either = pixels.Count(pixel => pixel.First || pixel.Second);
        return either == 0 ? 1 : (double)pixels.Count(pixel => pixel.First && pixel.Second) / either;
    }
}
