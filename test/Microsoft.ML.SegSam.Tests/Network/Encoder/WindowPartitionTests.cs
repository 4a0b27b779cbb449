using CsCheck;
using Microsoft.ML.SegSam.Network.Encoder;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Encoder;

[TestClass]
public sealed class WindowPartitionTests
{
    [TestMethod]
    public void Merging_undoes_cutting_for_any_size() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 6]).Sample((batch, height, width, window) =>
        {
            using var scope = NewDisposeScope();
            var map = arange(batch * height * width * 2, float32).reshape(batch, height, width, 2);
            var windows = WindowPartition.Partition(map, window);
            return windows.size(1) == window && windows.size(2) == window && WindowPartition.Merge(windows, height, width).Equals(map);
        }, iter: 60, threads: 1);
}
