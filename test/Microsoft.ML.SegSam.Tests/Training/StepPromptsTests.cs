using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Tests.Training.Data;
using Microsoft.ML.SegSam.Training;
using Microsoft.ML.SegSam.Training.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training;

/// <summary>The kinds of first prompts of training steps (method, 6.2).</summary>
[TestClass]
public sealed class StepPromptsTests
{
    private static readonly SegSamConfig Begins = ShapeImages.Config with { MaskPrior = true };

    [TestMethod]
    [DataRow("Box", "Points", "box|box mask|box points|box points mask|mask|point|point mask|points|points mask")]
    [DataRow(null, "Points", "mask|point|point mask|points|points mask")]
    [DataRow("Box", null, "box")]
    public void All_kinds_of_the_named_columns_are_drawn(string? box, string? points, string expected) =>
        Assert.AreEqual(expected, string.Join('|', Draw(Begins, box, points).Select(KindOf).Distinct().Order(StringComparer.Ordinal)));

    [TestMethod]
    public void Without_masks_that_begin_with_the_prompts_there_are_no_corrections() =>
        Assert.AreEqual("box|point", string.Join('|', Draw(ShapeImages.Config, "Box", "Points").Select(KindOf).Distinct().Order()));

    [TestMethod]
    public void Half_of_the_corrected_masks_are_the_networks_own_answers()
    {
        var masks = Draw(Begins, "Box", "Points").Where(prompt => prompt.MaskLogits is not null).ToList();
        // A network of random weights answers with logits of no cell's log-odds; drawn masks are mostly sure.
        var drawn = masks.Count(prompt => prompt.MaskLogits!.Count(logit => Math.Abs(logit) == 8) > 16);
        Assert.IsTrue(drawn > masks.Count / 4 && drawn < 3 * masks.Count / 4, $"{drawn} of {masks.Count} are drawn.");
    }

    private static List<Prompt> Draw(SegSamConfig config, string? box, string? points)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(1, folder.Path);
        using var network = SmallNetwork.Create(config);
        var settings = new SegSamOptions
        {
            BoxColumnName = box,
            PointsColumnName = points,
            PointLabelsColumnName = points is null ? null : "PointLabels",
        }.TrainingSettings(usesBFloat16: false);
        var random = new Random(3);
        var batch = TrainingBatch.Read(set, [0], presenceTokens: 3, random, withPixels: true);
        var prompts = new StepPrompts(network, settings, new(batch, random), CPU);
        var visual = network.Encode(SmallNetwork.Normal(7, 1, 3, 64, 64));
        return [.. Enumerable.Range(0, 300).SelectMany(_ => prompts.First(visual))];
    }

    private static string KindOf(Prompt prompt)
    {
        string?[] parts =
        [
            prompt.Box is null ? null : "box",
            prompt.PointCount == 0 ? null : prompt.PointCount == 1 && prompt.Box is null ? "point" : "points",
            prompt.MaskLogits is null ? null : "mask",
        ];
        return string.Join(' ', parts.OfType<string>());
    }
}
