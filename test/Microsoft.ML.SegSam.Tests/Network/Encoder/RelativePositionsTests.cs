using Microsoft.ML.SegSam.Network.Encoder;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Encoder;

[TestClass]
public sealed class RelativePositionsTests
{
    [TestMethod]
    [DataRow(3, 4, DisplayName = "few keys")]
    [DataRow(20, 30, DisplayName = "many keys")]
    public void The_bias_of_a_pair_is_the_query_times_its_row_and_column_vectors(int height, int width)
    {
        using var scope = NewDisposeScope();
        const int depth = 2;
        var query = Normal(1, 2, 3, height, width, depth);
        var (rowTable, columnTable) = (Normal(2, 2 * height - 1, depth), Normal(3, 2 * width - 1, depth));
        var (rows, columns) = (RelativePositions.Distances(height, height, CPU), RelativePositions.Distances(width, width, CPU));
        var bias = RelativePositions.Bias(query, rowTable, columnTable, rows, columns);
        CollectionAssert.AreEqual(new long[] { 2, 3, height * width, height * width }, bias.shape);

        // The query at (2, 1) and the key at (0, 3): two rows above (table row 2 - 0 + H - 1), two columns to the right (1 - 3 + W - 1).
        var expected = query[1, 2, 2, 1].dot(rowTable[height + 1] + columnTable[width - 3]).item<float>();
        Assert.AreEqual(expected, bias[1, 2, 2 * width + 1, 3].item<float>(), 1e-5f);
    }

    [TestMethod]
    public void Some_queries_have_the_bias_that_they_have_among_all()
    {
        using var scope = NewDisposeScope();
        const int side = 6, depth = 4;
        var query = Normal(1, 1, 2, side, side, depth);
        var (rowTable, columnTable) = (Normal(2, 2 * side - 1, depth), Normal(3, 2 * side - 1, depth));
        var distances = RelativePositions.Distances(side, side, CPU);
        var all = RelativePositions.Bias(query, rowTable, columnTable, distances, distances).reshape(1, 2, side, side, side * side);
        var some = RelativePositions.Bias(
            query.narrow(2, 2, 3).narrow(3, 0, 4), rowTable, columnTable, distances.narrow(0, 2, 3), distances.narrow(0, 0, 4));
        Assert.IsTrue(all.narrow(2, 2, 3).narrow(3, 0, 4).reshape(some.shape).allclose(some));
    }
}
