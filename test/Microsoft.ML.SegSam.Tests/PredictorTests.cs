using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

using static FittedModel;

/// <summary>What a predictor promises, whatever computes its model.</summary>
public abstract class PredictorTests
{
    private protected static readonly List<TinyRow> Rows = TinyData.Rows(images: 3, seed: 5);

    private protected abstract SegSamTransformer Model { get; }

    private SegSamPredictor? _predictor;

    private protected SegSamPredictor Predictor => _predictor ??= new(Model);

    [TestMethod]
    public void A_mask_of_the_image_is_a_prompt_and_a_mask_given_as_logits_is_refused()
    {
        var row = TinyData.Rows(images: 2)[2]; // 56 x 40, which is padded
        var truth = SegmentationMask.FromPixels([.. row.Mask!.Pixels.ToArray().Chunk(4).Select(pixel => pixel[0] != 0)], 40, 56);
        using var image = Predictor.Encode(row.Image!);
        var answer = Predictor.Predict(image, SegSamPrompt.Mask(truth));
        Assert.AreEqual((40, 56), (answer.Mask.Height, answer.Mask.Width));
        Assert.AreEqual(Predictor.Predict(image, SegSamPrompt.Box(1, 2, 30, 30).AndMask(truth)).ToJson(),
            Predictor.Predict(image, SegSamPrompt.Mask(truth).AndBox(1, 2, 30, 30)).ToJson());

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() =>
            Predictor.Predict(image, SegSamPrompt.Mask(SegmentationMask.FromPixels([true], 1, 1)))).Message,
            "expected a mask of the image's size, 56 x 40 pixels, found 1 x 1");
        Assert.ThrowsExactly<ArgumentException>(() => SegSamPrompt.Mask(SegmentationMask.FromPixels([false], 1, 1)));
        foreach (var values in (float[][])[[0, 1], [0, 255], [0.1f, 0.9f]])
        {
            float[] logits = [.. Enumerable.Range(0, 16 * 16).Select(i => values[i % 2])];
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() =>
                Predictor.Predict(image, SegSamPrompt.Mask(logits))).Message, "found a mask or probabilities");
        }
    }

    [TestMethod]
    [DataRow(true, false, false)]
    [DataRow(false, true, false)]
    [DataRow(true, true, false)]
    [DataRow(true, true, true)]
    [DataRow(false, false, true)]
    public void Predictions_are_the_transformers_to_the_last_bit(bool box, bool click, bool mask)
    {
        using var engine = EngineOf(Model);
        foreach (var row in Rows)
        {
            using var image = Predictor.Encode(row.Image!);
            AssertSame(engine.Predict(Question(row, box, click, mask)), Predictor.Predict(image, Prompt(row, box, click, mask)));
        }
    }

    [TestMethod]
    public void Eight_threads_at_once_get_the_same_answers_without_encoding_again()
    {
        using var engine = EngineOf(Model);
        var images = Rows.Select(row => Predictor.Encode(row.Image!)).ToList();
        var expected = Rows.Select(row => engine.Predict(Question(row, box: true, click: true, mask: false))).ToList();
        var answers = new SegSamPrediction[8 * Rows.Count];
        var (predictor, before) = (Predictor, Model.Model.Work);
        var threads = Enumerable.Range(0, 8).Select(number => new Thread(() =>
        {
            for (var i = 0; i < Rows.Count; i++)
                answers[number * Rows.Count + i] = predictor.Predict(images[i], Prompt(Rows[i], box: true, click: true, mask: false));
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.AreEqual((before.Images, before.Prompts + answers.Length), Model.Model.Work);
        for (var i = 0; i < answers.Length; i++)
            AssertSame(expected[i % Rows.Count], answers[i]);
    }

    [TestMethod]
    public void Prompts_answered_together_are_those_answered_alone()
    {
        using var image = Predictor.Encode(Rows[0].Image!);
        var prompts = Enumerable.Range(0, 11)
            .Select(i => i % 3 == 0 ? SegSamPrompt.Box(i, i, 40 + i, 30) : SegSamPrompt.Point(3 * i, 2 * i, i % 2 == 0)).ToList();
        var together = Predictor.Predict(image, prompts);
        Assert.HasCount(prompts.Count, together);
        foreach (var (prompt, answer) in prompts.Zip(together))
        {
            var alone = Predictor.Predict(image, prompt);
            Assert.AreEqual(alone.Category, answer.Category);
            Assert.AreEqual(alone.Score, answer.Score, 1e-5f);
            Assert.AreEqual(alone.PredictedIoU, answer.PredictedIoU, 1e-5f);
            for (var i = 0; i < alone.LowResLogits.Length; i++)
                Assert.AreEqual(alone.LowResLogits.Span[i], answer.LowResLogits.Span[i], 1e-4f);
        }

        Assert.IsEmpty(Predictor.Predict(image, []));
    }

    [TestMethod]
    public void Candidates_come_on_demand_and_the_best_is_the_prediction()
    {
        using var image = Predictor.Encode(Rows[1].Image!);
        var prompt = SegSamPrompt.Point(20, 15);
        Assert.IsEmpty(Predictor.Predict(image, prompt).Candidates);
        var answer = Predictor.Predict(image, prompt, multimask: true);
        Assert.HasCount(3, answer.Candidates);
        var best = answer.Candidates.MaxBy(each => each.PredictedIoU)!;
        Assert.AreEqual(answer.PredictedIoU, best.PredictedIoU);
        CollectionAssert.AreEqual(answer.LowResLogits.ToArray(), best.LowResLogits.ToArray());
        CollectionAssert.AreEqual(answer.Mask.ToPixels(), best.Mask.ToPixels());
        Assert.HasCount(3, answer.Candidates.Select(each => string.Join(' ', each.LowResLogits.ToArray())).Distinct().ToList());
        var refined = Predictor.Predict(image, prompt.AndMask(answer.Candidates[0].LowResLogits));
        CollectionAssert.AreNotEqual(answer.LowResLogits.ToArray(), refined.LowResLogits.ToArray());
    }

    [TestMethod]
    public void Candidates_alone_are_those_of_a_whole_prediction()
    {
        using var image = Predictor.Encode(Rows[1].Image!);
        float[][] points = [.. Enumerable.Range(0, 9).Select(i => new float[] { 5 * i, 3 * i + 2 })];
        var alone = Model.Model.Propose(image, [.. points.Select(point => new Prompt(Points: point, PointLabels: [1]))]);
        var whole = Predictor.Predict(image, [.. points.Select(point => SegSamPrompt.Point(point[0], point[1]))], multimask: true);
        Assert.HasCount(points.Length, alone);
        foreach (var (some, all) in alone.Zip(whole))
        {
            Assert.HasCount(all.Candidates.Count, some);
            foreach (var ((mask, iou), candidate) in some.Zip(all.Candidates))
            {
                Assert.AreEqual(candidate.PredictedIoU, iou, 1e-5f);
                for (var i = 0; i < mask.Logits.Length; i++)
                    Assert.AreEqual(candidate.LowResLogits.Span[i], mask.Logits[i], 1e-4f);
            }
        }
    }

    [TestMethod]
    public void An_image_is_the_same_as_object_file_and_pixels()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "image.png");
        File.WriteAllBytes(path, Rows[2].File!);
        var pixels = PixelImage.From(Rows[2].Image!);
        using var fromObject = Predictor.Encode(Rows[2].Image!);
        foreach (var image in (EncodedImage[])[Predictor.Encode(path), Predictor.Encode(pixels.Rgb, pixels.Height, pixels.Width)])
        {
            Assert.AreEqual((fromObject.Height, fromObject.Width, fromObject.ImageDigest), (image.Height, image.Width, image.ImageDigest));
            CollectionAssert.AreEqual(fromObject.EmbeddingFor(Model.Model), image.EmbeddingFor(Model.Model));
        }

        using var other = Predictor.Encode(Rows[4].Image!);
        Assert.AreNotEqual(fromObject.ImageDigest, other.ImageDigest);
    }

    [TestMethod]
    public void A_saved_image_answers_as_before_and_other_models_refuse_it()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "image.encoded");
        using var image = Predictor.Encode(Rows[0].Image!);
        image.Save(path);
        using var again = Predictor.LoadImage(path);
        Assert.AreEqual((image.Height, image.Width, image.ImageDigest), (again.Height, again.Width, again.ImageDigest));
        var prompt = Prompt(Rows[0], box: true, click: true, mask: false);
        CollectionAssert.AreEqual(Predictor.Predict(image, prompt).LowResLogits.ToArray(),
            Predictor.Predict(again, prompt).LowResLogits.ToArray());

        using var other = new SegSamPredictor(With(Shared.Model.Options, Preprocessing.Sam));
        Assert.Contains("other weights or preprocessing", Assert.ThrowsExactly<InvalidDataException>(() => other.LoadImage(path)).Message);
        Assert.Contains("other weights or preprocessing",
            Assert.ThrowsExactly<ArgumentException>(() => other.Predict(image, prompt)).Message);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("damaged", Assert.ThrowsExactly<InvalidDataException>(() => Predictor.LoadImage(path)).Message);
        File.WriteAllBytes(path, bytes[..30]);
        Assert.Contains("damaged", Assert.ThrowsExactly<InvalidDataException>(() => Predictor.LoadImage(path)).Message);
        File.WriteAllBytes(path, Rows[0].File!);
        Assert.Contains("is not an encoded image", Assert.ThrowsExactly<InvalidDataException>(() => Predictor.LoadImage(path)).Message);
    }

    [TestMethod]
    [DataRow(65f, 10f, "points on the image, 64 wide and 64 high, found (65, 10)")]
    [DataRow(-1f, 10f, "found (-1, 10)")]
    [DataRow(float.NaN, 10f, "found (NaN, 10)")]
    public void A_click_that_makes_no_sense_is_refused(float x, float y, string message) =>
        Refused(SegSamPrompt.Point(3, 3).AndPoint(x, y), message);

    [TestMethod]
    [DataRow(70f, 0f, 80f, 10f, "overlaps the image")]
    [DataRow(60f, 0f, 85f, 10f, "by at least a fifth of its area, found (60, 0, 85, 10) on an image 64 wide and 64 high")]
    [DataRow(0f, 0f, 256f, 256f, "found (0, 0, 256, 256) on an image 64 wide and 64 high")]
    [DataRow(10f, 10f, 10f, 20f, "x0 < x1")]
    [DataRow(float.NaN, 0f, 8f, 8f, "finite numbers")]
    public void A_box_that_makes_no_sense_is_refused(float x0, float y0, float x1, float y1, string message) =>
        Refused(SegSamPrompt.Box(x0, y0, x1, y1), message);

    [TestMethod]
    public void Masks_of_another_size_and_missing_prompts_are_refused()
    {
        Refused(SegSamPrompt.Mask(new float[9]), "expected 16 x 16 = 256 logits of an earlier prediction, found 9");
        Refused(SegSamPrompt.Mask(new float[256].Select(_ => float.NaN).ToArray()), "finite logits");
        using var image = Predictor.Encode(Rows[0].Image!);
        Assert.Contains("Prompt 1 (counting from 0)",
            Assert.ThrowsExactly<ArgumentException>(() =>
            Predictor.Predict(image, [SegSamPrompt.Point(1, 1), SegSamPrompt.Point(99, 1)])).Message);
        Assert.Contains("Prompt 1 (counting from 0) is null",
            Assert.ThrowsExactly<ArgumentException>(() => Predictor.Predict(image, [SegSamPrompt.Point(1, 1), null!])).Message);
        image.Dispose();
        Assert.Contains(nameof(EncodedImage),
            Assert.ThrowsExactly<ObjectDisposedException>(() => Predictor.Predict(image, SegSamPrompt.Point(1, 1))).Message);
    }

    [TestMethod]
    public void Json_tells_the_answer_and_its_mask_can_be_read_back()
    {
        using var image = Predictor.Encode(Rows[0].Image!);
        var answer = Predictor.Predict(image, Prompt(Rows[0], box: true, click: false, mask: true));
        using var json = JsonDocument.Parse(answer.ToJson());
        var root = json.RootElement;
        Assert.AreEqual(answer.Category, root.GetProperty("category").GetString());
        Assert.AreEqual(answer.Score, root.GetProperty("class_scores").GetProperty(answer.Category).GetSingle());
        Assert.AreEqual(answer.Mask.Area, root.GetProperty("area").GetInt64());
        var segmentation = root.GetProperty("segmentation");
        int[] size = [.. segmentation.GetProperty("size").EnumerateArray().Select(each => each.GetInt32())];
        CollectionAssert.AreEqual(answer.Mask.ToPixels(),
            SegmentationMask.FromCocoText(segmentation.GetProperty("counts").GetString()!, size[0], size[1]).ToPixels());
        Assert.AreEqual(answer.Mask.Contours().Count, root.GetProperty("contours").GetArrayLength());
    }

    private void Refused(SegSamPrompt prompt, string message)
    {
        using var image = Predictor.Encode(Rows[0].Image!);
        Assert.Contains(message, Assert.ThrowsExactly<ArgumentException>(() => Predictor.Predict(image, prompt)).Message);
    }

    private static TinyQuestion Question(TinyRow row, bool box, bool click, bool mask) => Ask(row with
    {
        Box = box ? row.Box : null, Points = click ? row.Points : null, PointLabels = click ? row.PointLabels : null, MaskPrompt = mask
            ? row.MaskPrompt : null,
    });

    private protected static SegSamPrompt Prompt(TinyRow row, bool box, bool click, bool mask)
    {
        SegSamPrompt? prompt = null;
        if (box)
            prompt = SegSamPrompt.Box(row.Box![0], row.Box[1], row.Box[2], row.Box[3]);
        if (click)
            prompt = prompt?.AndPoint(row.Points![0], row.Points[1]) ?? SegSamPrompt.Point(row.Points![0], row.Points[1]);
        return mask ? prompt?.AndMask(row.MaskPrompt) ?? SegSamPrompt.Mask(row.MaskPrompt) : prompt!;
    }

    private void AssertSame(TinyAnswer expected, SegSamPrediction found)
    {
        CollectionAssert.AreEqual(expected.BinaryMask, found.Mask.ToPixels());
        CollectionAssert.AreEqual(Array.ConvertAll(expected.SemanticMask!, key => key != 0), found.SemanticMask.ToPixels());
        CollectionAssert.AreEqual(expected.LowResLogits, found.LowResLogits.ToArray());
        CollectionAssert.AreEqual(expected.ClassScores, found.ClassScores.Select(each => each.Score).ToArray());
        CollectionAssert.AreEqual(expected.PresenceScores, found.PresenceScores.Select(each => each.Score).ToArray());
        CollectionAssert.AreEqual(found.PresenceScores.Where(each => each.Score > 0.5f).OrderByDescending(each => each.Score).ToList(),
            found.PresentCategories.ToList());
        Assert.AreEqual(expected.PredictedIoU, found.PredictedIoU);
        Assert.AreEqual(Model.Categories[(int)expected.PredictedCategory - 1], found.Category);
        Assert.AreEqual(expected.ClassScores!.Max(), found.Score);
        CollectionAssert.AreEqual(expected.MaskSize, (int[])[found.Height, found.Width]);
    }
}
