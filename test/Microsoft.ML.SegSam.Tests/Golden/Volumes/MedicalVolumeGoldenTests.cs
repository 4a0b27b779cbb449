using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Labels;
using Microsoft.ML.SegSam.Volumes.Nifti;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

/// <summary>The public door: volumes by path, planes as radiologists look at them, windows.</summary>
[TestClass]
[TestCategory("GoldenVolumes")]
public sealed class MedicalVolumeGoldenTests
{
    public static IEnumerable<object[]> Oriented => GoldenVolumes.Rows("nifti/orient/", "read");

    public static IEnumerable<object[]> Grids =>
        GoldenVolumes.Rows("nifti/", "read").Where(row => !((string)row[0]).StartsWith("nifti/dim/", StringComparison.Ordinal));

    /// <summary>However a file is written, the same place of the patient is in the same place of the picture.</summary>
    [TestMethod]
    [DynamicData(nameof(Oriented))]
    public void Planes_are_turned_as_radiologists_look_at_them(string key)
    {
        _ = GoldenVolumes.Entry(key);
        using var volume = MedicalVolume.Load(GoldenVolumes.PathOf(key));
        var geometry = volume.Geometry;
        using var stored = Microsoft.ML.SegSam.Volumes.Nifti.NiftiReader.Open(
            GoldenVolumes.PathOf(key), 0, VolumeLimits.Voxels, Path.GetTempPath()).Voxels;
        var voxels = Enumerable.Range(0, geometry.Slices).SelectMany(stored.ReadSlice).ToArray();
        Span<int> canonical = stackalloc int[3];
        // In canonical indices (right, front, head): what is fixed, what columns and rows count, and which way.
        foreach (var (plane, fixedAxis, isReversed, column, row) in ((SlicePlane, int, bool, int, int)[])
            [(SlicePlane.Axial, 2, false, 0, 1), (SlicePlane.Coronal, 1, false, 0, 2), (SlicePlane.Sagittal, 0, true, 1, 2)])
        {
            var size = geometry.Order.Permute(geometry.Size);
            Assert.AreEqual(size[fixedAxis], volume.CountSlices(plane));
            for (var index = 0; index < size[fixedAxis]; index++)
            {
                var slice = volume.ReadSlice(plane, index);
                Assert.AreEqual((size[column], size[row]), (slice.Width, slice.Height));
                for (var y = 0; y < slice.Height; y++)
                {
                    for (var x = 0; x < slice.Width; x++)
                    {
                        canonical[fixedAxis] = isReversed ? size[fixedAxis] - 1 - index : index;
                        canonical[column] = size[column] - 1 - x; // to the left, or to the back
                        canonical[row] = size[row] - 1 - y; // to the back, or to the feet
                        var (i, j, k) = geometry.Order.ToFile(canonical, geometry.Size);
                        var voxel = (float)voxels[(k * geometry.Rows + j) * geometry.Columns + i];
                        Assert.AreEqual(voxel, slice.Values.Span[y * slice.Width + x]);
                    }
                }
            }
        }

        var asStored = volume.ReadSlice(SlicePlane.Stored, 1);
        CollectionAssert.AreEqual(Array.ConvertAll(stored.ReadSlice(1), value => (float)value), asStored.Values.ToArray());
        Assert.AreEqual((geometry.Columns, geometry.Rows), (asStored.Width, asStored.Height));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => volume.ReadSlice(SlicePlane.Axial, volume.CountSlices(SlicePlane.Axial)));
    }

    /// <summary>Labels on an image's grid have its geometry byte for byte, whatever its form, byte order, version and container.</summary>
    [TestMethod]
    [DynamicData(nameof(Grids))]
    public void Labels_have_the_images_geometry(string key)
    {
        _ = GoldenVolumes.Entry(key);
        using var folder = new TemporaryFolder();
        using var volume = MedicalVolume.Load(GoldenVolumes.PathOf(key));
        var path = Path.Combine(folder.Path, "labels.nii.gz");
        var none = new LabelRuns.Builder(volume.Geometry.Slices).Build();
        new LabelVolume(volume.Geometry, none, new Dictionary<int, string>(), volume.Origin).Save(path);
        var header = volume.Origin.NiftiHeader!;
        var saved = NiftiHeader.Parse(NiftiReader.ReadStart(path, 540));
        Assert.AreEqual((header.IsVersion2, header.IsBigEndian), (saved.IsVersion2, saved.IsBigEndian));
        foreach (var (at, length) in header.IsVersion2
            ? ((int, int)[])[(16, 64), (104, 32), (344, 8), (352, 48), (400, 96), (500, 4)]
            : [(40, 16), (76, 16), (123, 1), (252, 4), (256, 24), (280, 48)])
        {
            CollectionAssert.AreEqual(header.Bytes[at..(at + length)], saved.Bytes[at..(at + length)], $"bytes from {at}");
        }

        Assert.AreEqual(volume.Geometry, LabelVolume.Load(path).Geometry);
    }

    [TestMethod]
    [DataRow("window/mr.nii.gz")]
    [DataRow("window/flat.nii.gz")]
    public void Percentiles_of_what_is_above_0_make_a_window(string key)
    {
        var entry = GoldenVolumes.Entry(key);
        using var volume = MedicalVolume.Load(GoldenVolumes.PathOf(key));
        var (low, high) = volume.ForegroundPercentiles(0.5, 99.5);
        Assert.AreEqual(entry.GetProperty("lower").GetDouble(), low, 1e-9);
        Assert.AreEqual(entry.GetProperty("upper").GetDouble(), high, 1e-9);
        Check(entry, volume, IntensityWindow.Percentiles(0.5, 99.5));
        Assert.AreEqual(IntensityWindow.Percentiles(0.5, 99.5), IntensityWindow.For(volume));
    }

    [TestMethod]
    public void Presets_of_CT_are_those_of_the_standards_formula()
    {
        var entry = GoldenVolumes.Entry("window/ct.nii.gz");
        using var volume = MedicalVolume.Load(GoldenVolumes.PathOf("window/ct.nii.gz"));
        foreach (var window in entry.GetProperty("windows").EnumerateArray())
        {
            var (center, width) = (window.GetProperty("center").GetDouble(), window.GetProperty("width").GetDouble());
            Check(window, volume, IntensityWindow.Linear(center, width));
            Check(window, volume, IntensityWindow.Parse(GoldenVolumes.Text(window, "name").Replace(' ', '-')));
        }
    }

    [TestMethod]
    public void A_file_with_several_times_and_a_folder_with_several_series_ask_for_a_choice()
    {
        _ = GoldenVolumes.Entry("nifti/dim/4d-time4.nii.gz");
        var (times, series) = (GoldenVolumes.PathOf("nifti/dim/4d-time4.nii.gz"), GoldenVolumes.PathOf("series/two-series/"));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.Load(times)).Message,
            "MedicalVolumeOptions.TimePoint, 0 to 3");
        using var second = MedicalVolume.Load(times, new() { TimePoint = 1 });
        Assert.AreEqual((7, 5, 3), (second.Geometry.Columns, second.Geometry.Rows, second.Geometry.Slices));

        var message = Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.Load(series)).Message;
        foreach (var one in GoldenVolumes.Entry("series/two-series/").GetProperty("volumes").EnumerateArray())
        {
            StringAssert.Contains(message, GoldenVolumes.Text(one, "seriesUid"));
            using var chosen = MedicalVolume.Load(series, new() { SeriesUid = GoldenVolumes.Text(one, "seriesUid") });
            ExpectedVolume.CheckPlace(one, chosen.Geometry.Affine);
        }
    }

    [TestMethod]
    public void A_missing_slice_is_an_error_that_names_the_place_or_a_warning()
    {
        _ = GoldenVolumes.Entry("series/ct-gap/");
        var path = GoldenVolumes.PathOf("series/ct-gap/");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.Load(path)).Message,
            "Between slice 3 (106 mm) and slice 4 (111 mm) lie 5 mm instead of 2.5");
        using var allowed = MedicalVolume.Load(path, new() { AllowIrregularSlices = true });
        Assert.IsFalse(allowed.IsRegular);
        Assert.Contains(text => text.Contains("a slice is missing", StringComparison.Ordinal), allowed.Warnings);
    }

    [TestMethod]
    public void A_picture_of_a_slice_shows_the_window()
    {
        _ = GoldenVolumes.Entry("series/ct-axial/");
        using var volume = MedicalVolume.Load(GoldenVolumes.PathOf("series/ct-axial/"));
        Assert.AreEqual("CT 9 x 6 x 5, 1.25 x 0.8 x 2.5 mm, LPS", volume.ToString());
        var slice = volume.ReadSlice(SlicePlane.Axial, 2);
        using var picture = slice.ToImage(IntensityWindow.Bone);
        Assert.AreEqual((slice.Width, slice.Height), (picture.Width, picture.Height));
        var window = new DisplayWindow(400, 1800, WindowFunction.Linear);
        for (var i = 0; i < slice.Width * slice.Height; i++)
            Assert.AreEqual(window.LevelOf(slice.Values.Span[i]), picture.Pixels[4 * i]);
    }

    [TestMethod]
    public void What_is_in_no_known_format_and_what_is_not_there_is_refused_by_name()
    {
        _ = GoldenVolumes.Entry("other/nrrd/detached.nhdr");
        var path = GoldenVolumes.PathOf("other/nrrd/data.raw");
        var message = Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.Load(path)).Message;
        StringAssert.Contains(message, "data.raw");
        StringAssert.Contains(message, "none of the formats that are read: NIfTI, DICOM, MetaImage");
        message = Assert.ThrowsExactly<FileNotFoundException>(() => MedicalVolume.Load(path + ".nii")).Message;
        StringAssert.Contains(message, "data.raw.nii");
    }

    private static void Check(System.Text.Json.JsonElement expected, MedicalVolume volume, IntensityWindow window)
    {
        var levels = window.Of(volume);
        var geometry = volume.Geometry;
        double[] values = [.. Enumerable.Range(0, geometry.Slices).SelectMany(k =>
            volume.ReadSlice(SlicePlane.Stored, k).Values.ToArray().Select(value => (double)levels(value)))];
        if (expected.TryGetProperty("values", out var places))
        {
            foreach (var one in places.EnumerateArray())
            {
                var at = GoldenVolumes.Numbers(one.GetProperty("at"));
                Assert.AreEqual(one.GetProperty("value").GetDouble(),
                    values[(int)((at[2] * geometry.Rows + at[1]) * geometry.Columns + at[0])], 1);
            }
        }

        Assert.AreEqual(expected.GetProperty("min").GetDouble(), values.Min(), 1);
        Assert.AreEqual(expected.GetProperty("max").GetDouble(), values.Max(), 1);
        var checksum = expected.GetProperty("checksum").GetDouble();
        Assert.AreEqual(checksum, values.Select((value, n) => value * (n % 101 + 1)).Sum(), 2e-3 * checksum);
    }
}
