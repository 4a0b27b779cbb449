using System.Text.Json;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

/// <summary>Bytes of DICOM files as images: shown by the file's own window, upright, MONOCHROME1 inverted.</summary>
[TestClass]
[TestCategory("GoldenVolumes")]
public sealed class PictureFileGoldenTests
{
    public static IEnumerable<object[]> Windowed => [.. GoldenVolumes.Rows("dicom/window/", "read"),
        .. GoldenVolumes.Rows("dicom/col", "read"), .. GoldenVolumes.Rows("dicom/rle/", "read")
            .Where(row => !((string)row[0]).Contains("frames", StringComparison.Ordinal))];

    public static IEnumerable<object[]> OfSeveralFrames =>
        [.. GoldenVolumes.Rows("dicom/frames/", "read"), .. GoldenVolumes.Rows("dicom/rle/rle-frames", "read")];

    [TestMethod]
    [DynamicData(nameof(Windowed))]
    public void A_file_is_shown_as_a_volume_of_one_slice(string key)
    {
        var (entry, path) = (GoldenVolumes.Entry(key), GoldenVolumes.PathOf(key));
        var pixels = PictureFile.Decode(File.ReadAllBytes(path), look: null);
        Assert.AreEqual((entry.GetProperty("columns").GetInt32(), entry.GetProperty("rows").GetInt32()), (pixels.Width, pixels.Height));
        using var volume = MedicalVolume.Load(path);
        var slice = volume.ReadSlice(SlicePlane.Stored, 0);
        CollectionAssert.AreEqual(slice.ToPixels(IntensityWindow.For(volume)).Rgb, pixels.Rgb);
        var lung = PictureFile.Decode(File.ReadAllBytes(path), new(SlicePlane.Axial, "lung"));
        CollectionAssert.AreEqual(slice.ToPixels(IntensityWindow.Lung).Rgb, lung.Rgb);
        if (entry.TryGetProperty("windows", out var windows) && windows.GetArrayLength() > 0
            && entry.TryGetProperty("display", out var displays))
            CheckDisplay(windows[0], displays, pixels.Rgb, pixels.Width);
    }

    [TestMethod]
    [DynamicData(nameof(OfSeveralFrames))]
    public void Several_frames_are_refused(string key)
    {
        var (entry, file) = (GoldenVolumes.Entry(key), File.ReadAllBytes(GoldenVolumes.PathOf(key)));
        int? frames = entry.TryGetProperty("frames", out var count) ? count.GetInt32() : null; // else it has several volumes, or slices
        if (frames == 1)
        {
            Assert.IsGreaterThan(0, PictureFile.Decode(file, look: null).Width);
            return;
        }

        var failure = Assert.ThrowsExactly<NotSupportedException>(() => PictureFile.Decode(file, look: null));
        StringAssert.Contains(failure.Message, frames is null ? " frames" : FormattableString.Invariant($"has {frames} frames"));
        StringAssert.Contains(failure.Message, "MedicalVolume.Load");
    }

    private static void CheckDisplay(JsonElement window, JsonElement displays, byte[] rgb, int width)
    {
        foreach (var display in displays.EnumerateArray())
        {
            if ((display.GetProperty("center").GetDouble(), display.GetProperty("width").GetDouble())
                != (window.GetProperty("center").GetDouble(), window.GetProperty("width").GetDouble()))
                continue;
            foreach (var one in display.GetProperty("values").EnumerateArray())
            {
                var at = GoldenVolumes.Numbers(one.GetProperty("at"));
                Assert.AreEqual(one.GetProperty("value").GetDouble(), rgb[3 * ((int)at[^2] * width + (int)at[^1])], 1);
            }
        }
    }
}
