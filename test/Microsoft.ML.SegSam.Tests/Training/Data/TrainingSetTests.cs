using CsCheck;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training.Data;

namespace Microsoft.ML.SegSam.Tests.Training.Data;

[TestClass]
public sealed class TrainingSetTests
{
    [TestMethod]
    public void Images_and_masks_come_back_as_they_went_in() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[0, 1000]).Sample((side, seed) =>
        {
            using var folder = new TemporaryFolder();
            using var set = new TrainingSet(side, folder.Path);
            var random = new Random(seed);
            var images = new List<NetworkImage>();
            var masks = new List<byte[]>();
            for (var i = 0; i < 3; i++)
            {
                var rgb = new byte[side * side * 3];
                random.NextBytes(rgb);
                images.Add(new(ImageGeometry.For(side, side, side, ResizeRule.LongestSide), rgb));
                Assert.AreEqual(i, set.Add(images[i]));
                for (var j = 0; j < 2; j++)
                {
                    masks.Add([.. Enumerable.Range(0, side * side).Select(_ => (byte)random.Next(2))]);
                    set.Add(i, masks[^1], category: j, dataset: 0, new(Box: [0, 0, 1, 1]));
                }
            }

            for (var i = 5; i >= 0; i--) // in another order than written
                CollectionAssert.AreEqual(masks[i], set.ReadMask(set.Objects[i]));
            for (var i = 2; i >= 0; i--)
            {
                var found = set.ReadImage(i);
                Assert.AreEqual(images[i].Geometry, found.Geometry);
                CollectionAssert.AreEqual(images[i].Pixels, found.Pixels);
            }
        }, iter: 20, threads: 1);

    [TestMethod]
    public void Others_are_the_categories_of_the_other_objects_once_each_in_order()
    {
        using var folder = new TemporaryFolder();
        using var set = new TrainingSet(2, folder.Path);
        var (first, second) = (set.Add(Image()), set.Add(Image()));
        foreach (var (image, category) in new[] { (first, 3), (first, 1), (second, 0), (first, 1), (first, 2) })
            set.Add(image, [1, 0, 0, 0], category, dataset: 0, new());
        set.AddPresent(first, 7, dataset: 0);
        set.AddPresent(first, 3, dataset: 0);
        CollectionAssert.AreEqual(new[] { 1, 2, 7 }, set.OthersOf(0), "3 is the object itself, though the image's list names it.");
        CollectionAssert.AreEqual(new[] { 1, 2, 3, 7 }, set.OthersOf(1), "A second object of the same category is another one.");
        CollectionAssert.AreEqual(Array.Empty<int>(), set.OthersOf(2));
        CollectionAssert.AreEqual(new[] { 0, 1, 3, 4 }, set.ObjectsOf(first).ToArray());
    }

    [TestMethod]
    public void Each_data_set_has_the_labels_that_its_rows_name()
    {
        using var folder = new TemporaryFolder();
        using var set = new TrainingSet(2, folder.Path);
        var image = set.Add(Image());
        set.Add(image, [1, 0, 0, 0], category: 4, dataset: 2, new());
        set.Add(image, [1, 0, 0, 0], category: 1, dataset: 0, new());
        set.AddPresent(image, 5, dataset: 2);
        CollectionAssert.AreEquivalent(new[] { 4, 5 }, set.LabelSetOf(2).ToArray());
        CollectionAssert.AreEquivalent(new[] { 1 }, set.LabelSetOf(0).ToArray());
        Assert.IsEmpty(set.LabelSetOf(1));
    }

    [TestMethod]
    public void A_name_that_may_be_true_as_well_is_no_rival_unless_the_data_set_uses_it_too()
    {
        using var folder = new TemporaryFolder();
        using var set = new TrainingSet(2, folder.Path);
        const int Lung = 0, LeftLung = 1; // and 2, a nucleus
        set.Compatible = new bool[3, 3];
        set.Compatible[Lung, LeftLung] = set.Compatible[LeftLung, Lung] = true;
        var image = set.Add(Image());
        set.Add(image, [1, 0, 0, 0], LeftLung, dataset: 0, new());
        set.Add(image, [1, 0, 0, 0], LeftLung, dataset: 1, new());
        set.Add(image, [1, 0, 0, 0], Lung, dataset: 1, new());
        bool[] RivalsOf(int index) => [.. Enumerable.Range(0, 3).Select(category => set.IsRival(set.Objects[index], category))];
        CollectionAssert.AreEqual(new[] { false, true, true }, RivalsOf(0), "A left lung is a lung; nobody has told them apart here.");
        CollectionAssert.AreEqual(new[] { true, true, true }, RivalsOf(1), "Here annotators have.");
        CollectionAssert.AreEqual(new[] { true, true, true }, RivalsOf(2));
    }

    [TestMethod]
    public void The_temporary_file_goes_with_the_set()
    {
        using var folder = new TemporaryFolder();
        using (var set = new TrainingSet(2, folder.Path))
        {
            set.Add(Image());
            Assert.HasCount(OperatingSystem.IsWindows() ? 1 : 0, Directory.GetFiles(folder.Path));
        }

        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static NetworkImage Image() => new(ImageGeometry.For(2, 2, 2, ResizeRule.LongestSide), new byte[12]);
}
