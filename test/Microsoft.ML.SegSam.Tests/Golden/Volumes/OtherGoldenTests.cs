using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Numpy;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

/// <summary>MetaImage, NRRD, NumPy, TIFF and PNG, through the public door.</summary>
[TestClass]
[TestCategory("GoldenVolumes")]
public sealed class OtherGoldenTests
{
    public static IEnumerable<object[]> Read => GoldenVolumes.Rows("other/", "read", "should", "optional");

    public static IEnumerable<object[]> ReadOrRefused => GoldenVolumes.Rows("other/", "read-or-refuse");

    public static IEnumerable<object[]> Refused => GoldenVolumes.Rows("other/", "refuse");

    [TestMethod]
    [DynamicData(nameof(Read))]
    public void What_must_be_read_has_the_right_values(string key)
    {
        var entry = GoldenVolumes.Entry(key);
        if (entry.TryGetProperty("arrays", out var arrays))
            CheckArrays(arrays, key);
        else
            Check(entry, key);
    }

    [TestMethod]
    [DynamicData(nameof(ReadOrRefused))]
    public void What_may_be_refused_is_read_or_refused_in_little_memory(string key)
    {
        var entry = GoldenVolumes.Entry(key);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var volume = MedicalVolume.Load(GoldenVolumes.PathOf(key));
            _ = volume.ReadSlice(SlicePlane.Stored, 0).Values.Length;
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException)
        {
            Assert.IsGreaterThan(20, failure.Message.Length);
        }

