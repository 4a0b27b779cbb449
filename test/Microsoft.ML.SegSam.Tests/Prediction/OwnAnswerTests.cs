using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Prediction;

/// <summary>When the mask of an earlier prediction counts, for a network that was trained from scratch.</summary>
[TestClass]
public sealed class OwnAnswerTests
{
    private const int Height = 48, Width = 64;
    private static readonly SegSamPrompt First = SegSamPrompt.Point(20, 20), Corrected = First.AndPoint(50, 30, onObject: false);
    private static SegSamPredictor _predictor = null!;
    private static EncodedImage _image = null!, _other = null!;
    private static SegSamPrediction _answer = null!;

    [ClassInitialize]
    public static void Predict(TestContext _)
    {
        _predictor = new(FittedModel.Shared);
        Assert.IsTrue(FittedModel.Shared.Model.Config.MaskPrior);
        (_image, _other) = (_predictor.Encode(Noise(1), Height, Width), _predictor.Encode(Noise(2), Height, Width));
        _answer = _predictor.Predict(_image, First, multimask: true);
    }

    [ClassCleanup]
    public static void Free()
    {
        _image.Dispose();
        _other.Dispose();
    }

    [TestMethod]
    public void What_was_all_asked_again_is_answered_anew()
    {
        AssertSame(Corrected, Corrected.AndMask(_answer));
        var turned = SegSamPrompt.Point(50, 30, onObject: false).AndPoint(20, 20);
        AssertSame(turned, turned.AndMask(_answer), "in any order");
        AssertSame(First, First.AndMask(_answer), "with nothing new");
        var third = Corrected.AndPoint(5, 5);
        AssertSame(third, third.AndMask(_predictor.Predict(_image, Corrected.AndMask(_answer))), "after two answers");
        var box = SegSamPrompt.Box(10, 10, 40, 40);
        AssertSame(box.AndPoint(50, 30), box.AndPoint(50, 30).AndMask(_predictor.Predict(_image, box)), "of a box");
        using var again = _predictor.Encode(Noise(1), Height, Width);
        AssertSame(Corrected, Corrected.AndMask(_predictor.Predict(again, First)), "of the image encoded again");
    }

    [TestMethod]
    public void A_mask_counts_where_the_prompt_lacks_what_it_was_made_from()
    {
        AssertOther(SegSamPrompt.Point(50, 30), SegSamPrompt.Point(50, 30).AndMask(_answer), "without its click");
        AssertOther(First.AndPoint(50, 30), First.AndPoint(50, 30).AndMask(_predictor.Predict(_image, Corrected)), "with another label");
        var box = SegSamPrompt.Box(10, 10, 40, 40);
        AssertOther(SegSamPrompt.Box(10, 10, 41, 40), box.AndBox(10, 10, 41, 40).AndMask(_predictor.Predict(_image, box)), "another box");
        var drawn = First.AndMask(_answer.Mask);
        AssertOther(First, drawn, "a mask of pixels");
        AssertOther(Corrected, Corrected.AndMask(_predictor.Predict(_image, drawn)), "what was made from a mask");
        AssertOther(First, First.AndMask(_answer.LowResLogits), "by its logits");
    }

    [TestMethod]
    public void A_candidate_and_the_mask_of_another_image_count()
    {
        AssertOther(First, First.AndMask(_answer.Candidates[0]), "a candidate");
        AssertOther(First, First.AndMask(_predictor.Predict(_other, First)), "another image");
    }

    private static void AssertSame(SegSamPrompt expected, SegSamPrompt prompt, string why = "") => CollectionAssert.AreEqual(
        _predictor.Predict(_image, expected).LowResLogits.ToArray(), _predictor.Predict(_image, prompt).LowResLogits.ToArray(), why);

    private static void AssertOther(SegSamPrompt without, SegSamPrompt prompt, string why) => CollectionAssert.AreNotEqual(
        _predictor.Predict(_image, without).LowResLogits.ToArray(), _predictor.Predict(_image, prompt).LowResLogits.ToArray(), why);

    private static byte[] Noise(int seed)
    {
        var rgb = new byte[Height * Width * 3];
        new Random(seed).NextBytes(rgb);
        return rgb;
    }
}
