using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>Every comparison with a golden figure: asserts, and remembers the largest error of each quantity for docs/parity.md.</summary>
internal static class Parity
{
    private static readonly Dictionary<(string Group, string What), ParityRow> Rows = [];

    /// <summary>Shapes must be equal, no number further off than allowed.</summary>
    /// <param name="group">A section of docs/parity.md.</param>
    /// <param name="what">A line of it.</param>
    /// <param name="scale">What the error is relative to, such as the largest number expected; 1 for an absolute error.</param>
    public static void Check(
        string group, string what, Precision precision, string name, Tensor expected, Tensor actual, double allowed, double scale = 1)
    {
        using var scope = NewDisposeScope();
        CollectionAssert.AreEqual(expected.shape, actual.shape, $"{name}: {what}, shape");
        var error = expected.numel() == 0 ? 0 : expected.to(float64).Minus(actual.detach().to(float64)).abs().max().item<double>();
        Check(group, what, precision, name, error / scale, allowed);
    }

    /// <summary>The error relative to the largest number expected.</summary>
    public static void CheckRelative(
        string group, string what, Precision precision, string name, Tensor expected, Tensor actual, double allowed)
    {
        using var scope = NewDisposeScope();
        var largest = expected.to(float64).abs().max().item<double>();
        Check(group, what, precision, name, expected, actual, allowed, largest == 0 ? 1 : largest);
    }

    /// <summary>Bytes, counts, and whatever else must be the same: <paramref name="differing"/> of it is not.</summary>
    public static void CheckSame(string group, string what, string name, long differing) =>
        Check(group, what, Precision.Single, name, differing, Allowed.Exact);

    /// <summary>Equal to the byte.</summary>
    public static void CheckSame(string group, string what, string name, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        Assert.AreEqual(expected.Length, actual.Length, $"{name}: {what}, bytes");
        var differing = 0L;
        for (var i = 0; i < expected.Length; i++)
            differing += expected[i] == actual[i] ? 0 : 1;
        CheckSame(group, what, name, differing);
    }

    /// <summary>Writes the table when approved files are to be written again.</summary>
    public static void WriteTable()
    {
        if (Environment.GetEnvironmentVariable("SEGSAM_APPROVE") == "1" && Rows.Count > 0)
            ParityTable.Write(Rows);
    }

    private static void Check(string group, string what, Precision precision, string name, double error, double allowed)
    {
        if (!Rows.TryGetValue((group, what), out var row))
            Rows.Add((group, what), row = new());
        row.Add(precision, name, error, allowed);
        Assert.IsTrue(error <= allowed, $"{name}: {what} is off by {error:e2}, allowed {allowed:e0} ({precision.Type})."); // NaN fails
    }
}