        CheckMemory(entry, allocated);
    }

    [TestMethod]
    [DynamicData(nameof(Refused))]
    public void What_is_damaged_or_leads_elsewhere_is_refused(string key)
    {
        var entry = GoldenVolumes.Entry(key);
        var (clock, allocated) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
        var failure = Assert.Throws<Exception>(() => MedicalVolume.Load(GoldenVolumes.PathOf(key)).Dispose());
        Assert.IsTrue(failure is InvalidDataException or NotSupportedException, failure.ToString());
        StringAssert.Contains(failure.Message, Path.GetFileName(key));
        Assert.IsLessThan(5, clock.Elapsed.TotalSeconds);
        CheckMemory(entry, allocated);
    }

    /// <summary>MedSAM2's direction is the same matrix as MetaImage's, written the other way round.</summary>
    [TestMethod]
    public void The_direction_of_an_archive_is_read_row_by_row()
    {
        _ = GoldenVolumes.Entry("other/numpy/medsam2-recist.npz");
        using var archive = MedicalVolume.Load(GoldenVolumes.PathOf("other/numpy/medsam2-recist.npz"));
        using var image = MedicalVolume.Load(GoldenVolumes.PathOf("other/meta/oblique.mha"));
        Assert.AreEqual(image.Geometry, archive.Geometry);
        Assert.IsTrue(archive.Geometry.IsOrientationKnown);
        using var spaced = MedicalVolume.Load(GoldenVolumes.PathOf("other/numpy/medsam-volume.npz"));
        Assert.IsFalse(spaced.Geometry.IsOrientationKnown);
        Assert.AreEqual(IntensityWindow.Bytes, IntensityWindow.For(spaced));
    }

    [TestMethod]
    public void Where_0_is_white_pictures_are_inverted_and_values_are_not()
    {
        _ = GoldenVolumes.Entry("other/tiff/white-is-zero.tif");
        using var volume = MedicalVolume.Load(GoldenVolumes.PathOf("other/tiff/white-is-zero.tif"));
        using var picture = volume.ReadSlice(SlicePlane.Stored, 0).ToImage();
        Assert.AreEqual(255 - volume.ReadSlice(SlicePlane.Stored, 0).Values.Span[0], picture.Pixels[0]);
    }

    [TestMethod]
    public void Pictures_of_deep_colors_show_their_higher_bits()
    {
        _ = GoldenVolumes.Entry("other/png/rgb16.png");
        using var volume = MedicalVolume.Load(GoldenVolumes.PathOf("other/png/rgb16.png"));
        var slice = volume.ReadSlice(SlicePlane.Axial, 0);
        using var picture = slice.ToImage();
        var pixel = picture.Pixels[..3].ToArray();
        var red = picture.PixelFormat == Data.MLPixelFormat.Bgra32 ? 2 : 0;
        Assert.AreEqual((byte)Math.Round(slice.Values.Span[0] / 257), pixel[red]);
        Assert.AreEqual((byte)Math.Round(slice.Values.Span[2] / 257), pixel[2 - red]);
    }

    private static void CheckMemory(JsonElement entry, long allocatedBefore)
    {
        if (entry.TryGetProperty("memoryMb", out var most))
            Assert.IsLessThan(most.GetInt64() << 20, GC.GetAllocatedBytesForCurrentThread() - allocatedBefore);
    }

    private static void Check(JsonElement entry, string key)
    {
        var path = GoldenVolumes.PathOf(key);
        var type = VolumeFormats.Describe(path, VolumeLimits.Voxels, isOfLabels: false)!.Type;
        using var volume = MedicalVolume.Load(path);
        var geometry = volume.Geometry;
        if (entry.TryGetProperty("dtype", out var expected))
        {
            var number = type switch { VoxelType.Rgb24 => VoxelType.UInt8, VoxelType.Rgb48 => VoxelType.UInt16, _ => type };
            Assert.AreEqual(TypeOf(expected.GetString()!), number);
        }

        var isLastFastest = GoldenVolumes.Text(entry, "kind") is "tiff" or "png" or "npy";
        IEnumerable<double> shape = GoldenVolumes.Numbers(entry.GetProperty("shape"));
        if (volume.IsColor)
            shape = shape.SkipLast(1);
        long[] size = [.. (isLastFastest ? shape.Reverse() : shape).Select(side => (long)side)];
        CollectionAssert.AreEqual(new long[] { size[0], size[1], size.ElementAtOrDefault(2) is > 0 and var slices ? slices : 1 },
            new long[] { geometry.Columns, geometry.Rows, geometry.Slices });
        var values = Values(volume);
        ExpectedVolume.CheckValues(entry, values, size, volume.IsColor ? 3 : 1, isScaled: false, isLastFastest);
        ExpectedVolume.CheckPlace(entry, geometry.Affine);
        Assert.AreEqual(entry.TryGetProperty("affine", out _), geometry.IsOrientationKnown);
        if (!geometry.IsOrientationKnown)
            Assert.Contains(text => text.Contains("the orientation is unknown", StringComparison.Ordinal), volume.Warnings);
        if (entry.TryGetProperty("spacingMm", out var spacing))
        {
            foreach (var (number, axis) in GoldenVolumes.Numbers(spacing).Select((number, axis) => (number, axis)))
                Assert.AreEqual(number, geometry.Affine.Length(axis), 1e-6 * number, $"spacing {axis}");
        }

        if (entry.TryGetProperty("canonical", out var canonical))
            CheckCanonical(canonical, volume, values);
    }

    private static void CheckCanonical(JsonElement canonical, MedicalVolume volume, double[] values)
    {
        var (order, size) = (volume.Geometry.Order, volume.Geometry.Size);
        ExpectedVolume.CheckPlace(canonical, order.Reorient(volume.Geometry.Affine, size));
        var (turned, there) = (order.Permute(size), new List<double>());
        for (var c = 0; c < turned[2]; c++)
        {
            for (var b = 0; b < turned[1]; b++)
            {
                for (var a = 0; a < turned[0]; a++)
                {
                    var (i, j, k) = order.ToFile([a, b, c], size);
                    there.Add(values[(k * size[1] + j) * size[0] + i]);
                }
            }
        }

        ExpectedVolume.CheckValues(canonical, [.. there], Array.ConvertAll(turned, side => (long)side), 1, isScaled: false);
    }

    // Every array of an archive; and its volume, which is that of the images.
    private static void CheckArrays(JsonElement arrays, string key)
    {
        using var archive = new NpzArchive(GoldenVolumes.PathOf(key));
        foreach (var array in arrays.EnumerateObject())
        {
            var header = archive.Header(array.Name)!;
            var shape = Array.ConvertAll(GoldenVolumes.Numbers(array.Value.GetProperty("shape")), side => (long)side);
            CollectionAssert.AreEqual(shape, header.Shape.ToArray());
            Assert.AreEqual(TypeOf(GoldenVolumes.Text(array.Value, "dtype")), header.Type);
            var values = new double[header.Count];
            var stored = new byte[header.Count * header.Type.Bytes()];
            using (var bytes = archive.Unpack(array.Name, header.DataAt + stored.Length, Path.GetTempPath()))
                bytes.Read(header.DataAt, stored);
            header.Type.Decode(stored, values);
            ExpectedVolume.CheckValues(array.Value, values, [.. shape.Reverse()], 1, isScaled: false, isLastFastest: true);
            if (array.Name != "imgs")
                continue;
            using var volume = MedicalVolume.Load(GoldenVolumes.PathOf(key));
            CollectionAssert.AreEqual(values, Values(volume));
            Assert.AreEqual(arrays.GetProperty("gts").GetProperty("shape").GetArrayLength() == 2, volume.IsColor);
            if (arrays.TryGetProperty("spacing", out _))
            {
                var spacing = archive.Numbers("spacing", 3)!;
                for (var axis = 0; axis < 3; axis++)
                    Assert.AreEqual(spacing[axis], volume.Geometry.Affine.Length(axis), 1e-9);
            }
        }
    }

    private static double[] Values(MedicalVolume volume) => [.. Enumerable.Range(0, volume.CountSlices(SlicePlane.Stored))
        .SelectMany(slice => volume.ReadSlice(SlicePlane.Stored, slice).Values.ToArray()).Select(value => (double)value)];

    private static VoxelType TypeOf(string name) => name switch
    {
        ">i2" => VoxelType.Int16, _ => Enum.Parse<VoxelType>(name, ignoreCase: true),
    };
}
