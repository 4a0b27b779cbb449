using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Encoder;

[TestClass]
public sealed class FineMapsTests
{
    /// <summary>The up-scaling makes four pixels of each, twice; the same parts must come out of the packed maps.</summary>
    [TestMethod]
    public void Packed_maps_come_out_as_the_parts_of_each_pixel()
    {
        using var scope = NewDisposeScope();
        const int Grid = 3, Width = 16;
        var map = SmallNetwork.Normal(1, 2, Width, Grid, Grid);
        var (twofold, fourfold) = (SmallNetwork.Normal(2, 2, Width / 4, 2 * Grid, 2 * Grid),
            SmallNetwork.Normal(3, 2, Width / 8, 4 * Grid, 4 * Grid));
        var packed = FineMaps.Pack(map, twofold, fourfold);
        CollectionAssert.AreEqual(new long[] { 2, 4 * Width, Grid, Grid }, packed.shape);
        Assert.IsTrue(packed.narrow(1, 0, Width).Equals(map));

        var fine = FineMaps.Unpack(packed.flatten(2).transpose(1, 2).contiguous(), Width);
        for (var y = 0; y < 4 * Grid; y++)
        {
            for (var x = 0; x < 4 * Grid; x++)
            {
                var pixel = y / 4 * Grid + x / 4;
                var quarter = pixel * 4 + y / 2 % 2 * 2 + x / 2 % 2;
                Assert.IsTrue(fine.Twofold[1, quarter].Equals(twofold[1, TensorIndex.Colon, y / 2, x / 2]), $"{y} {x}");
                Assert.IsTrue(fine.Fourfold[1, quarter * 4 + y % 2 * 2 + x % 2].Equals(fourfold[1, TensorIndex.Colon, y, x]), $"{y} {x}");
            }
        }

        var chosen = fine.Of(tensor([1L, 0, 1]));
        Assert.IsTrue(chosen.Fourfold[2].Equals(fine.Fourfold[1]) && chosen.Twofold[1].Equals(fine.Twofold[0]));
    }
}
