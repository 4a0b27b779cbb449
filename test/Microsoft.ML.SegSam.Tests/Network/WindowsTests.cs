using CsCheck;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Tests.Golden;
using static Microsoft.ML.SegSam.Tests.Network.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

[TestClass]
public sealed class WindowsTests
{
    [TestMethod]
    [TestCategory("Golden")]
    [DataRow(10, 10, 4)]
    [DataRow(7, 9, 5)]
    public void Windows_are_sams_padding_included(int height, int width, int window)
    {
        using var scope = NewDisposeScope();
        var file = SafetensorsFile.Golden("sam_relpos_window.safetensors");
        var name = $"window_h{height}_w{width}_ws{window}";
        var windows = Windows.Partition(file.Tensor(name + ".in"), window);
        AssertClose(file.Tensor(name + ".out"), windows, 0, name);
        AssertClose(file.Tensor(name + ".in"), Windows.Merge(windows, height, width), 0, "merged");
    }

    [TestMethod]
    public void Merging_undoes_cutting_for_any_size() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 6]).Sample((batch, height, width, window) =>
        {
            using var scope = NewDisposeScope();
            var map = arange(batch * height * width * 2, float32).reshape(batch, height, width, 2);
            var windows = Windows.Partition(map, window);
            return windows.size(1) == window && windows.size(2) == window && Windows.Merge(windows, height, width).Equals(map);
        }, iter: 60, threads: 1);
}
