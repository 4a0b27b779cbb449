using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training.Data;

namespace Microsoft.ML.SegSam.Tests.Training.Data;

[TestClass]
public sealed class TrainingImageTests
{
    private static readonly Augmentation Strong = new() { Rotation = 45, Scale = 0.3, Translation = 0.5 };

    [TestMethod]
    public void Bright_shapes_stay_under_their_masks_and_boxes_tight()
    {
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(6, folder.Path);
        foreach (var image in Enumerable.Range(0, 6))
        {
            var read = TrainingImage.Augmented(set, image, [.. set.ObjectsOf(image)], new() { Translation = 0.02, Noise = 0 },
                new Random(image));
            foreach (var (one, mask, _) in read.Objects)
            {
                var inside = Enumerable.Range(0, mask.Length).Where(i => mask[i] != 0).Average(i => read.Pixels!.Pixels[3 * i]);
                Assert.IsGreaterThan(130, inside, "Shapes are 160 to 220, the rest 20 to 50, before contrast and brightness change.");
                CollectionAssert.AreEqual(ShapeImages.BoxOf(mask), one.Given.Box);
            }
        }
    }

    [TestMethod]
    public void What_leaves_the_picture_is_neither_asked_about_nor_present_and_no_image_is_left_without_objects()
    {
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(4, folder.Path);
        var (partly, never) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var (image, random) = (seed % 4, new Random(seed));
            int[] objects = [.. set.ObjectsOf(image)];
            var read = TrainingImage.Augmented(set, image, objects, Strong, random);
            Assert.IsNotEmpty(read.Objects);
            Assert.IsTrue(read.Objects.All(one => one.Mask.Contains((byte)1)));
            partly += read.Objects.Count < objects.Length ? 1 : 0;
            never += read.Objects.Count == objects.Length ? 1 : 0;
            var seen = read.Objects.Select(one => one.Object.Category).ToList(); // all objects are asked about, so these are all there are
            foreach (var (one, _, others) in read.Objects)
                CollectionAssert.AreEquivalent(seen.Where(category => category != one.Category).ToArray(), others);
        }

        Assert.IsTrue(partly > 5 && never > 5, $"{partly} {never}");
    }

    [TestMethod]
    public void An_image_that_every_object_would_leave_stays_where_it_is()
    {
        using var folder = new TemporaryFolder();
        using var set = new TrainingSet(4, folder.Path);
        var image = set.Add(new(ImageGeometry.For(4, 4, 4, ResizeRule.Stretch), [.. Enumerable.Range(0, 48).Select(i => (byte)(5 * i))]));
        byte[] corner = [1, .. new byte[15]];
        set.Add(image, corner, category: 0, dataset: 0, new(Box: [0, 0, 1, 1]));
        var shift = new Augmentation { Rotation = 0, Scale = 0, Translation = 0.5, Brightness = 0, Contrast = 0, Gamma = 0, Noise = 0 };
        var stayed = 0;
        for (var seed = 0; seed < 50; seed++)
        {
            var read = TrainingImage.Augmented(set, image, [0], shift, new Random(seed));
            Assert.IsTrue(read.Objects.Single().Mask.Contains((byte)1));
            stayed += read.Pixels!.Pixels.AsSpan().SequenceEqual(set.ReadImage(image).Pixels)
                && read.Objects[0].Mask.AsSpan().SequenceEqual(corner) ? 1 : 0;
        }

        Assert.IsGreaterThan(10, stayed, "Up or left it would be gone.");
    }

    [TestMethod]
    public void The_seed_decides_and_all_objects_of_an_image_move_alike()
    {
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(2, folder.Path);
        TrainingBatch Read(int seed, params int[] objects) =>
            TrainingBatch.Read(set, objects, 4, new Random(seed), new(), withPixels: true);
        int[] all = [.. set.ObjectsOf(0)];
        var (both, again, other) = (Read(1, all), Read(1, all), Read(2, all));
        CollectionAssert.AreEqual(both.Pixels![0].Pixels, again.Pixels![0].Pixels);
        CollectionAssert.AreNotEqual(both.Pixels[0].Pixels, other.Pixels![0].Pixels);
        CollectionAssert.AreNotEqual(both.Pixels[0].Pixels, set.ReadImage(0).Pixels);
        var second = Read(1, all[1]); // alone, with the same draws
        CollectionAssert.AreEqual(both.Pixels[0].Pixels, second.Pixels![0].Pixels);
        CollectionAssert.AreEqual(both.Masks[1], second.Masks[0]);
    }
}
