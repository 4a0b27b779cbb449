using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

using static FittedModel;

[TestClass]
public sealed class MaskGeneratorTests
{
    /// <summary>Keeps every mask, as the small model rates none highly.</summary>
    private static readonly SegSamMaskGeneratorOptions Everything = new()
    {
        PointsPerSide = 4, PointsPerBatch = 4, PredIouThreshold = 0, StabilityScoreThreshold = 0, BoxNmsThreshold = 1, CropNmsThreshold = 1,
    };

    private static readonly TinyRow Row = TinyData.Rows(images: 3, seed: 7)[2];

    private static SegSamPredictor Predictor { get; } = new(Shared);

    [TestMethod]
    public void Without_thresholds_every_candidate_of_every_point_is_found()
    {
        var (height, width) = (Row.Image!.Height, Row.Image.Width);
        using var image = Predictor.Encode(Row.Image);
        var grid = from y in Enumerable.Range(0, 4)
                   from x in Enumerable.Range(0, 4)
                   select ((x + 0.5f) * width / 4, (y + 0.5f) * height / 4);
        var expected = grid.Chunk(4).SelectMany(batch =>
            Predictor.Predict(image, [.. batch.Select(at => SegSamPrompt.Point(at.Item1, at.Item2))], multimask: true).Zip(batch))
            .SelectMany(each => each.First.Candidates.Select(mask => (mask.Mask, mask.PredictedIoU, each.Second)))
                .Where(each => each.Mask.Area > 0)
            .Select(each => $"{each.Second} {each.PredictedIoU:R} {each.Mask.ToCocoText()}").Order().ToList();
        var found = Generate(Everything);
        CollectionAssert.AreEqual(expected, found.Select(each => $"{(each.X, each.Y)} {each.PredictedIoU:R} {each.Mask.ToCocoText()}")
            .Order().ToList());
        CollectionAssert.AreEqual(found.Select(each => each.PredictedIoU).OrderDescending().ToList(),
            found.Select(each => each.PredictedIoU).ToList());
    }

    [TestMethod]
    public void The_same_image_gives_the_same_masks_encoded_or_not()
    {
        using var image = Predictor.Encode(Row.Image!);
        var first = Generate(Everything with { BoxNmsThreshold = 0.7 });
        Assert.IsNotEmpty(first);
        CollectionAssert.AreEqual(Json(first), Json(Generate(Everything with { BoxNmsThreshold = 0.7 })));
        CollectionAssert.AreEqual(Json(first),
            Json(new SegSamMaskGenerator(Predictor, Everything with { BoxNmsThreshold = 0.7 }).Generate(image)));

        static List<string> Json(IEnumerable<GeneratedMask> masks) => [.. masks.Select(each => each.ToJson())];
    }

    [TestMethod]
    public void Masks_are_named_by_their_boxes()
    {
        using var image = Predictor.Encode(Row.Image!);
        foreach (var mask in Generate(Everything).Take(5))
        {
            var box = mask.Mask.Box!.Value;
            var answer = Predictor.Predict(image, SegSamPrompt.Box(box.X0, box.Y0, box.X1, box.Y1));
            Assert.AreEqual(answer.Category, mask.Category);
            Assert.AreEqual(answer.Score, mask.Score, 1e-5f);
            using var json = JsonDocument.Parse(mask.ToJson());
            Assert.AreEqual(mask.StabilityScore, json.RootElement.GetProperty("stability_score").GetSingle());
            Assert.AreEqual(mask.Category, json.RootElement.GetProperty("category").GetString());
        }
    }

    [TestMethod]
    public void Thresholds_and_suppression_keep_what_they_say()
    {
        var all = Generate(Everything);
        var quality = all[all.Count / 2].PredictedIoU;
        if (quality is > 0 and < 1)
        {
            var good = Generate(Everything with { PredIouThreshold = quality });
            Assert.HasCount(all.Count(each => each.PredictedIoU > (double)quality), good);
        }

        var stability = all.Select(each => each.StabilityScore).Order().ElementAt(all.Count / 2);
        Assert.HasCount(all.Count(each => each.StabilityScore >= (double)stability),
            Generate(Everything with { StabilityScoreThreshold = stability }));
        var different = Generate(Everything with { BoxNmsThreshold = 0.5 });
        Assert.IsLessThan(all.Count, different.Count);
        foreach (var (i, one) in different.Index())
            Assert.IsFalse(different.Take(i).Any(other => one.Mask.Box!.Value.IoU(other.Mask.Box!.Value) > 0.5));
    }

    [TestMethod]
    public void Crops_add_masks_of_their_own_and_every_point_is_reported()
    {
        var reports = new List<OperationProgress>();
        var masks = new SegSamMaskGenerator(Predictor, Everything with { CropLayers = 1, CropPointsDownscaleFactor = 2 })
            .Generate(Row.Image!, new Collect(reports));
        Assert.AreEqual(16 + 4 * 4, reports[^1].Total);
        CollectionAssert.AreEqual(Enumerable.Range(1, 8).Select(i => 4 * i).ToList(), reports.Select(each => each.Done).ToList());
        var crops = CropGrid.Crops(Row.Image!.Height, Row.Image.Width, 1, 512.0 / 1500).Select(crop => crop.Box).ToList();
        foreach (var mask in masks)
        {
            Assert.Contains(mask.CropBox, crops);
            Assert.AreEqual((Row.Image.Height, Row.Image.Width), (mask.Mask.Height, mask.Mask.Width));
            Assert.AreEqual(mask.CropBox, mask.CropBox.Union(mask.Mask.Box!.Value), "a mask lies in its crop");
        }

        using var image = Predictor.Encode(Row.Image);
        Assert.Contains("CropLayers is 1",
            Assert.ThrowsExactly<InvalidOperationException>(() =>
                new SegSamMaskGenerator(Predictor, Everything with { CropLayers = 1 }).Generate(image)).Message);
    }

