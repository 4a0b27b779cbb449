using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training.Data;

namespace Microsoft.ML.SegSam.Tests.Training.Data;

[TestClass]
public sealed class EpochPlanTests
{
    [TestMethod]
    public void An_epoch_takes_every_image_once_and_no_object_twice()
    {
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(7, folder.Path);
        var steps = EpochPlan.Shuffled(set, imagesPerStep: 3, objectsPerImage: 2, new Random(1)).ToList();
        CollectionAssert.AreEqual(new[] { 6, 6, 2 }, steps.Select(step => step.Count).ToArray(),
            "Three images of two objects, and the last image.");
        var objects = steps.SelectMany(step => step).ToList();
        Assert.HasCount(objects.Count, objects.Distinct());
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 7).ToArray(),
            objects.Select(one => set.Objects[one].Image).Distinct().ToArray());
        foreach (var step in steps)
        {
            var images = step.Select(one => set.Objects[one].Image).ToList();
            Assert.AreEqual(images.Distinct().Count() - 1, images.Zip(images.Skip(1)).Count(pair => pair.First != pair.Second),
                "Objects of one image stand together.");
        }
    }

    [TestMethod]
    public void Enough_room_takes_all_objects_and_validation_takes_them_in_order()
    {
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(5, folder.Path);
        var all = Enumerable.Range(0, set.Objects.Count).ToArray();
        CollectionAssert.AreEquivalent(all, EpochPlan.Shuffled(set, 2, 99, new Random(1)).SelectMany(step => step).ToArray());
        CollectionAssert.AreEqual(all, EpochPlan.InOrder(set, 2).SelectMany(step => step).ToArray());
    }

    [TestMethod]
    public void The_seed_decides_the_order()
    {
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(9, folder.Path);
        CollectionAssert.AreEqual(Plan(1), Plan(1));
        CollectionAssert.AreNotEqual(Plan(1), Plan(2));

        int[] Plan(int seed) => [.. EpochPlan.Shuffled(set, 4, 2, new Random(seed)).SelectMany(step => step)];
    }
}
