using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training.Data;

namespace Microsoft.ML.SegSam.Tests.Training.Data;

[TestClass]
public sealed class RareFirstTests
{
    private const int Common = 0, Rare = 1;

    [TestMethod]
    [DataRow(0, 1, 1)]
    [DataRow(0.5, 0.8453, 1.4641)] // 4 w / (3 · 3^-0.5 + 1), w = 3^-0.5 and 1
    [DataRow(1, 2.0 / 3, 2)]
    public void Images_come_as_often_as_the_weight_of_their_category_says(double power, double common, double rare)
    {
        using var folder = new TemporaryFolder();
        using var set = Set(folder, [Common], [Common], [Rare], [Common]);
        var counts = new double[4];
        var random = new Random(1);
        const int Epochs = 3000;
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            var objects = EpochPlan.Shuffled(set, 3, 5, random, power).SelectMany(step => step).ToList();
            Assert.HasCount(4, objects, "An epoch keeps its length.");
            foreach (var count in objects.CountBy(one => set.Objects[one].Image))
            {
                Assert.IsLessThan(1, Math.Abs(count.Value - (count.Key == 2 ? rare : common)), "Rounded up or down, never further.");
                counts[count.Key] += count.Value;
            }
        }

        foreach (var image in Enumerable.Range(0, 4))
            Assert.AreEqual(image == 2 ? rare : common, counts[image] / Epochs, 0.03, $"image {image}");
    }

    [TestMethod]
    public void Of_an_image_rare_objects_are_drawn_in_proportion_to_their_weight()
    {
        using var folder = new TemporaryFolder();
        using var set = Set(folder, [Common, Common, Common, Rare]);
        var random = new Random(1);
        const int Epochs = 4000;
        var rare = Enumerable.Range(0, Epochs).Count(_ => EpochPlan.Shuffled(set, 1, 1, random, 1).Single().Single() == 3);
        Assert.AreEqual(0.5, (double)rare / Epochs, 0.03, "Three objects of a third each against one of 1.");
        var both = EpochPlan.Shuffled(set, 1, 2, random, 1).Single();
        Assert.HasCount(2, both.Distinct());
    }

    [TestMethod]
    [DataRow(0, 1, 1)]
    [DataRow(0.5, 0.8453, 1.4641)]
    [DataRow(1, 2.0 / 3, 2)]
    public void Images_come_as_often_as_the_size_of_their_data_set_says(double power, double large, double small)
    {
        using var folder = new TemporaryFolder();
        using var set = new TrainingSet(2, folder.Path);
        foreach (var dataset in (int[])[0, 0, 1, 0])
        {
            var image = set.Add(new(ImageGeometry.For(2, 2, 2, ResizeRule.Stretch), new byte[12]));
            foreach (var _ in Enumerable.Range(0, 1 + 3 * dataset)) // the number of objects does not matter
                set.Add(image, [1, 0, 0, 0], Common, dataset, new());
        }

        var (counts, random) = (new double[4], new Random(1));
        const int Epochs = 3000;
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            foreach (var step in EpochPlan.Shuffled(set, 1, 1, random, datasetRarity: power))
                counts[set.Objects[step.Single()].Image]++;
        }

        foreach (var image in Enumerable.Range(0, 4))
            Assert.AreEqual(image == 2 ? small : large, counts[image] / Epochs, 0.03, $"image {image}");
    }

    [TestMethod]
    public void An_image_weighs_as_much_as_its_rarest_object()
    {
        using var folder = new TemporaryFolder();
        using var set = Set(folder, [Common, Rare], [Common], [Common]); // weights 1, 1/3, 1/3 of 5/3
        var random = new Random(1);
        var first = Enumerable.Range(0, 3000)
            .Sum(_ => EpochPlan.Shuffled(set, 3, 1, random, 1).SelectMany(step => step).Count(one => set.Objects[one].Image == 0));
        Assert.AreEqual(1.8, first / 3000.0, 0.03);
    }

    [TestMethod]
    public void An_image_that_comes_twice_in_a_step_stays_with_one_piece()
    {
        using var folder = new TemporaryFolder();
        using var set = Set(folder, [Common, Common], [Common, Common], [Rare], [Common, Common]);
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var step = EpochPlan.Shuffled(set, 4, 5, new Random(seed), 1).Single();
            Assert.IsGreaterThan(1, step.Count(one => set.Objects[one].Category == Rare));
            var pieces = EpochPlan.Share(set, step, 2);
            CollectionAssert.AreEquivalent(step.ToArray(), pieces.SelectMany(piece => piece).ToArray());
            Assert.AreEqual(1, pieces.Count(piece => piece.Any(one => set.Objects[one].Category == Rare)));
        }
    }

    private static TrainingSet Set(TemporaryFolder folder, params int[][] categoriesOfImages)
    {
        var set = new TrainingSet(2, folder.Path);
        foreach (var categories in categoriesOfImages)
        {
            var image = set.Add(new(ImageGeometry.For(2, 2, 2, ResizeRule.LongestSide), new byte[12]));
            foreach (var category in categories)
                set.Add(image, [1, 0, 0, 0], category, dataset: 0, new());
        }

        return set;
    }
}
