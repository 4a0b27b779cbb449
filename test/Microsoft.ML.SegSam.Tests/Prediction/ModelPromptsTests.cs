using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Tests.Prediction;

[TestClass]
public sealed class ModelPromptsTests
{
    private const ModelPrompts All = ModelPrompts.Box | ModelPrompts.Points | ModelPrompts.Mask;

    [TestMethod]
    public void The_named_kinds_are_those_with_a_column()
    {
        var named = new SegSamOptions { PointsColumnName = "Points", PointLabelsColumnName = "Labels" };
        Assert.AreEqual(ModelPrompts.Points, ModelDescription.NamedPrompts(named));
        Assert.AreEqual(All, ModelDescription.NamedPrompts(named with { BoxColumnName = "Box", MaskPromptColumnName = "Logits" }));
        Assert.AreEqual(ModelPrompts.None, ModelDescription.NamedPrompts(new()));
    }

    [TestMethod]
    public void A_SAM_and_correction_rounds_teach_points_and_masks_but_no_boxes_and_an_encoder_alone_teaches_nothing()
    {
        var box = new SegSamOptions { BoxColumnName = "Box", InteractiveRounds = 0 };
        Assert.AreEqual(ModelPrompts.Box, ModelDescription.PromptsOf(box, startsFromSam: false));
        Assert.AreEqual(All, ModelDescription.PromptsOf(box with { Checkpoint = "sam.pth" }, startsFromSam: true));
        Assert.AreEqual(ModelPrompts.Box, ModelDescription.PromptsOf(box with { Checkpoint = "ResNet18.onnx" }, startsFromSam: false));
        Assert.AreEqual(All, ModelDescription.PromptsOf(box with { InteractiveRounds = 1 }, startsFromSam: false));
        var points = new SegSamOptions { PointsColumnName = "Points", PointLabelsColumnName = "Labels", Checkpoint = "sam.pth" };
        Assert.AreEqual(ModelPrompts.Points | ModelPrompts.Mask, ModelDescription.PromptsOf(points, startsFromSam: true));
        Assert.AreEqual(ModelPrompts.Points | ModelPrompts.Mask,
            ModelDescription.PromptsOf(points with { Checkpoint = null, InteractiveRounds = 0 }, startsFromSam: false),
            "Simulated corrections.");
    }
}
