using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Tests.Training.Data;
using Microsoft.ML.SegSam.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training;

[TestClass]
public sealed class ValidatorTests : IDisposable
{
    private static readonly SegSamConfig Config = ShapeImages.Config;

    private readonly OneThread _thread = new();

    [TestMethod]
    public void Every_measure_is_what_its_definition_says_object_by_object()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(4, folder.Path);
        using var network = SmallNetwork.Randomize(SmallNetwork.Create(Config), seed: 5);
        // never "no object", so that categories are claimed
        network.get_parameter("class_head.mlp.layers.2.bias")!.narrow(0, 3, 1).fill_(-1000);
        using var visuals = new VisualEmbeddings(network, set, PixelScaling.MeanStd, CPU, isFrozen: false);
        var measured = new Validator(network, set,
            new SegSamOptions { BoxColumnName = "Box", BatchSize = 3 }.TrainingSettings(usesBFloat16: false), visuals, CPU);
        var found = measured.Measure();

        var (binary, either, semantic, right) = (0.0, 0.0, 0.0, 0.0);
        var (hits, claims, truths) = (0, 0, 0);
        foreach (var (index, one) in set.Objects.Index())
        {
            var output = network.Decode(visuals.Of([one.Image]), PromptCollator.Collate([one.Given], [0], Config.MaskSide, CPU));
            var truth = set.ReadMask(one).Select(value => value != 0).ToArray();
            var classes = output.ClassLogits.data<float>().ToArray()[..3];
            var isRight = Array.IndexOf(classes, classes.Max()) == one.Category;
            binary += Dice(output.BestMask().Logits, truth);
            either += Dice(output.SemanticLogits, truth);
            semantic += isRight ? Dice(output.SemanticLogits, truth) : 0;
            right += isRight ? 1 : 0;
            var scores = output.PresenceLogits[0].softmax(-1);
            var claimed = Enumerable.Range(0, 3)
                .Where(k => k != one.Category && Enumerable.Range(0, 3).Any(token => scores[token, k].item<float>() > 0.5f)).ToList();
            var others = set.OthersOf(index);
            (hits, claims, truths) = (hits + claimed.Intersect(others).Count(), claims + claimed.Count, truths + others.Length);
        }

        double count = set.Objects.Count;
        Assert.IsTrue(right > 0 && right < count && hits > 0 && hits < claims,
            $"Choose a seed with right and wrong answers; right {right} of {count}, {hits} hits, {claims} claims.");
        Assert.AreEqual((binary + either) / (2 * count), found[ValidationMetric.MeanDice], 1e-6);
        Assert.AreEqual(binary / count, found[ValidationMetric.BinaryDice], 1e-6);
        Assert.AreEqual(semantic / count, found[ValidationMetric.SemanticDice], 1e-6);
        Assert.AreEqual(right / count, found[ValidationMetric.ClassAccuracy], 1e-9);
        Assert.AreEqual(2.0 * hits / (claims + truths), found[ValidationMetric.PresenceF1], 1e-9);
        CollectionAssert.AreEqual(found.Values, measured.Measure().Values, "Measured again, it is the same.");
    }

    [TestMethod]
    [DataRow(null, null, true)]
    [DataRow(0.5, null, true)]
    [DataRow(0.6, 0.5, true)]
    [DataRow(0.5, 0.5, false)]
    [DataRow(0.4, 0.5, false)]
    [DataRow(0.0, 0.0, false)]
    public void Of_equal_epochs_the_earlier_is_the_best(double? metric, double? best, bool isBetter) =>
        Assert.AreEqual(isBetter, new RunPosition(SavedPosition.Start with { Best = best }).IsBetter(metric));

    public void Dispose() => _thread.Dispose();

    private static double Dice(Tensor logits, bool[] truth)
    {
        var mask = (nn.functional.interpolate(logits, [ShapeImages.Side, ShapeImages.Side], mode: InterpolationMode.Bilinear,
            align_corners: false) > 0).data<bool>().ToArray();
        return 2.0 * mask.Zip(truth).Count(pair => pair.First && pair.Second) / (mask.Count(x => x) + truth.Count(x => x));
    }
}
