using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Tests.Prediction;

/// <summary>Looks at the tiles of large objects (method, 6.5); the network's input is 64, its masks 16.</summary>
[TestClass]
public sealed class TilesTests
{
    private const int Input = 64, Side = 16;

    [TestMethod]
    [DataRow(200, 300, 0, 0, 300, 200)]
    [DataRow(200, 300, 11, 7, 158, 154)]
    [DataRow(1000, 90, 0, 0, 90, 1000)]
    public void Four_tiles_cover_a_part_and_overlap(int height, int width, int x0, int y0, int x1, int y1)
    {
        var part = new RegionBox(x0, y0, x1, y1);
        var tiles = Tiles.Of(Look(height, width, part));
        Assert.HasCount(4, tiles);
        for (var y = y0; y < y1; y++)
        {
            for (var x = x0; x < x1; x++)
                Assert.Contains(tile => x >= tile.X0 && x < tile.X1 && y >= tile.Y0 && y < tile.Y1, tiles, $"{x} {y}");
        }

        foreach (var tile in tiles)
        {
            Assert.AreEqual(tile.Area, tile.Intersection(part), "Nothing beyond the part.");
            Assert.AreEqual(part.Width * 9 / 16.0, tile.Width, 1);
            Assert.AreEqual(part.Height * 9 / 16.0, tile.Height, 1);
        }
    }

    [TestMethod]
    public void What_the_network_saw_nearly_pixel_by_pixel_has_no_tiles()
    {
        Assert.IsEmpty(Tiles.Of(Look(80, 60)));
        Assert.IsEmpty(Tiles.Of(Look(400, 400, new(50, 50, 130, 130))));
        Assert.HasCount(4, Tiles.Of(Look(81, 60)));
    }

    [TestMethod]
    public void Tiles_of_one_mask_make_that_mask_twice_as_fine()
    {
        var look = Look(200, 300, new(40, 20, 200, 180));
        var tiles = Tiles.Of(look).Select(part => Look(200, 300, part)).Select(tile => (Slope(tile), tile)).ToList();
        var merged = Tiles.Merge(new(new float[Side * Side], Side), look, tiles);
        Assert.AreEqual(2 * Side, merged.Side);
        for (var i = 0; i < merged.Logits.Length; i++)
        {
            var (x, y) = (40 + (i % merged.Side + 0.5) * 160 / merged.Side, 20 + (i / merged.Side + 0.5) * 160 / merged.Side);
            var isInside = x is > 44 and < 196 && y is > 24 and < 176; // half a pixel of a tile's mask from its border
            if (isInside)
                Assert.AreEqual(x / 10 - y / 20, merged.Logits[i], 1e-2, $"{x} {y}");
        }
    }

    [TestMethod]
    public void Where_no_tile_was_looked_at_a_mask_stays_as_it_was()
    {
        var look = Look(200, 300, new(40, 20, 200, 180));
        var first = Look(200, 300, Tiles.Of(look)[0]); // columns 40 to 130, rows 20 to 110
        var merged = Tiles.Merge(Slope(look), look, [(new(Enumerable.Repeat(7f, Side * Side).ToArray(), Side), first)]);
        Assert.AreEqual(7, merged.At(look, 60, 60), 1e-4);
        Assert.AreEqual(150 / 10.0 - 150 / 20.0, merged.At(look, 150, 150), 1e-2);
    }

    [TestMethod]
    public void A_tile_is_looked_at_if_anything_of_the_mask_may_be_in_it()
    {
        var look = Look(200, 300, new(40, 20, 200, 180));
        var logits = Enumerable.Repeat(-8f, Side * Side).ToArray();
        logits[2 * Side + 2] = -1; // about (65, 45): hardly the object, but not surely not
        var tiles = Tiles.Of(look).Select(part => Tiles.Known(new(logits, Side), look, Look(200, 300, part))).ToList();
        Assert.IsNotNull(tiles[0]);
        Assert.HasCount(Side * Side, tiles[0]!);
        Assert.IsTrue(tiles[1..].All(tile => tile is null));
    }

    private static ImageGeometry Look(int height, int width, RegionBox? part = null) => part is { } shown
        ? ImageGeometry.For(height, width, shown, Input, ResizeRule.Stretch) : ImageGeometry.For(height, width, Input, ResizeRule.Stretch);

    // A mask whose logits rise by 1 in 10 columns of the original image and fall by 1 in 20 rows.
    private static LowResMask Slope(ImageGeometry geometry) => new(
        [.. Enumerable.Range(0, Side * Side).Select(i => (float)(geometry.ToOriginalX((i % Side + 0.5) * Input / Side) / 10
            - geometry.ToOriginalY((i / Side + 0.5) * Input / Side) / 20))], Side);
}
