using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>Relative-position lookup and window partition; every size is that of the tensors in the file.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class AttentionPieceParityTests
{
    private const string Files = "*_relpos_window.safetensors", Group = "Parts of windowed attention";

    public static IEnumerable<object[]> Tables => GoldenFolder.Cases(Files, ".table");

    public static IEnumerable<object[]> Maps => GoldenFolder.Cases(Files, ".padded_hw");

    [TestMethod]
    [DynamicData(nameof(Tables))]
    public void Relative_positions_agree_also_where_tables_are_interpolated(string file, string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFolder.Open(file);
        var (table, expected) = (golden.Tensor(name + ".table"), golden.Tensor(name + ".out"));
        long queries = expected.size(0), keys = expected.size(1);
        var length = 2 * Math.Max(queries, keys) - 1;
        var fits = table.size(0) == length;
        var distances = RelativePositions.Distances(queries, keys, CPU).flatten();
        var found = RelativePositions.Resize(table, length).index_select(0, distances).reshape(queries, keys, -1);
        Parity.Check(Group, fits ? "relative positions" : "relative positions, table interpolated", Precision.Single, name,
            expected, found, fits ? Allowed.Exact : Allowed.Prompt);
    }

    [TestMethod]
    [DynamicData(nameof(Maps))]
    public void Windows_agree_padding_included(string file, string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFolder.Open(file);
        var (map, expected) = (golden.Tensor(name + ".in"), golden.Tensor(name + ".out"));
        var window = expected.size(1);
        var windows = WindowPartition.Partition(map, window);
        Parity.Check(Group, "windows", Precision.Single, name, expected, windows, Allowed.Exact);
        var merged = WindowPartition.Merge(windows, map.size(1), map.size(2));
        Parity.Check(Group, "windows merged", Precision.Single, name, map, merged, Allowed.Exact);
        var padded = golden.Span<long>(name + ".padded_hw");
        Assert.AreEqual(padded[0] * padded[1] * map.size(0), windows.size(0) * window * window, "pixels, padding included");
    }
}
