using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Tests.Training.Data;
using Microsoft.ML.SegSam.Training.Data;
using Microsoft.ML.SegSam.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training;

/// <summary>Sixteen images by heart, from scratch (method, 11.8): all parts learn together or this fails.</summary>
[TestClass]
public sealed class OverfitTests
{
    private const int Epochs = 100, Early = 12;

    private static readonly SegSamConfig Config = new()
    {
        InputSize = ShapeImages.Side, EncoderWidth = 64, EncoderDepth = 2, EncoderHeads = 2, GlobalBlocks = [1], WindowSize = 4,
        Width = 64, DecoderHeads = 4, DecoderMlpWidth = 128, QualityHeadWidth = 64,
        CategoryCount = 3, PresenceTokens = 3, TextWidth = 24, TextMlpWidth = 64,
    };

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Sixteen_images_are_learned_by_heart()
    {
        var scores = Train(seed: 1, alignmentWeight: 0.5, stopAfter: Epochs);
        TestContext.WriteLine(scores.ToString());
        Assert.IsGreaterThan(0.95, scores.Binary, "Dice of the binary masks");
        Assert.IsGreaterThan(0.95, scores.Semantic, "Dice of the semantic masks");
        Assert.AreEqual(1.0, scores.Accuracy, "category of the prompted object");
        Assert.IsGreaterThan(0.95, scores.PresenceF1, "categories of the other objects");
    }

    /// <summary>
    /// Measured early, while the masks still differ: at the end both equal the truth by heart, and their Dice of 0.99 with each other
    /// says nothing of the alignment. After 8 and after 12 epochs it is higher with it for each of five seeds, by 0.003 to 0.17.
    /// </summary>
    [TestMethod]
    public void Early_in_training_the_two_masks_agree_better_with_the_alignment_than_without()
    {
        int[] seeds = [1, 2, 3];
        var with = seeds.Average(seed => Train(seed, alignmentWeight: 0.5, stopAfter: Early).Agreement);
        var without = seeds.Average(seed => Train(seed, alignmentWeight: 0, stopAfter: Early).Agreement);
        TestContext.WriteLine($"with {with}; without {without}");
        Assert.IsGreaterThan(without, with);
    }

    private static Scores Train(int seed, double alignmentWeight, int stopAfter)
    {
        using var thread = new OneThread();
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(16, folder.Path);
        using var network = SmallNetwork.Create(Config, seed);
        using var stop = new CancellationTokenSource();
        var options = new SegSamOptions
        {
            BoxColumnName = "Box", Epochs = Epochs, BatchSize = 8, LearningRate = 2e-3, AlignmentWeight = alignmentWeight,
            CancellationToken = stop.Token,
        };
        new Trainer(network, options.TrainingSettings(usesBFloat16: false), PixelScaling.MeanStd, new TorchDevice(CPU), seed, report =>
        {
            if (report.Epoch == stopAfter)
                stop.Cancel();
        }).Train(set, null);
        return Score(network, set);
    }

    private static Scores Score(SegSamNetwork network, TrainingSet set)
    {
        using var noGrad = no_grad();
        var (binary, semantic, agreement, right) = (0.0, 0.0, 0.0, 0);
        var (hits, claimed, present) = (0, 0, 0);
        for (var image = 0; image < set.ImageCount; image++)
        {
            using var scope = NewDisposeScope();
            var visual = network.Encode(ImageTensor.Stack([set.ReadImage(image)], PixelScaling.MeanStd, CPU));
            foreach (var index in set.ObjectsOf(image))
            {
                var found = set.Objects[index];
                var output = network.Decode(visual, PromptCollator.Collate([found.Given], [0], network.Config.MaskSide, CPU));
                var truth = set.ReadMask(found).Select(value => value != 0).ToArray();
                var (b, s) = (Mask(output.BestMask().Logits), Mask(output.SemanticLogits));
                binary += Dice(b, truth);
                semantic += Dice(s, truth);
                agreement += Dice(b, s);
                right += output.ClassLogits.narrow(1, 0, 3).argmax(1).item<long>() == found.Category ? 1 : 0;

                var scores = output.PresenceLogits.softmax(-1).narrow(2, 0, 3).amax([1])[0].data<float>().ToArray();
                var claims = Enumerable.Range(0, 3).Where(category => category != found.Category && scores[category] > 0.5).ToList();
                var others = set.OthersOf(index);
                (hits, claimed, present) = (hits + claims.Intersect(others).Count(), claimed + claims.Count, present + others.Length);
            }
        }

        double count = set.Objects.Count;
        return new(binary / count, semantic / count, agreement / count, right / count, 2.0 * hits / (claimed + present));
    }

    private static bool[] Mask(Tensor logits) =>
        (nn.functional.interpolate(logits, [ShapeImages.Side, ShapeImages.Side], mode: InterpolationMode.Bilinear, align_corners: false)
            > 0).data<bool>().ToArray();

    private static double Dice(bool[] a, bool[] b) =>
        2.0 * a.Zip(b).Count(pair => pair.First && pair.Second) / Math.Max(1, a.Count(x => x) + b.Count(x => x));

    private sealed record Scores(double Binary, double Semantic, double Agreement, double Accuracy, double PresenceF1);
}