    [TestMethod]
    public void Small_regions_are_gone()
    {
        const int Area = 40;
        Assert.IsTrue(Generate(Everything).Any(mask => HasSmall(mask.Mask, holes: false) || HasSmall(mask.Mask, holes: true)),
            "there is something to do");
        var masks = Generate(Everything with { MinMaskRegionArea = Area });
        Assert.IsNotEmpty(masks);
        foreach (var mask in masks)
        {
            Assert.IsFalse(HasSmall(mask.Mask, holes: true));
            Assert.AreEqual(mask.Mask.Area < Area, HasSmall(mask.Mask, holes: false), "where all is small, the largest stays");
        }

        static bool HasSmall(SegmentationMask mask, bool holes) =>
            MaskRegions.EraseSmall(mask.ToPixels().Select(inside => inside != holes ? (byte)1 : (byte)0).ToArray(), mask.Height,
                mask.Width, Area, keepLargest: false);
    }

    [TestMethod]
    public void Canceling_stops_between_two_batches()
    {
        using var cancel = new CancellationTokenSource();
        var reports = new List<OperationProgress>();
        var generator = new SegSamMaskGenerator(Predictor, Everything);
        var progress = new Collect(reports, () => cancel.Cancel());
        Assert.ThrowsExactly<OperationCanceledException>(() => generator.Generate(Row.Image!, progress, cancel.Token));
        Assert.HasCount(1, reports);
    }

    [TestMethod]
    [DataRow(2f, 1f)]
    [DataRow(0.5f, 0f)]
    public void Stability_compares_two_cuts(float logit, float stability)
    {
        var geometry = ImageGeometry.For(40, 40, 64, ResizeRule.Stretch);
        var proposals = new MaskProposals(Everything, 40, 40);
        var proposal = proposals.From(new([.. Enumerable.Repeat(logit, 256)], 16), 0.1f, geometry, new(0, 0, 40, 40), (3, 4));
        Assert.AreEqual(stability, proposal!.StabilityScore);
        Assert.AreEqual(1600, proposal.Mask.Area);
        Assert.IsNull(proposals.From(new([.. Enumerable.Repeat(-2f, 256)], 16), 0.1f, geometry, new(0, 0, 40, 40), (3, 4)),
            "an empty mask");
    }

    [TestMethod]
    public void What_a_crop_cuts_off_is_no_proposal()
    {
        var geometry = ImageGeometry.For(50, 50, 64, ResizeRule.Stretch);
        var inside = new LowResMask([.. Enumerable.Repeat(2f, 256)], 16);
        Assert.IsNull(new MaskProposals(Everything, 100, 100).From(inside, 0.9f, geometry, new(0, 0, 50, 50), (1, 1)));
        var kept = new MaskProposals(Everything, 65, 65).From(inside, 0.9f, geometry, new(10, 10, 60, 60), (1, 2));
        Assert.AreEqual((new RegionBox(10, 10, 60, 60), 11f, 12f), (kept!.Box, kept.X, kept.Y), "edges as near as this may be the image's");
    }

    [TestMethod]
    public void Options_out_of_range_are_refused_by_name()
    {
        foreach (var (options, name) in ((SegSamMaskGeneratorOptions, string)[])[
                     (new() { PointsPerSide = 0 }, "PointsPerSide is '0'"), (new() { PointsPerBatch = 0 }, "PointsPerBatch is '0'"),
                     (new() { PredIouThreshold = 1.5 }, "PredIouThreshold is '1.5'"),
                     (new() { StabilityScoreThreshold = double.NaN }, "StabilityScoreThreshold is 'NaN'"),
                     (new() { StabilityScoreOffset = -1 }, "StabilityScoreOffset is '-1'"),
                     (new() { BoxNmsThreshold = -0.1 }, "BoxNmsThreshold is '-0.1'"),
                     (new() { CropLayers = 9 }, "CropLayers is '9'"), (new() { CropNmsThreshold = 2 }, "CropNmsThreshold is '2'"),
                     (new() { CropOverlapRatio = 1 }, "CropOverlapRatio is '1'"),
                     (new() { CropPointsDownscaleFactor = 0 }, "CropPointsDownscaleFactor is '0'"),
                     (new() { PointsPerSide = 3, CropLayers = 2, CropPointsDownscaleFactor = 2 }, "CropPointsDownscaleFactor is '2'"),
                     (new() { MinMaskRegionArea = -1 }, "MinMaskRegionArea is '-1'")])
            Assert.Contains($"SegSamMaskGeneratorOptions.{name}; it must be",
                Assert.ThrowsExactly<ArgumentException>(() => new SegSamMaskGenerator(Predictor, options)).Message);
    }

    [TestMethod]
    public void A_model_that_never_saw_a_point_is_refused()
    {
        var boxes = new SegSamPredictor(With(TinyData.Options()));
        Assert.Contains("trained without points", Assert.ThrowsExactly<ArgumentException>(() => new SegSamMaskGenerator(boxes)).Message);
        _ = new SegSamMaskGenerator(new SegSamPredictor(With(TinyData.Options() with { Checkpoint = "sam_vit_b.pth" })));
        _ = new SegSamMaskGenerator(new SegSamPredictor(With(TinyData.Options() with { InteractiveRounds = 1 })));
    }

    private static IReadOnlyList<GeneratedMask> Generate(SegSamMaskGeneratorOptions options) =>
        new SegSamMaskGenerator(Predictor, options).Generate(Row.Image!);

    private sealed class Collect(List<OperationProgress> reports, Action? also = null) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value)
        {
            reports.Add(value);
            also?.Invoke();
        }
    }
}
