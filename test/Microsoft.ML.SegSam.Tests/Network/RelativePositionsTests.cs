using Microsoft.ML.SegSam.Network;
using static Microsoft.ML.SegSam.Tests.Network.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

[TestClass]
public sealed class RelativePositionsTests
{
    [TestMethod]
    public void The_bias_of_a_pair_is_the_query_times_its_row_and_column_vectors()
    {
        using var scope = NewDisposeScope();
        const int height = 3, width = 4, depth = 2;
        var query = Normal(1, 1, height, width, depth);
        var (rowTable, columnTable) = (Normal(2, 2 * height - 1, depth), Normal(3, 2 * width - 1, depth));
        var bias = RelativePositions.Bias(query, RelativePositions.Lookup(rowTable, height, height), RelativePositions.Lookup(columnTable, width, width));
        CollectionAssert.AreEqual(new long[] { 1, height * width, height * width }, bias.shape);

        // The query at (2, 1) and the key at (0, 3): two rows above (table row 2 - 0 + 2), two columns to the right (1 - 3 + 3).
        var expected = query[0, 2, 1].dot(rowTable[4] + columnTable[1]).item<float>();
        Assert.AreEqual(expected, bias[0, 2 * width + 1, 0 * width + 3].item<float>(), 1e-5f);
    }
}
