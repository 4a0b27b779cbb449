using CsCheck;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

[TestClass]
public sealed class OverlapTests
{
    [TestMethod]
    public void Half_overlapping_masks_have_the_dice_and_iou_computed_by_hand()
    {
        var overlap = Overlap.Count([true, true, false, false], [false, true, true, false]);
        Assert.AreEqual(new MaskOverlap(Intersection: 1, Predicted: 2, Truth: 2), overlap);
        Assert.AreEqual(0.5, overlap.Dice);
        Assert.AreEqual(1.0 / 3, overlap.IoU);
    }

    [TestMethod]
    [DataRow(true, 0.0)]
    [DataRow(false, 1.0)]
    public void An_empty_truth_is_matched_by_an_empty_mask_only(bool predicted, double expected)
    {
        var overlap = Overlap.Count([predicted, false, false], [false, false, false]);
        Assert.AreEqual(expected, overlap.Dice);
        Assert.AreEqual(expected, overlap.IoU);
    }

    [TestMethod]
    public void Counts_equal_those_of_sets_for_masks_of_any_length() =>
        Gen.Select(Gen.Bool, Gen.Bool).Array[0, 70].Sample(pixels =>
        {
            var predicted = Enumerable.Range(0, pixels.Length).Where(i => pixels[i].Item1).ToHashSet();
            var truth = Enumerable.Range(0, pixels.Length).Where(i => pixels[i].Item2).ToHashSet();
            var overlap = Overlap.Count([.. pixels.Select(pixel => pixel.Item1)], [.. pixels.Select(pixel => pixel.Item2)]);
            Assert.AreEqual(new MaskOverlap(predicted.Intersect(truth).Count(), predicted.Count, truth.Count), overlap);
        });

    [TestMethod]
    public void Dice_and_iou_are_two_forms_of_one_measure() =>
        Gen.Select(Gen.Bool, Gen.Bool).Array[0, 70].Sample(pixels =>
        {
            bool[] predicted = [.. pixels.Select(pixel => pixel.Item1)];
            bool[] truth = [.. pixels.Select(pixel => pixel.Item2)];
            var overlap = Overlap.Count(predicted, truth);
            Assert.AreEqual(2 * overlap.IoU / (1 + overlap.IoU), overlap.Dice, 1e-12);
            Assert.AreEqual(overlap.Dice, Overlap.Count(truth, predicted).Dice, "Swapping the masks changes nothing.");
        });

    [TestMethod]
    public void Masks_of_different_lengths_are_refused()
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Overlap.Count(new bool[12], new bool[16]));
        Assert.Contains("12 and 16 pixels", failure.Message);
    }
}
