using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Tests.Prediction;

[TestClass]
public sealed class CropGridTests
{
    /// <summary>
    /// By hand after segment-anything's rule: overlap 512/1500 of 200 = 68; widths (68 + 300) / 2, heights (68 + 200) / 2.
    /// </summary>
    [TestMethod]
    public void Crops_are_segment_anythings() => CollectionAssert.AreEqual(new (RegionBox, int)[]
    {
        (new(0, 0, 300, 200), 0), (new(0, 0, 184, 134), 1), (new(0, 66, 184, 200), 1), (new(116, 0, 300, 134), 1),
            (new(116, 66, 300, 200), 1),
    }, CropGrid.Crops(200, 300, 1, 512.0 / 1500).ToArray());

    [TestMethod]
    [DataRow(200, 300, 3)]
    [DataRow(3, 5, 2)]
    [DataRow(1, 1, 2)]
    public void Crops_of_each_layer_cover_the_image(int height, int width, int layers)
    {
        foreach (var layer in CropGrid.Crops(height, width, layers, 512.0 / 1500).GroupBy(crop => crop.Layer))
        {
            var isCovered = new bool[height * width];
            foreach (var (box, _) in layer)
            {
                for (var i = 0; i < isCovered.Length; i++)
                    isCovered[i] |= i % width >= box.X0 && i % width < box.X1 && i / width >= box.Y0 && i / width < box.Y1;
            }

            Assert.IsTrue(Array.TrueForAll(isCovered, each => each), $"layer {layer.Key}");
        }
    }

    [TestMethod]
    public void Points_lie_row_by_row_half_a_step_from_the_edges() =>
        CollectionAssert.AreEqual(new[] { (25f, 10f), (75f, 10f), (25f, 30f), (75f, 30f) }, CropGrid.Points(2, height: 40, width: 100)
            .ToArray());

    [TestMethod]
    public void Of_boxes_that_overlap_the_best_stays_and_of_equals_the_first()
    {
        (RegionBox Box, double Score, string Name)[] items =
            [(new(0, 0, 10, 10), 0.5, "a"), (new(0, 0, 10, 9), 0.9, "b"), (new(5, 0, 15, 10), 0.7, "c"), (new(20, 0, 30, 10), 0.7, "d"),
                (new(20, 0, 30, 10), 0.7, "e")];
        Assert.AreEqual("b c d", Names(0.7));
        Assert.AreEqual("b c d e a", Names(1));
        Assert.AreEqual("b d", Names(0.3)); // b and c share 45 of 145 pixels

        string Names(double threshold) =>
            string.Join(' ', BoxSuppression.Keep(items, each => each.Box, each => each.Score, threshold).Select(each => each.Name));
    }

    [TestMethod]
    public void Small_regions_are_erased_and_the_largest_may_stay()
    {
        byte[] mask =
        [
            1, 1, 0, 1,
            0, 0, 0, 0,
            1, 1, 1, 0,
        ];
        byte[] Erased(int area, bool keepLargest, bool isChanged)
        {
            var copy = mask.ToArray();
            Assert.AreEqual(isChanged, MaskRegions.EraseSmall(copy, 3, 4, area, keepLargest));
            return copy;
        }

        CollectionAssert.AreEqual(mask, Erased(1, keepLargest: false, isChanged: false));
        CollectionAssert.AreEqual((byte[])[1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0], Erased(2, keepLargest: false, isChanged: true));
        CollectionAssert.AreEqual((byte[])[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0], Erased(9, keepLargest: true, isChanged: true));
        CollectionAssert.AreEqual(new byte[12], Erased(9, keepLargest: false, isChanged: true));
    }
}
