using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Nifti;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

[TestClass]
[TestCategory("GoldenVolumes")]
public sealed class NiftiGoldenTests
{
    public static IEnumerable<object[]> Read => GoldenVolumes.Rows("nifti/", "read");

    public static IEnumerable<object[]> ReadOrRefused => GoldenVolumes.Rows("nifti/", "read-or-refuse");

    public static IEnumerable<object[]> Refused => GoldenVolumes.Rows("nifti/", "refuse");

    [TestMethod]
    [DynamicData(nameof(Read))]
    public void What_must_be_read_has_the_right_values(string key) => Check(GoldenVolumes.Entry(key), key);

    [TestMethod]
    [DynamicData(nameof(ReadOrRefused))]
    public void What_may_be_refused_has_the_right_values_or_is_refused(string key)
    {
        var entry = GoldenVolumes.Entry(key);
        try
        {
            Check(entry, key);
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException)
        {
            Assert.IsGreaterThan(20, failure.Message.Length);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Refused))]
    public void What_is_damaged_is_refused(string key)
    {
        _ = GoldenVolumes.Entry(key);
        var clock = Stopwatch.StartNew();
        var failure = Assert.Throws<Exception>(() => Open(key).Voxels.Dispose());
        Assert.IsTrue(failure is InvalidDataException or NotSupportedException, failure.ToString());
        Assert.IsLessThan(5, clock.Elapsed.TotalSeconds);
    }

    private static NiftiFile Open(string key, int time = 0) =>
        NiftiReader.Open(GoldenVolumes.PathOf(key), time, VolumeLimits.Voxels, Path.GetTempPath());

    private static void Check(JsonElement entry, string key)
    {
        var shape = Array.ConvertAll(GoldenVolumes.Numbers(entry.GetProperty("shape")), size => (long)size);
        var times = 1;
        var (values, stored) = (new List<double>(), new List<byte>());
        for (var time = 0; time < times; time++)
        {
            var file = Open(key, time);
            using var voxels = file.Voxels;
            times = file.Times;
            Assert.AreEqual(shape.Aggregate(1L, (product, size) => product * size),
                (long)voxels.Columns * voxels.Rows * voxels.Slices * times, "voxels");
            if (entry.TryGetProperty("dtype", out var type))
                Assert.AreEqual(type.GetString(), voxels.Type.ToString(), ignoreCase: true);
            if (entry.TryGetProperty("endian", out var endian))
                Assert.AreEqual(endian.GetString() == "big", file.Header.IsBigEndian);
            var unit = entry.TryGetProperty("unitToMm", out var factor) ? factor.GetDouble() : 1;
            ExpectedVolume.CheckPlace(entry, file.Affine, unit);
            Assert.AreEqual(!entry.TryGetProperty("affineAnyOf", out _), file.IsOrientationKnown);
            for (var slice = 0; slice < voxels.Slices; slice++)
            {
                values.AddRange(voxels.ReadSlice(slice));
                var bytes = new byte[voxels.Columns * voxels.Rows * voxels.Type.Bytes()];
                voxels.ReadStored(slice, 0, bytes);
                stored.AddRange(bytes);
            }

            if (entry.TryGetProperty("canonical", out var canonical) && file.IsOrientationKnown)
                CheckCanonical(canonical, unit, file, values[^(voxels.Columns * voxels.Rows * voxels.Slices * voxels.Samples)..]);
        }

        if (entry.TryGetProperty("storedSha256", out var hash))
            Assert.AreEqual(hash.GetString(), Convert.ToHexStringLower(SHA256.HashData(stored.ToArray())));
        if (entry.TryGetProperty("values", out _))
        {
            var samples = values.Count / (int)shape.Aggregate(1L, (product, size) => product * size);
            ExpectedVolume.CheckValues(entry, [.. values], shape, samples, IsScaled(entry));
        }
    }

    private static bool IsScaled(JsonElement entry) =>
        entry.TryGetProperty("slope", out var slope) && slope.ValueKind == JsonValueKind.Number;

    // The array turned to RAS, and back again, bit for bit.
    private static void CheckCanonical(JsonElement canonical, double unit, NiftiFile file, List<double> values)
    {
        var voxels = file.Voxels;
        int[] size = [voxels.Columns, voxels.Rows, voxels.Slices];
        var order = AxisOrder.Of(file.Affine);
        var axes = GoldenVolumes.Numbers(canonical.GetProperty("fileAxis"));
        CollectionAssert.AreEqual(axes, Array.ConvertAll(order.FileAxis, axis => (double)axis));
        var flipped = canonical.GetProperty("flipped").EnumerateArray().Select(one => one.GetBoolean()).ToArray();
        CollectionAssert.AreEqual(flipped, order.Flipped);
        ExpectedVolume.CheckPlace(canonical, order.Reorient(file.Affine, size), unit);
        var turned = order.Permute(size);
        var (there, back) = (new double[values.Count], new double[values.Count]);
        var n = 0;
        for (var c = 0; c < turned[2]; c++)
        {
            for (var b = 0; b < turned[1]; b++)
            {
                for (var a = 0; a < turned[0]; a++, n++)
                {
                    var (i, j, k) = order.ToFile([a, b, c], size);
                    var at = ((k * size[1]) + j) * size[0] + i;
                    for (var sample = 0; sample < voxels.Samples; sample++)
                    {
                        there[n * voxels.Samples + sample] = values[at * voxels.Samples + sample];
                        back[at * voxels.Samples + sample] = there[n * voxels.Samples + sample];
                    }
                }
            }
        }

        CollectionAssert.AreEqual(values.ToArray(), back);
        if (canonical.TryGetProperty("values", out _) && canonical.GetProperty("shape").GetArrayLength() <= 3)
            ExpectedVolume.CheckValues(canonical, there, Array.ConvertAll(turned, side => (long)side), voxels.Samples, isScaled: true);
    }
}
