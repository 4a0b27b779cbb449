using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

using static Support.FittedModel;

/// <summary>Closer looks at small objects: what the predictor, a pipeline and a saved image make of them.</summary>
[TestClass]
public sealed class ZoomedPredictionTests
{
    private const int Height = 200, Width = 300;
    private static readonly Lazy<SegSamTransformer> Model = new(() =>
        Ml.Transforms.SegSam(TinyData.Options("Box", "Points") with { Zoom = true }).Fit(Load(TinyData.Rows(images: 3))));

    private static readonly ImageGeometry Whole = ImageGeometry.For(Height, Width, 64, ResizeRule.PadOrStretch);
    private static readonly SegSamPrompt Small = SegSamPrompt.Box(40, 60, 64, 76);

    [ClassCleanup]
    public static void Free() => Model.Value.Dispose();

    [TestMethod]
    public void A_small_object_is_predicted_from_the_part_around_it_presence_from_the_whole_image_and_its_name_from_both()
    {
        using var predictor = new SegSamPredictor(Model.Value);
        Assert.IsTrue(predictor.Zoom);
        var pixels = Noise();
        using var image = predictor.Encode(pixels.Rgb, Height, Width);
        var closer = predictor.Predict(image, Small);
        predictor.Zoom = false;
        var whole = predictor.Predict(image, Small);

        // 24 x 16 pixels take up two fifths of a part of 60 x 60, shifted nowhere: the same as that part as an image of its own.
        var part = pixels.Crop(22, 38, 60, 60);
        var stretched = new PixelImage(64, 64, PixelResizer.Resize(part, 64, 64, Resampling.Bilinear));
        using var alone = predictor.Encode(stretched.Rgb, 64, 64);
        var direct = predictor.Predict(alone, SegSamPrompt.Box(18 * 64 / 60f, 22 * 64 / 60f, 42 * 64 / 60f, 38 * 64 / 60f));
        AssertClose(direct.ClassScores.Zip(whole.ClassScores, (part, all) => (part.Score + all.Score) / 2),
            closer.ClassScores.Select(score => score.Score)); // both looks have a say in the name
        Assert.AreNotEqual(whole.ClassScores[0].Score, closer.ClassScores[0].Score);
        Assert.AreEqual(direct.PredictedIoU, closer.PredictedIoU, 1e-4);
        AssertClose(whole.PresenceScores.Select(score => score.Score), closer.PresenceScores.Select(score => score.Score));
        Assert.AreNotEqual(whole.PredictedIoU, closer.PredictedIoU);

        var mask = closer.Mask.ToPixels();
        for (var i = 0; i < mask.Length; i++)
            Assert.IsTrue(!mask[i] || i % Width is >= 22 and < 82 && i / Width is >= 38 and < 98, "Nothing is found outside the part.");
    }

    [TestMethod]
    public void A_large_object_is_predicted_once()
    {
        using var predictor = new SegSamPredictor(Model.Value);
        using var image = predictor.Encode(Noise().Rgb, Height, Width);
        var large = SegSamPrompt.Box(20, 20, 250, 180);
        var answer = predictor.Predict(image, large);
        predictor.Zoom = false;
        CollectionAssert.AreEqual(predictor.Predict(image, large).LowResLogits.ToArray(), answer.LowResLogits.ToArray());
    }

    [TestMethod]
    public void A_saved_image_answers_as_before()
    {
        using var folder = new TemporaryFolder();
        using var predictor = new SegSamPredictor(Model.Value);
        using var image = predictor.Encode(Noise().Rgb, Height, Width);
        image.Save(Path.Combine(folder.Path, "image.encoded"));
        using var again = predictor.LoadImage(Path.Combine(folder.Path, "image.encoded"));
        CollectionAssert.AreEqual(
            predictor.Predict(image, Small).LowResLogits.ToArray(), predictor.Predict(again, Small).LowResLogits.ToArray());
    }

    [TestMethod]
    public void A_saved_model_still_zooms_and_its_logits_refine_in_the_frame_of_the_whole_image()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.zip");
        Ml.Model.Save(Model.Value, null, path);
        using var predictor = SegSamPredictor.Load(path);
        Assert.IsTrue(predictor.Zoom);
        using var image = predictor.Encode(Noise().Rgb, Height, Width);
        var answer = predictor.Predict(image, Small);
        Assert.AreEqual(16 * 16, answer.LowResLogits.Length);
        // A pixel of the low-resolution mask is 300 / 16 wide and 200 / 16 high; the part spans columns 1 to 4 and rows 3 to 7.
        var logits = answer.LowResLogits.ToArray();
        Assert.IsTrue(Enumerable.Range(0, logits.Length).Where(i => i % 16 > 4 || i / 16 is < 3 or > 7)
            .All(i => logits[i] == MaskGeometry.OutsideLogit));
        var refined = predictor.Predict(image, Small.AndMask(answer.LowResLogits));
        CollectionAssert.AreNotEqual(logits, refined.LowResLogits.ToArray());
    }

    [TestMethod]
    public void A_prediction_refines_in_the_frame_it_was_made_in_and_keeps_its_detail()
    {
        using var predictor = new SegSamPredictor(Model.Value);
        using var image = predictor.Encode(Noise().Rgb, Height, Width);
        var answer = predictor.Predict(image, Small);
        var refinement = Small.AndMask(answer);
        Assert.AreSame(answer.BinaryMask.Logits, refinement.Parts.ToNetwork(answer.Frame, Whole).MaskLogits, "nothing is resampled");
        CollectionAssert.AreEqual(answer.LowResLogits.ToArray(), refinement.Parts.ToNetwork(Whole).MaskLogits);
        CollectionAssert.AreNotEqual(predictor.Predict(image, Small.AndMask(answer.LowResLogits)).LowResLogits.ToArray(),
            predictor.Predict(image, refinement).LowResLogits.ToArray());
        Assert.AreEqual(predictor.Predict(image, refinement).ToJson(),
            predictor.Predict(image, SegSamPrompt.Mask(answer).AndBox(40, 60, 64, 76)).ToJson());

        using var other = predictor.Encode(new byte[64 * 64 * 3], 64, 64);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => predictor.Predict(other, SegSamPrompt.Mask(answer))).Message,
            "MaskPrompt: expected a prediction for an image of 64 x 64 pixels, found one for 300 x 200");
    }

    [TestMethod]
    public void Zoom_needs_an_encoder_that_is_trained()
    {
        var options = TinyData.Options() with { Zoom = true, EncoderTraining = EncoderTraining.Frozen };
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.SegSam(options));
        StringAssert.Contains(failure.Message, "SegSamOptions.Zoom is 'True'");
        Assert.IsFalse((TinyData.Options() with { Zoom = null, EncoderTraining = EncoderTraining.Frozen }).Zooms);
        Assert.IsTrue((TinyData.Options() with { Zoom = null }).Zooms);
    }

    private static PixelImage Noise()
    {
        var rgb = new byte[Height * Width * 3];
        new Random(5).NextBytes(rgb);
        return new(Height, Width, rgb);
    }

    private static void AssertClose(IEnumerable<float> expected, IEnumerable<float> actual)
    {
        foreach (var (one, other) in expected.Zip(actual))
            Assert.AreEqual(one, other, 1e-4);
    }
}
