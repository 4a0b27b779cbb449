using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SegSam.Volumes.Geometry;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

/// <summary>Compares a volume with its entry in the manifest, by the manifest's own conventions.</summary>
internal static class ExpectedVolume
{
    /// <param name="entry">With affine, spacing and codes, or their alternatives.</param>
    /// <param name="unit">Millimeters of the entry's unit.</param>
    public static void CheckPlace(JsonElement entry, AffineMatrix affine, double unit = 1)
    {
        affine = affine.Scaled(1 / unit);
        var tolerance = entry.TryGetProperty("affineTolerance", out var own) ? own.GetDouble() : 1e-5;
        if (entry.TryGetProperty("affineAnyOf", out var any))
        {
            Assert.IsTrue(any.EnumerateArray().Any(one => IsAffine(GoldenVolumes.Numbers(one), affine, tolerance)), affine.ToString());
            return;
        }

        if (entry.TryGetProperty("affine", out var expected))
            Assert.IsTrue(IsAffine(GoldenVolumes.Numbers(expected), affine, tolerance), $"{affine}, expected {expected}");
        if (entry.TryGetProperty("spacing", out var spacing))
        {
            foreach (var (number, axis) in GoldenVolumes.Numbers(spacing).Select((number, axis) => (number, axis)))
                Assert.AreEqual(number, affine.Length(axis), 1e-5 + 1e-6 * number, $"spacing {axis}");
        }

        if (entry.TryGetProperty("codes", out var codes))
            Assert.AreEqual(codes.GetString(), AxisOrder.Of(affine).Codes);
    }

    /// <summary>Values at places, and the figures of all.</summary>
    /// <param name="values">In the order of the file; the numbers of a voxel side by side.</param>
    /// <param name="shape">The first axis fastest.</param>
    /// <param name="isLastFastest">Whether the entry's indices have the fastest axis last, as rows and columns.</param>
    public static void CheckValues(
        JsonElement entry, double[] values, long[] shape, int samples, bool isScaled, bool isLastFastest = false)
    {
        foreach (var one in entry.GetProperty("values").EnumerateArray())
        {
            var (at, stride) = (0L, 1L);
            IEnumerable<double> indices = GoldenVolumes.Numbers(one.GetProperty("at"));
            foreach (var (index, size) in (isLastFastest ? indices.Reverse() : indices).Zip(shape))
                (at, stride) = (at + (long)index * stride, stride * size);
            var value = one.GetProperty("value");
            var expected = value.ValueKind == JsonValueKind.Array ? GoldenVolumes.Numbers(value) : [Number(value)];
            for (var sample = 0; sample < expected.Length; sample++)
                CheckNumber(expected[sample], values[at * samples + sample], isScaled, $"at {one.GetProperty("at")}");
        }

        var finite = values.Where(double.IsFinite).ToList();
        foreach (var (name, found) in ((string, double)[])[("min", finite.Min()), ("max", finite.Max())])
        {
            if (entry.TryGetProperty(name, out var expected))
                CheckNumber(expected.GetDouble(), found, isScaled, name);
        }

        CheckRelative(entry, "mean", finite.Average());
        CheckRelative(entry, "checksum", values.Select((value, n) => double.IsFinite(value) ? value * (n % 101 + 1) : 0).Sum());
    }

    private static void CheckRelative(JsonElement entry, string name, double found)
    {
        if (entry.TryGetProperty(name, out var expected))
            Assert.AreEqual(expected.GetDouble(), found, 1e-6 * Math.Abs(expected.GetDouble()) + 1e-9, name);
    }

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? double.Parse(value.GetString()!.Replace("inf", "Infinity", StringComparison.OrdinalIgnoreCase), CultureInfo.InvariantCulture)
        : value.GetDouble();

    private static void CheckNumber(double expected, double found, bool isScaled, string what)
    {
        if (double.IsFinite(expected))
            Assert.AreEqual(expected, found, isScaled ? 1e-6 * Math.Abs(expected) + 1e-9 : 0, what);
        else
            Assert.AreEqual(expected, found, what);
    }

    private static bool IsAffine(double[] expected, AffineMatrix found, double tolerance) => Enumerable.Range(0, 16).All(i =>
        Math.Abs(expected[i] - found[i / 4, i % 4]) <= tolerance + 1e-6 * Math.Abs(expected[i]));
}
