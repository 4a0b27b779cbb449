using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class LabelMapTests
{
    [TestMethod]
    public void Every_pixel_takes_the_category_of_the_best_score()
    {
        // Scores of A: 0.81, 0.54, 0.45, 0.09, 0; of B: 0.06, 0.48, 0.54, 0.36, 0.
        var labels = LabelMap.Compose(5, [(2, 0.9f, new[] { 0.9f, 0.6f, 0.5f, 0.1f, 0 }), (1, 0.6f, new[] { 0.1f, 0.8f, 0.9f, 0.6f, 0 })]);
        CollectionAssert.AreEqual(new uint[] { 2, 2, 1, 1, 0 }, labels);
    }

    [TestMethod]
    public void Where_the_best_prompt_has_no_mask_there_is_background_whatever_the_others_say() =>
        CollectionAssert.AreEqual(new uint[] { 0, 2 }, // 0.45 against 0.3, but not above one half
            LabelMap.Compose(2, [(1, 1, new[] { 0.45f, 0 }), (2, 0.5f, new[] { 0.6f, 0.6f })]));

    [TestMethod]
    public void Of_equal_scores_the_earlier_counts()
    {
        (uint, float, float[]) first = (1, 0.5f, new[] { 0.8f }), second = (2, 0.5f, new[] { 0.8f });
        CollectionAssert.AreEqual(new uint[] { 1 }, LabelMap.Compose(1, [first, second]));
        CollectionAssert.AreEqual(new uint[] { 2 }, LabelMap.Compose(1, [second, first]));
    }

    [TestMethod]
    public void Without_objects_all_is_background() => CollectionAssert.AreEqual(new uint[3], LabelMap.Compose(3, []));

    [TestMethod]
    [DataRow(0u, 1f, 3)]
    [DataRow(1u, 1.5f, 3)]
    [DataRow(1u, float.NaN, 3)]
    [DataRow(1u, 1f, 4)]
    public void An_object_that_makes_no_sense_is_refused(uint category, float probability, int pixels)
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() => LabelMap.Compose(3, [(category, probability, new float[pixels])]));
        Assert.Contains($"category {category} has {pixels} pixels", failure.Message);
    }

    [TestMethod]
    public void Of_whole_masks_the_most_probable_category_counts_and_other_sizes_are_refused()
    {
        (uint, float, SegmentationMask)[] masks =
        [
            (1, 0.6f, SegmentationMask.FromPixels([true, true, false, false], 1, 4)),
            (2, 0.9f, SegmentationMask.FromPixels([false, true, true, false], 1, 4)),
        ];
        CollectionAssert.AreEqual((uint[])[1, 2, 2, 0], SegmentationMask.ComposeLabelMap(1, 4, masks));
        CollectionAssert.AreEqual((uint[])[0, 0], SegmentationMask.ComposeLabelMap(1, 2, []));
        Assert.Contains("category 1 is 4 x 1 pixels; expected 1 x 4",
            Assert.ThrowsExactly<ArgumentException>(() => SegmentationMask.ComposeLabelMap(4, 1, masks)).Message);
        Assert.Contains("category from 1",
            Assert.ThrowsExactly<ArgumentException>(() => SegmentationMask.ComposeLabelMap(1, 4, [masks[0] with { Item1 = 0 }])).Message);
    }
}
