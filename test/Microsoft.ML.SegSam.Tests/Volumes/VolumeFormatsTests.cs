using System.IO.Compression;
using System.Text;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Tiff;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Volumes;

/// <summary>What the golden files of these formats do not hold: colors, times, links, wrong checksums.</summary>
[TestClass]
public sealed class VolumeFormatsTests : IDisposable
{
    private const string Meta =
        "NDims = 3\nDimSize = 2 1 1\nElementSpacing = 2 3 4\nTransformMatrix = 0 1 0 -1 0 0 0 0 1\nOffset = 5 6 7\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A reader of each kind: voxels in a file, unpacked ones, pages, an array by columns, DICOM.</summary>
    [TestMethod]
    [DataRow("a.nii")]
    [DataRow("a.nii.gz")]
    [DataRow("a.mha")]
    [DataRow("a.nrrd")]
    [DataRow("c.npy")]
    [DataRow("fortran.npy")]
    [DataRow("a.tif")]
    [DataRow("a.png")]
    [DataRow("series")]
    public void Nothing_is_read_of_a_volume_that_was_closed(string name)
    {
        var path = Path.Combine(_folder.Path, name);
        const string Array = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4), }";
        switch (name)
        {
            case "a.nii" or "a.nii.gz":
                TinyNifti.Write(path, 4, 3, 2);
                break;
            case "a.mha" or "a.nrrd":
                TinyDicom.Label(4, 3, 2, new([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]), new int[24]).Save(path);
                break;
            case "c.npy" or "fortran.npy":
                var header = (name == "c.npy" ? Array : Array.Replace("False", "True", StringComparison.Ordinal)).PadRight(117) + "\n";
                File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[24]]);
                break;
            case "a.tif":
                File.WriteAllBytes(path, TinyTiff());
                break;
            case "a.png":
                File.WriteAllBytes(path, PngEncoder.Of(SegmentationMask.FromPixels(new bool[12], 3, 4)));
                break;
            default:
                Directory.CreateDirectory(path);
                TinyDicom.WriteSeries(path, [0, 1]);
                break;
        }

        foreach (var isRead in (bool[])[false, true])
        {
            var volume = MedicalVolume.Load(path);
            if (isRead)
                _ = volume.ReadSlice(SlicePlane.Stored, 0);
            volume.Dispose();
            foreach (var read in (Action[])[() => volume.ReadSlice(SlicePlane.Stored, 0), () => volume.ReadSlice(SlicePlane.Sagittal, 0),
                () => volume.ReadRange(), () => LabelVolume.From(volume)])
            {
                StringAssert.Contains(Assert.ThrowsExactly<ObjectDisposedException>(read).Message, "MedicalVolume");
            }
        }
    }

    [TestMethod]
    public void Axes_of_MetaImage_stand_one_after_the_other()
    {
        using var volume = MedicalVolume.Load(Write("a.mha", Meta + "ElementType = MET_UCHAR\nElementDataFile = LOCAL\n", 1, 2));
        // The first axis grows by 2 mm to the back (DICOM's y), the second by 3 mm to the right (against its x).
        Assert.AreEqual("0 3 0 -5; -2 0 0 -6; 0 0 4 7", volume.Geometry.Affine.ToString().Replace("-0 ", "0 ", StringComparison.Ordinal));
        Assert.AreEqual("PRS", volume.Geometry.Codes);
        CollectionAssert.AreEqual(new float[] { 1, 2 }, volume.ReadSlice(SlicePlane.Stored, 0).Values.ToArray());
    }

    [TestMethod]
    public void Three_channels_of_bytes_are_colors_and_two_are_refused()
    {
        const string End = "ElementType = MET_UCHAR_ARRAY\nElementDataFile = LOCAL\n";
        using var volume = MedicalVolume.Load(Write("c.mha", Meta + "ElementNumberOfChannels = 3\n" + End, 1, 2, 3, 4, 5, 6));
        Assert.IsTrue(volume.IsColor);
        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4, 5, 6 }, volume.ReadSlice(SlicePlane.Stored, 0).Values.ToArray());
        var two = Write("two.mha", Meta + "ElementNumberOfChannels = 2\n" + End, 1, 2, 3, 4);
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => MedicalVolume.Load(two)).Message, "2 channels");
    }

    [TestMethod]
    public void Decimal_numbers_are_read_and_must_fit_their_type()
    {
        const string End = "BinaryData = False\nElementType = MET_SHORT\nElementDataFile = LOCAL\n";
        using var volume = MedicalVolume.Load(Write("t.mha", Meta + End + "-300 7\n"));
        CollectionAssert.AreEqual(new float[] { -300, 7 }, volume.ReadSlice(SlicePlane.Stored, 0).Values.ToArray());
        foreach (var numbers in (string[])["-300 70000", "-300 7.5", "-300 x", "-300"])
            Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.Load(Write("t.mha", Meta + End + numbers + "\n")));
    }

    [TestMethod]
    public void A_packed_volume_that_asks_for_a_dictionary_is_refused()
    {
        const string End = "CompressedData = True\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n";
        var path = Write("z.mha", Meta + End, 0x78, 0xBB, 1, 2, 3, 4);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.Load(path)).Message, "dictionary");
    }

    [TestMethod]
    public void Nrrd_has_colors_first_and_times_last()
    {
        const string Head = "NRRD0005\n# from a test\ntype: uchar\nencoding: raw\nspace: LAS\nspace origin: (1,2,3)\nmine:=1\n";
        using var color = MedicalVolume.Load(Write("c.nrrd", Head + "dimension: 4\nsizes: 3 1 1 2\n"
            + "space directions: none (1,0,0) (0,1,0) (0,0,1)\nkinds: RGB-color domain domain domain\n\n", 1, 2, 3, 4, 5, 6));
        Assert.AreEqual((true, 2, "LAS"), (color.IsColor, color.Geometry.Slices, color.Geometry.Codes));
        CollectionAssert.AreEqual(new float[] { 4, 5, 6 }, color.ReadSlice(SlicePlane.Stored, 1).Values.ToArray());

        var times = Write("t.nrrd", Head + "dimension: 4\nsizes: 2 1 1 2\nbyte skip: -1\n"
            + "space directions: (1,0,0) (0,1,0) (0,0,1) none\n\n", 0, 0, 0, 1, 2, 3, 4);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.Load(times)).Message, "TimePoint, 0 to 1");
        using var second = MedicalVolume.Load(times, new() { TimePoint = 1 });
        CollectionAssert.AreEqual(new float[] { 3, 4 }, second.ReadSlice(SlicePlane.Stored, 0).Values.ToArray());
        Assert.HasCount(2, MedicalVolume.List(times));
    }

    [TestMethod]
    [DataRow("../secret.raw")]
    [DataRow("/secret.raw")]
    [DataRow("sub/secret.raw")]
    [DataRow("..\\secret.raw")]
    [DataRow("..")]
    [DataRow("link.raw")]
    public void No_header_leads_out_of_its_folder(string name)
    {
        var secret = Path.Combine(_folder.Path, "secret.raw");
        File.WriteAllBytes(secret, [1, 2]);
        var inside = Directory.CreateDirectory(Path.Combine(_folder.Path, "inside"));
        if (name == "link.raw" && !OperatingSystem.IsWindows())
            File.CreateSymbolicLink(Path.Combine(inside.FullName, name), secret);
        var path = Write("inside/a.mhd", Meta + $"ElementType = MET_UCHAR\nElementDataFile = {name}\n");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.Load(path)).Message, Path.GetFileName(name));
    }

    [TestMethod]
    public void An_array_whose_checksum_is_wrong_is_refused()
    {
        var path = Path.Combine(_folder.Path, "a.npz");
        using (var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("imgs.npy", CompressionLevel.NoCompression).Open();
            var text = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 4), }\n";
            entry.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. Encoding.ASCII.GetBytes(text), 11, 22, 33, 44]);
        }

        using (var volume = MedicalVolume.Load(path))
            CollectionAssert.AreEqual(new float[] { 11, 22, 33, 44 }, volume.ReadSlice(SlicePlane.Stored, 0).Values.ToArray());
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[11, 22, 33, 44])]++;
        File.WriteAllBytes(path, bytes);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.Load(path)).Message, "checksum");
    }

    [TestMethod]
    [DataRow("XYCZT", 1, new[] { 1, 4 })] // channel 1 of the first time
    [DataRow("XYCZT", 5, new[] { 8, 11 })] // channel 2 of the second
    [DataRow("XYZCT", 1, new[] { 2, 3 })]
    [DataRow("XYTZC", 5, new[] { 9, 11 })]
    public void Pages_of_a_channel_and_a_time_are_found_in_any_order(string order, int volume, int[] pages)
    {
        var description = new TiffDescription(Slices: 2, Channels: 3, Times: 2, order, null, null, null);
        CollectionAssert.AreEqual(pages, description.PagesOf(volume, 12).ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(0, 5).ToArray(), description.PagesOf(0, 5).ToArray());
    }

    private string Write(string name, string header, params byte[] voxels)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, [.. Encoding.ASCII.GetBytes(header), .. voxels]);
        return path;
    }

    // A page of 4 x 3 gray pixels.
    private static byte[] TinyTiff()
    {
        (ushort Tag, uint Value)[] entries =
            [(256, 4), (257, 3), (258, 8), (259, 1), (262, 1), (273, 8 + 2 + 9 * 12 + 4), (277, 1), (278, 3), (279, 12)];
        return
        [
            .. "II*\0"u8, 8, 0, 0, 0, 9, 0,
            .. entries.SelectMany(entry => (byte[])
                [.. BitConverter.GetBytes(entry.Tag), 4, 0, 1, 0, 0, 0, .. BitConverter.GetBytes(entry.Value)]),
            .. new byte[4 + 12],
        ];
    }
}
