using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Tests.Prediction;

[TestClass]
public sealed class ModelPromptsTests
{
    [TestMethod]
    public void The_named_kinds_are_those_with_a_column()
    {
        var named = new SegSamOptions { PointsColumnName = "Points", PointLabelsColumnName = "Labels" };
        Assert.AreEqual(ModelPrompts.Points, named.NamedPrompts());
        Assert.AreEqual(ModelPrompts.Box | ModelPrompts.Points | ModelPrompts.Mask,
            (named with { BoxColumnName = "Box", MaskPromptColumnName = "Logits" }).NamedPrompts());
        Assert.AreEqual(ModelPrompts.None, new SegSamOptions().NamedPrompts());
    }

    [TestMethod]
    public void A_checkpoint_and_correction_rounds_teach_points_and_masks_but_no_boxes()
    {
        Assert.AreEqual(ModelPrompts.Box, ModelPromptRules.Known(ModelPrompts.Box, hasCheckpoint: false, rounds: 0));
        var all = ModelPrompts.Box | ModelPrompts.Points | ModelPrompts.Mask;
        Assert.AreEqual(all, ModelPromptRules.Known(ModelPrompts.Box, hasCheckpoint: true, rounds: 0));
        Assert.AreEqual(all, ModelPromptRules.Known(ModelPrompts.Box, hasCheckpoint: false, rounds: 1));
        Assert.AreEqual(ModelPrompts.Points | ModelPrompts.Mask, ModelPromptRules.Known(ModelPrompts.Points, hasCheckpoint: true, rounds: 2));
    }
}
