using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.SegSam.Volumes.Dicom;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

[TestClass]
[TestCategory("GoldenVolumes")]
public sealed class DicomGoldenTests
{
    public static IEnumerable<object[]> Read => Rows("read");

    public static IEnumerable<object[]> ReadOrRefused => Rows("read-or-refuse");

    public static IEnumerable<object[]> Refused => GoldenVolumes.Rows("dicom/", "refuse");

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
            if (entry.GetProperty("what").GetString()!.Contains("names the transfer syntax", StringComparison.Ordinal))
                StringAssert.Contains(failure.Message, GoldenVolumes.Text(entry, "transferSyntax"));
        }
    }

    [TestMethod]
    [DynamicData(nameof(Refused))]
    public void What_is_damaged_or_no_image_is_refused(string key)
    {
        _ = GoldenVolumes.Entry(key);
        var clock = Stopwatch.StartNew();
        var failure = Assert.Throws<Exception>(() =>
        {
            using var image = Open(key);
            for (var frame = 0; frame < image.Format.Frames; frame++)
                _ = image.Format.IsColor ? image.Pixels.Colors(frame).Length : image.Pixels.Stored(frame).Length;
        });
        Assert.IsTrue(failure is InvalidDataException or NotSupportedException, failure.ToString());
        Assert.IsLessThan(5, clock.Elapsed.TotalSeconds);
    }

    private static IEnumerable<object[]> Rows(string need) => GoldenVolumes.Root is null ? [["none"]]
        : GoldenVolumes.Rows("dicom/", need).Where(row => GoldenVolumes.Text(GoldenVolumes.Entry((string)row[0]), "kind") == "dicom");

    private static DicomImage Open(string key) => DicomImage.Open(GoldenVolumes.PathOf(key), Path.GetTempPath());

    private static void Check(JsonElement entry, string key)
    {
        using var image = Open(key);
        var format = image.Format;
        int Count(string name) => entry.GetProperty(name).GetInt32();
        Assert.AreEqual((Count("rows"), Count("columns"), Count("frames")), (format.Rows, format.Columns, format.Frames));
        Assert.AreEqual(GoldenVolumes.Text(entry, "photometric"), format.Photometric);
        Assert.AreEqual(entry.GetProperty("signed").GetBoolean(), format.IsSigned);
        if (entry.TryGetProperty("modality", out var modality))
            Assert.AreEqual(modality.GetString(), image.Modality);
        if (entry.TryGetProperty("seriesDescription", out var description))
            Assert.AreEqual(description.GetString(), image.SeriesDescription);
        var place = image.Places[0];
        if (entry.TryGetProperty("pixelSpacing", out var spacing) && spacing.GetProperty("x").GetDouble() > 0)
            Assert.AreEqual((spacing.GetProperty("x").GetDouble(), spacing.GetProperty("y").GetDouble()), (place.SpacingX, place.SpacingY));
        else
            Assert.IsNull(place.SpacingX);
        if (entry.TryGetProperty("rescale", out var rescale) && rescale.ValueKind == JsonValueKind.Object)
        {
            var (slope, intercept) = (rescale.GetProperty("slope").GetDouble(), rescale.GetProperty("intercept").GetDouble());
            Assert.AreEqual((slope, intercept), (place.Slope, place.Intercept));
        }

        if (format.IsColor)
            CheckColors(entry, image);
        else
            CheckGrays(entry, image);
    }

    private static void CheckGrays(JsonElement entry, DicomImage image)
    {
        var frames = image.Format.Frames;
        int[] stored = [.. Enumerable.Range(0, frames).SelectMany(image.Pixels.Stored)];
        double[] values = [.. Enumerable.Range(0, frames).SelectMany(image.Values)];
        if (entry.TryGetProperty("storedSha256", out var hash))
            Assert.AreEqual(hash.GetString(), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(stored))));
        if (entry.TryGetProperty("lossy", out var lossy))
        {
            CheckLossy(entry.GetProperty("stored"), Array.ConvertAll(stored, value => (double)value), image.Format, 1, lossy);
            return;
        }

        if (entry.TryGetProperty("stored", out var expected))
            CheckFigures(expected, Array.ConvertAll(stored, value => (double)value), image.Format, 1, isScaled: false);
        if (entry.TryGetProperty("rescaled", out expected))
            CheckFigures(expected, values, image.Format, 1, isScaled: true);
        if (!entry.TryGetProperty("windows", out var windows))
            return;
        var found = image.Windows.Count > 0 || image.Modality != "CT" ? image.Windows : [DisplayWindow.SoftTissue];
        CollectionAssert.AreEqual(
            windows.EnumerateArray().Select(one => (one.GetProperty("center").GetDouble(), one.GetProperty("width").GetDouble())).ToList(),
            found.Select(one => (one.Center, one.Width)).ToList());
        foreach (var display in entry.TryGetProperty("display", out var all) ? all.EnumerateArray().ToList() : [])
        {
            var function = GoldenVolumes.Text(display, "function");
            var shape = function switch
            {
                "LINEAR_EXACT" => WindowFunction.LinearExact, "SIGMOID" => WindowFunction.Sigmoid, _ => WindowFunction.Linear,
            };
            var window = new DisplayWindow(display.GetProperty("center").GetDouble(), display.GetProperty("width").GetDouble(), shape);
            var isInverted = display.TryGetProperty("inverted", out var inverted) && inverted.GetBoolean();
            Assert.AreEqual(isInverted, image.Format.IsInverted);
            double[] levels = [.. values.Select(value => (double)(isInverted ? 255 - window.LevelOf(value) : window.LevelOf(value)))];
            foreach (var one in display.GetProperty("values").EnumerateArray())
                Assert.AreEqual(one.GetProperty("value").GetDouble(), levels[At(one, image.Format)], 1, $"{function} {one}");
            var checksum = display.GetProperty("checksum").GetDouble();
            Assert.AreEqual(checksum, Checksum(levels), 2e-3 * checksum + 1);
        }
    }

    private static void CheckColors(JsonElement entry, DicomImage image)
    {
        byte[] colors = [.. Enumerable.Range(0, image.Format.Frames).SelectMany(image.Pixels.Colors)];
        if (entry.TryGetProperty("rgbSha256", out var hash))
            Assert.AreEqual(hash.GetString(), Convert.ToHexStringLower(SHA256.HashData(colors)));
        var (expected, values) = (entry.GetProperty("rgb"), Array.ConvertAll(colors, value => (double)value));
        if (entry.TryGetProperty("lossy", out var lossy))
        {
            CheckLossy(expected, values, image.Format, 3, lossy);
            return;
        }

        // How many steps of a level colors may differ by; it is found by its ending, since the manifest spells its name in British.
        var steps = entry.EnumerateObject().Where(each => each.Name.EndsWith("Steps", StringComparison.Ordinal))
            .Select(each => each.Value.GetDouble()).SingleOrDefault();
        CheckFigures(expected, values, image.Format, 3, isScaled: false, steps);
    }

    private static void CheckFigures(
        JsonElement expected, double[] values, DicomFormat format, int samples, bool isScaled, double steps = 0)
    {
        foreach (var one in expected.GetProperty("values").EnumerateArray())
        {
            var value = one.GetProperty("value");
            var numbers = value.ValueKind == JsonValueKind.Array ? GoldenVolumes.Numbers(value) : [value.GetDouble()];
            for (var sample = 0; sample < numbers.Length; sample++)
            {
                var allowed = steps + (isScaled ? 1e-6 * Math.Abs(numbers[sample]) + 1e-9 : 0);
                Assert.AreEqual(numbers[sample], values[At(one, format) * samples + sample], allowed, $"{one}");
            }
        }

        if (expected.TryGetProperty("min", out var min))
            Assert.AreEqual(min.GetDouble(), values.Min(), steps + 1e-6 * Math.Abs(min.GetDouble()) + 1e-9);
        if (expected.TryGetProperty("max", out var max))
            Assert.AreEqual(max.GetDouble(), values.Max(), steps + 1e-6 * Math.Abs(max.GetDouble()) + 1e-9);
        if (steps == 0 && expected.TryGetProperty("checksum", out var checksum))
            Assert.AreEqual(checksum.GetDouble(), Checksum(values), 1e-6 * Math.Abs(checksum.GetDouble()) + 1e-6);
    }

    private static void CheckLossy(JsonElement expected, double[] values, DicomFormat format, int samples, JsonElement lossy)
    {
        var (most, mean) = (lossy.GetProperty("maxSteps").GetDouble(), lossy.GetProperty("meanSteps").GetDouble());
        var differences = new List<double>();
        foreach (var one in expected.GetProperty("values").EnumerateArray())
        {
            var value = one.GetProperty("value");
            var numbers = value.ValueKind == JsonValueKind.Array ? GoldenVolumes.Numbers(value) : [value.GetDouble()];
            differences.AddRange(numbers.Select((number, sample) => Math.Abs(number - values[At(one, format) * samples + sample])));
        }

        Assert.IsLessThanOrEqualTo(most, differences.Max());
        Assert.IsLessThanOrEqualTo(mean + 0.5, differences.Average());
    }

    private static int At(JsonElement one, DicomFormat format)
    {
        var at = GoldenVolumes.Numbers(one.GetProperty("at"));
        return at.Length == 3 ? ((int)at[0] * format.Rows + (int)at[1]) * format.Columns + (int)at[2]
            : (int)at[0] * format.Columns + (int)at[1];
    }

    private static double Checksum(double[] values) => values.Select((value, n) => value * (n % 101 + 1)).Sum();
}
