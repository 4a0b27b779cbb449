using System.Text.Json;
using Microsoft.ML.SegSam.Volumes.Dicom;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

[TestClass]
[TestCategory("GoldenVolumes")]
public sealed class DicomSeriesGoldenTests
{
    public static IEnumerable<object[]> Read => Rows("read");

    public static IEnumerable<object[]> ReadOrRefused => Rows("read-or-refuse");

    public static IEnumerable<object[]> RefusedUnlessAllowed => Rows("refuse-unless-allowed");

    public static IEnumerable<object[]> Refused => GoldenVolumes.Rows("series/", "refuse");

    [TestMethod]
    [DynamicData(nameof(Read))]
    public void Volumes_have_the_right_slices_places_and_values(string key) => Check(key, isAllowed: false);

    [TestMethod]
    [DynamicData(nameof(ReadOrRefused))]
    public void Volumes_that_may_be_refused_are_right_or_refused(string key)
    {
        try
        {
            Check(key, isAllowed: false);
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException)
        {
            Assert.IsGreaterThan(20, failure.Message.Length);
        }
    }

    [TestMethod]
    [DynamicData(nameof(RefusedUnlessAllowed))]
    public void Irregular_volumes_are_refused_unless_the_caller_allows_them(string key)
    {
        _ = GoldenVolumes.Entry(key);
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => Volumes(key, isAllowed: false));
        StringAssert.Contains(failure.Message, "MedicalVolumeOptions.");
        Check(key, isAllowed: true);
    }

    [TestMethod]
    [DynamicData(nameof(Refused))]
    public void Folders_that_make_no_volume_are_refused(string key)
    {
        _ = GoldenVolumes.Entry(key);
        var failure = Assert.Throws<Exception>(() => Volumes(key, isAllowed: false));
        Assert.IsTrue(failure is InvalidDataException or NotSupportedException, failure.ToString());
        Assert.IsGreaterThan(20, failure.Message.Length);
    }

    private static IEnumerable<object[]> Rows(string need) => GoldenVolumes.Root is null ? [["none"]]
        : ((string[])["series/", "dicom/frames/enhanced", "real/"]).SelectMany(start => GoldenVolumes.Rows(start, need))
            .Where(row => GoldenVolumes.Entry((string)row[0]).TryGetProperty("volumes", out _));

    private static List<DicomVolume> Volumes(string key, bool isAllowed) =>
        [.. DicomFolder.List(GoldenVolumes.PathOf(key), Path.GetTempPath()).Groups
            .Select(group => DicomVolume.Of(group.Slices, isAllowed, isAllowed, group.Warnings))];

    private static void Check(string key, bool isAllowed)
    {
        var entry = GoldenVolumes.Entry(key);
        var volumes = Volumes(key, isAllowed);
        var expected = entry.GetProperty("volumes").EnumerateArray().ToList();
        Assert.HasCount(expected.Count, volumes);
        if (entry.TryGetProperty("warning", out var warning))
        {
            var warnings = volumes.SelectMany(volume => volume.Warnings);
            Assert.Contains(text => text.Contains(warning.GetString()!, StringComparison.Ordinal), warnings);
        }

        if (entry.TryGetProperty("ignored", out var ignored))
        {
            var leftOut = DicomFolder.List(GoldenVolumes.PathOf(key), Path.GetTempPath()).LeftOut
                .Select(file => Path.GetFileName(file.Path)).ToList();
            foreach (var file in ignored.EnumerateArray())
                Assert.Contains(Path.GetFileName(file.GetString()!), leftOut);
        }

        foreach (var one in expected)
            CheckOne(one, entry, volumes);
    }

    private static void CheckOne(JsonElement expected, JsonElement entry, List<DicomVolume> volumes)
    {
        string[]? order = expected.TryGetProperty("order", out var files)
            ? [.. files.EnumerateArray().Select(file => file.GetString()!)] : null;
        var series = expected.TryGetProperty("seriesUid", out var uid) ? uid.GetString() : null;
        var frames = expected.TryGetProperty("frames", out var numbers) ? GoldenVolumes.Numbers(numbers) : null;
        var volume = volumes.Single(volume => (series is null || volume.Series == series)
            && (frames is null || volume.Slices.Select(slice => (double)slice.Frame).SequenceEqual(frames))
            && (volumes.Count == 1 || order is null || IsOrder(order, entry, volume)));
        if (order is not null)
            Assert.IsTrue(IsOrder(order, entry, volume), string.Join(' ', volume.Slices.Select(slice => Path.GetFileName(slice.Path))));
        if (expected.TryGetProperty("modality", out var modality))
            Assert.AreEqual(modality.GetString(), volume.Modality);
        if (expected.TryGetProperty("positions", out var positions))
        {
            foreach (var (a, b) in GoldenVolumes.Numbers(positions).Zip(volume.Heights))
                Assert.AreEqual(a, b, 1e-4);
        }

        using var voxels = new DicomVoxels(volume, Path.GetTempPath());
        var shape = Array.ConvertAll(GoldenVolumes.Numbers(expected.GetProperty("shape")), size => (long)size);
        CollectionAssert.AreEqual(shape, new long[] { voxels.Columns, voxels.Rows, voxels.Slices });
        if (expected.TryGetProperty("affine", out _))
        {
            var place = entry.TryGetProperty("affineTolerance", out _) ? WithTolerance(expected, entry) : expected;
            ExpectedVolume.CheckPlace(place, volume.Geometry.Affine);
        }

        double[] values = [.. Enumerable.Range(0, voxels.Slices).SelectMany(voxels.ReadSlice)];
        if (expected.TryGetProperty("values", out _))
            ExpectedVolume.CheckValues(expected, values, shape, voxels.Samples, isScaled: true);
    }

    private static JsonElement WithTolerance(JsonElement expected, JsonElement entry)
    {
        var all = expected.EnumerateObject().ToDictionary(one => one.Name, one => one.Value);
        all["affineTolerance"] = entry.GetProperty("affineTolerance");
        return JsonSerializer.SerializeToElement(all);
    }

    // Of files that are copies of each other, either will do. Names without a file are numbers of instances.
    private static bool IsOrder(string[] order, JsonElement entry, DicomVolume volume)
    {
        var copies = entry.TryGetProperty("anyOf", out var any)
            ? any.EnumerateArray().Select(pair => pair.EnumerateArray().Select(file => file.GetString()!).ToList()).ToList() : [];
        return order.Length == volume.Slices.Count && order.Zip(volume.Slices).All(pair =>
        {
            var name = Path.GetFileName(pair.Second.Path);
            return Path.GetFileName(pair.First) == name || copies.Any(same => same.Contains(pair.First) && same.Contains(name))
                || pair.First == $"{pair.Second.Number}";
        });
    }
}
