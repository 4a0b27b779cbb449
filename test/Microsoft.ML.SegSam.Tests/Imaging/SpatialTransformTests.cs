using CsCheck;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class SpatialTransformTests
{
    private const int Side = 64;
    // 12 columns and 7 rows of padding before it
    private static readonly ImageGeometry Padded = ImageGeometry.For(50, 40, Side, ResizeRule.PadOrStretch);

    [TestMethod]
    public void A_bright_disc_stays_under_its_mask() =>
        Gen.Int[0, 100_000].Sample(seed =>
        {
            var random = new Random(seed);
            var (image, mask) = Disc(15 + 10 * random.NextDouble(), 20 + 10 * random.NextDouble(), 11);
            var place = SpatialTransform.Draw(new() { Rotation = 45, Scale = 0.2, Translation = 0.1, Flips = true }, Padded, random);
            Assert.IsGreaterThan(0.95, Agreement(place.Move(image), place.Move(mask)!));
        }, iter: 100, threads: 1);

    [TestMethod]
    public void Without_change_nothing_changes()
    {
        var (image, mask) = Disc(20, 20, 8);
        var place = new SpatialTransform(Padded, degrees: 0, scale: 1, shiftX: 0, shiftY: 0, isFlipped: false);
        CollectionAssert.AreEqual(image.Pixels, place.Move(image).Pixels);
        CollectionAssert.AreEqual(mask, place.Move(mask));
    }

    [TestMethod]
    [DataRow(0, 1, 5, -3, false, 15, 22)]  // from (10, 25): 5 right, 3 up
    [DataRow(0, 0.5, 0, 0, false, 15, 25)] // half way to the center, (20, 25)
    [DataRow(0, 1, 0, 0, true, 30, 25)]
    [DataRow(90, 1, 0, 0, false, 20, 15)]  // clockwise on the screen: left of the center goes above it
    [DataRow(90, 1, 0, 0, true, 20, 35)]   // flipped first
    [DataRow(90, 2, 1, 2, false, 21, 7)]
    public void Each_change_moves_a_point_as_it_says(double degrees, double scale, double shiftX, double shiftY, bool isFlipped, int x,
        int y)
    {
        var (image, mask) = Disc(10, 25, 3);
        var place = new SpatialTransform(Padded, degrees, scale, shiftX, shiftY, isFlipped);
        var box = MaskRegions.Box(place.Move(mask), Side, Side)!.Value;
        Assert.AreEqual(x + 12, (box.X0 + box.X1) / 2.0, 0.5);
        Assert.AreEqual(y + 7, (box.Y0 + box.Y1) / 2.0, 0.5);
        Assert.IsGreaterThan(scale < 1 ? 0.6 : 0.9, Agreement(place.Move(image), place.Move(mask)!)); // of a few pixels
    }

    [TestMethod]
    public void Left_stays_left_unless_flips_are_wanted()
    {
        var (_, left) = Disc(12, 25, 5);
        var (_, right) = Disc(28, 25, 5);
        bool Keeps(Augmentation augmentation, int seed)
        {
            var place = SpatialTransform.Draw(augmentation, Padded, new Random(seed));
            return MaskRegions.Box(place.Move(left), Side, Side)!.Value.X0 < MaskRegions.Box(place.Move(right), Side, Side)!.Value.X0;
        }

        Assert.IsTrue(Enumerable.Range(0, 200).All(seed => Keeps(new() { Rotation = 45, Scale = 0.2 }, seed)));
        var kept = Enumerable.Range(0, 200).Count(seed => Keeps(new() { Flips = true }, seed));
        Assert.IsTrue(kept is > 70 and < 130, $"{kept} of 200");
    }

    [TestMethod]
    public void A_box_keeps_its_distance_from_the_object_and_a_tight_one_stays_tight()
    {
        var (_, mask) = Disc(15, 25, 6);
        var before = MaskRegions.Box(mask, Side, Side)!.Value;
        var place = new SpatialTransform(Padded, degrees: 30, scale: 2, shiftX: 4, shiftY: 0, isFlipped: true);
        var after = MaskRegions.Box(place.Move(mask), Side, Side)!.Value;
        CollectionAssert.AreEqual(new float[] { after.X0, after.Y0, after.X1, after.Y1 },
            place.Move([before.X0, before.Y0, before.X1, before.Y1], before, after));
        CollectionAssert.AreEqual(new float[] { after.X0 - 6, after.Y0 - 4, after.X1 + 2, after.Y1 + 8 },
            place.Move([before.X0 - 1, before.Y0 - 2, before.X1 + 3, before.Y1 + 4], before, after),
                "Margins double; left and right change places.");
        CollectionAssert.AreEqual(new float[] { 0, 0, 1, 1 },
            place.Move([before.X0 + 4, before.Y0 + 4, before.X1 - 4, before.Y1 - 4], before, new(0, 0, 1, 1)));
    }

    [TestMethod]
    public void An_object_that_leaves_is_gone_and_one_that_shrinks_is_not()
    {
        var (_, mask) = Disc(4, 25, 3);
        Assert.IsNull(new SpatialTransform(Padded, 0, 1, shiftX: -8, 0, false).Move(mask));
        var pixel = new byte[Side * Side];
        pixel[30 * Side + 20] = 1;
        foreach (var scale in (double[])[0.5, 0.6, 0.7, 0.8, 1, 1.5])
            Assert.IsNotEmpty(new SpatialTransform(Padded, 10, scale, 0.3, 0, false).Move(pixel)!.Where(value => value == 1), $"{scale}");
    }

    [TestMethod]
    public void Padding_stays_free_and_what_comes_in_is_dark()
    {
        var pixels = new byte[50 * 40 * 3];
        Array.Fill(pixels, (byte)200);
        pixels[0] = 30;
        var place = new SpatialTransform(Padded, 0, 1, shiftX: 10, 0, false);
        var moved = place.Move(new NetworkImage(Padded, pixels));
        Assert.AreEqual(Padded, moved.Geometry);
        Assert.AreEqual((30, 200), (moved.Pixels[25 * 40 * 3], moved.Pixels[(25 * 40 + 30) * 3]));
        var all = new byte[Side * Side];
        for (var y = 0; y < 50; y++)
            all.AsSpan((y + 7) * Side + 12, 40).Fill(1);
        var mask = place.Move(all)!;
        Assert.AreEqual(50 * 30, mask.Count(value => value == 1));
        Assert.IsTrue(Enumerable.Range(0, mask.Length).All(i => mask[i] == 0 || all[i] == 1));
    }

    private static (NetworkImage Image, byte[] Mask) Disc(double centerX, double centerY, double radius)
    {
        var (pixels, mask) = (new byte[50 * 40 * 3], new byte[Side * Side]);
        for (var i = 0; i < 50 * 40; i++)
        {
            var (x, y) = (i % 40, i / 40);
            if (Math.Pow(x + 0.5 - centerX, 2) + Math.Pow(y + 0.5 - centerY, 2) >= radius * radius)
                continue;
            pixels.AsSpan(3 * i, 3).Fill(240);
            mask[(y + 7) * Side + x + 12] = 1;
        }

        return (new(Padded, pixels), mask);
    }

    // IoU of the mask and the bright pixels.
    private static double Agreement(NetworkImage image, byte[] mask)
    {
        var (both, either) = (0, 0);
        for (var i = 0; i < 50 * 40; i++)
        {
            var (bright, inside) = (image.Pixels[3 * i] >= 120, mask[(i / 40 + 7) * Side + i % 40 + 12] == 1);
            both += bright && inside ? 1 : 0;
            either += bright || inside ? 1 : 0;
        }

        return (double)both / either;
    }
}
