using System.Text;
using CsCheck;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Segmentation;

namespace Microsoft.ML.SegSam.Tests.Volumes.Segmentation;

[TestClass]
public sealed class SegmentationTests
{
    private const int Pixels = TinyDicom.Columns * TinyDicom.Rows;

    [TestMethod]
    public void Labels_read_back_as_they_were_written()
    {
        using var folder = new TemporaryFolder();
        using var image = Series(folder, 4);
        var path = Path.Combine(folder.Path, "labels.dcm");
        Gen.Int[0, 3].Array[Pixels * image.Geometry.Slices].Sample(labels =>
        {
            foreach (var keepsEmpty in (bool[])[false, true])
            {
                var volume = TinyDicom.Label(image, labels, (1, "Leber"), (2, "Größe \\ 2"), (3, "tumor"));
                volume.SaveSegmentation(path, new() { KeepEmptyFrames = keepsEmpty });
                var back = LabelVolume.LoadSegmentation(path, image);
                // Segments are numbered without gaps.
                int[] present = [.. volume.Labels];
                CollectionAssert.AreEqual(labels.Select(label => Array.IndexOf(present, label) + 1).ToArray(), TinyDicom.Voxels(back));
                Assert.AreEqual(image.Geometry, back.Geometry);
                if (present is [1, 2, 3])
                {
                    CollectionAssert.AreEqual(new[] { "Leber", "Größe / 2", "tumor" }, back.Names.Values.ToArray());
                    CollectionAssert.AreEqual(TinyDicom.Voxels(back), TinyDicom.Voxels(LabelVolume.Load(path)));
                }
            }
        }, iter: 40, threads: 1);
    }

    [TestMethod]
    public void Slices_without_a_voxel_are_left_out_and_their_place_is_known_all_the_same()
    {
        using var folder = new TemporaryFolder();
        using var image = Series(folder, 6);
        var labels = new int[6 * Pixels];
        labels[Pixels + 3] = labels[5 * Pixels + 4] = 8;
        var path = Path.Combine(folder.Path, "labels.dcm");
        TinyDicom.Label(image, labels).SaveSegmentation(path);
        using (var file = SegmentationFile.Open(path, folder.Path))
            Assert.HasCount(2, file.Frames);
        var back = LabelVolume.Load(path);
        Assert.AreEqual(5, back.Geometry.Slices);
        Assert.AreEqual(image.Geometry.ToWorld(0, 0, 1), back.Geometry.ToWorld(0, 0, 0));
        Assert.AreEqual(image.Geometry.ToWorld(2, 3, 5), back.Geometry.ToWorld(2, 3, 4));
        Assert.AreEqual("label 8", back.Names[1]);
        TinyDicom.Label(image, labels).SaveSegmentation(path, new() { KeepEmptyFrames = true });
        using (var file = SegmentationFile.Open(path, folder.Path))
            Assert.HasCount(6, file.Frames);
    }

    [TestMethod]
    public void The_patient_is_repeated_in_Unicode_or_left_out()
    {
        using var folder = new TemporaryFolder();
        using var image = Series(folder, 2);
        var volume = TinyDicom.Label(image, [1, .. new int[2 * Pixels - 1]], (1, "Ödem"));
        var path = Path.Combine(folder.Path, "labels.dcm");
        volume.SaveSegmentation(path, new() { SeriesDescription = "Ödeme" });
        var text = Encoding.UTF8.GetString(File.ReadAllBytes(path));
        foreach (var part in (string[])["Müller^Änne", "Secret7", "19500607", "Referrer", "20200102", "Ödem", "Ödeme", "ISO_IR 192"])
            StringAssert.Contains(text, part);
        volume.SaveSegmentation(path, new() { Anonymous = true });
        text = Encoding.UTF8.GetString(File.ReadAllBytes(path));
        foreach (var part in (string[])["ller^", "Secret7", "19500607", "Referrer", "20200102", "Accession7"])
            Assert.DoesNotContain(part, text);
        Assert.AreEqual(1, LabelVolume.LoadSegmentation(path, image)[0, 0, 0]);
        Dciodvfy.Check(path, hasOwnCodes: true);
    }

    [TestMethod]
    public void Names_in_an_alphabet_of_escape_sequences_are_not_mixed_with_others()
    {
        using var folder = new TemporaryFolder();
        TinyDicom.WriteSeries(folder.Path, [0, 1], elements => elements.Text(ElementKind.CharacterSet, @"\ISO 2022 IR 87")
            .Bytes(ElementKind.PatientName, "Y\e$B;3\e(B"u8.ToArray()));
        using var image = MedicalVolume.Load(folder.Path);
        var path = Path.Combine(folder.Path, "labels.dcm");
        TinyDicom.Label(image, [1, 2, .. new int[2 * Pixels - 2]], (1, "Ödem"), (2, "liver")).SaveSegmentation(path);
        Assert.IsGreaterThan(0, File.ReadAllBytes(path).AsSpan().IndexOf("Y\e$B;3"u8));
        var names = LabelVolume.LoadSegmentation(path, image).Names;
        Assert.AreEqual("label 1", names[1]);
        Assert.AreEqual("liver", names[2]);
    }

    [TestMethod]
    public void Slices_of_different_distances_keep_their_places()
    {
        using var folder = new TemporaryFolder();
        TinyDicom.WriteSeries(folder.Path, [0, 1, 2.5, 7]);
        using var image = MedicalVolume.Load(folder.Path, new() { AllowIrregularSlices = true });
        var labels = Enumerable.Range(0, 4 * Pixels).Select(i => i % 3).ToArray();
        var volume = TinyDicom.Label(image, labels);
        Assert.IsFalse(volume.IsRegular);
        var path = Path.Combine(folder.Path, "labels.dcm");
        volume.SaveSegmentation(path);
        CollectionAssert.AreEqual(labels, TinyDicom.Voxels(LabelVolume.LoadSegmentation(path, image)));
        Dciodvfy.Check(path);
        var message = Assert.ThrowsExactly<InvalidDataException>(() => LabelVolume.Load(path)).Message;
        StringAssert.Contains(message, "does not lie on the voxels");
        StringAssert.Contains(message, "labels.dcm");
    }

    [TestMethod]
    public void Frames_may_be_turned_and_smaller_than_the_image()
    {
        using var folder = new TemporaryFolder();
        using var series = Series(folder, 3);
        var labels = Enumerable.Range(0, 3 * Pixels).Select(i => i * i % 4).ToArray();
        var path = Path.Combine(folder.Path, "labels.dcm");
        TinyDicom.Label(series, labels).SaveSegmentation(path);
        // The series' pixels are at x = -10, -10.5, … and y = 20, 19.25, … in RAS; the image's axes count to the head, front and right.
        var grid = SegmentationGrid.OfImage(new(5, 6, 10, new([0, 0, 0.5, -14, 0, 0.75, 0, 17, 1, 0, 0, -1])), []);
        using var file = SegmentationFile.Open(path, folder.Path);
        var runs = SegmentationReader.ReadAll(file, grid);
        for (var place = 0; place < labels.Length; place++)
        {
            var (i, j, k) = (place % TinyDicom.Columns, place / TinyDicom.Columns % TinyDicom.Rows, place / Pixels);
            Assert.AreEqual(labels[place], runs.At(8 - i, (4 - j) * 5 + k + 1), $"({i}, {j}, {k})");
        }
    }

    [TestMethod]
    public void A_segmentation_of_one_slice_says_that_its_distance_is_a_guess()
    {
        foreach (var slices in (int[])[1, 3])
        {
            using var folder = new TemporaryFolder();
            using var image = Series(folder, slices);
            var path = Path.Combine(folder.Path, "labels.dcm");
            TinyDicom.Label(image, [1, .. new int[slices * Pixels - 1]]).SaveSegmentation(path);
            var alone = LabelVolume.Load(path);
            Assert.AreEqual(1, alone.Geometry.Slices);
            if (slices == 1)
                StringAssert.Contains(alone.Warnings.Single(), "has one slice, and does not say how far slices lie apart");
            else
                Assert.IsEmpty(alone.Warnings, "The file repeats the distance that the series' slices have.");
            Assert.IsEmpty(LabelVolume.LoadSegmentation(path, image).Warnings);
        }
    }

    [TestMethod]
    public void A_segmentation_of_another_image_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var image = Series(folder, 3);
        using var second = new TemporaryFolder();
        using var other = Series(second, 3);
        var path = Path.Combine(folder.Path, "labels.dcm");
        TinyDicom.Label(image, Enumerable.Repeat(1, 3 * Pixels).ToArray()).SaveSegmentation(path);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => LabelVolume.LoadSegmentation(path, other)).Message,
            "different frames of reference");
        var nifti = Path.Combine(folder.Path, "scan.nii.gz");
        TinyNifti.Write(nifti, 16, 14, 3);
        using var elsewhere = MedicalVolume.Load(nifti);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => LabelVolume.LoadSegmentation(path, elsewhere)).Message,
            "Frame 1 does not lie on the voxels of the volume (16 x 14 x 3");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => LabelVolume.LoadSegmentation(nifti, image)).Message,
            "not DICOM");
        var slice = Path.Combine(folder.Path, "0.dcm");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => LabelVolume.LoadSegmentation(slice, image)).Message,
            "no DICOM segmentation");
    }

    [TestMethod]
    public void Labels_without_a_DICOM_series_and_a_missing_file_are_errors_that_say_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "labels.dcm");
        TinyNifti.Write(Path.Combine(folder.Path, "scan.nii.gz"), 16, 14, 3);
        using var image = MedicalVolume.Load(Path.Combine(folder.Path, "scan.nii.gz"));
        var volume = TinyDicom.Label(image, new int[16 * 14 * 3]);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => volume.SaveSegmentation(path)).Message,
            "such as .nii.gz");
        using var second = new TemporaryFolder();
        using var series = Series(second, 2);
        volume = TinyDicom.Label(series, new int[2 * Pixels]);
        File.Delete(Path.Combine(second.Path, "1.dcm"));
        Assert.ThrowsExactly<FileNotFoundException>(() => volume.SaveSegmentation(path));
        Assert.IsFalse(File.Exists(path));
    }

    [TestMethod]
    public void Segments_that_overlap_are_read_one_by_one()
    {
        using var folder = new TemporaryFolder();
        using var image = Series(folder, 2);
        var path = Path.Combine(folder.Path, "labels.dcm");
        TinyDicom.Label(image, [1, 2, .. new int[2 * Pixels - 2]], (1, "liver"), (2, "tumor")).SaveSegmentation(path);
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(bytes.Length - (2 * Pixels + 15) / 16 * 2).Fill(255); // the bits of two frames
        File.WriteAllBytes(path, bytes);
        foreach (var load in (Func<LabelVolume>[])[() => LabelVolume.LoadSegmentation(path, image), () => LabelVolume.Load(path)])
        {
            var message = Assert.ThrowsExactly<InvalidDataException>(load).Message;
            StringAssert.Contains(message, "Labels 1 and 2 share a voxel");
            StringAssert.Contains(message, "LabelVolume.LoadSegments");
        }

        var segments = LabelVolume.LoadSegments(path, image);
        Assert.HasCount(2, segments);
        foreach (var (number, segment) in segments.Index())
        {
            int[] expected = [.. Enumerable.Repeat(number + 1, Pixels), .. new int[Pixels]];
            CollectionAssert.AreEqual(expected, TinyDicom.Voxels(segment));
            Assert.HasCount(1, segment.Names);
        }
    }

    [TestMethod]
    public void A_folder_of_images_with_a_segmentation_beside_them_is_read_as_before()
    {
        using var folder = new TemporaryFolder();
        using var image = Series(folder, 3);
        TinyDicom.Label(image, new int[3 * Pixels]).SaveSegmentation(Path.Combine(folder.Path, "labels.dcm"));
        using var again = MedicalVolume.Load(folder.Path);
        Assert.AreEqual(image.Geometry, again.Geometry);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.Load(Path.Combine(folder.Path, "labels.dcm"))).Message,
            "segmentation (SEG)");
    }

    [TestMethod]
    [DataRow("liver", "10200004", "SCT")]
    [DataRow("kidney_left", "18639004", "SCT")]
    [DataRow("Right Lung", "3341006", "SCT")]
    [DataRow("left atrial appendage", "", "99SEGSAM")]
    [DataRow("polyp", "POLYP", "99SEGSAM")]
    [DataRow("肝", "", "99SEGSAM")]
    public void Organs_have_their_codes_and_other_names_codes_of_their_own(string name, string value, string scheme)
    {
        var (_, type) = SegmentCode.Of(name);
        Assert.AreEqual(scheme, type.Scheme);
        Assert.IsTrue(type.Value.Length is > 0 and <= 16);
        if (value.Length > 0)
            Assert.AreEqual(value, type.Value);
        Assert.AreEqual(type, SegmentCode.Of(name).Type);
        Assert.AreEqual("Tissue", SegmentCode.Of("").Type.Meaning);
    }

    private static MedicalVolume Series(TemporaryFolder folder, int slices)
    {
        TinyDicom.WriteSeries(folder.Path, [.. Enumerable.Range(0, slices).Select(k => (double)k)]);
        return MedicalVolume.Load(folder.Path);
    }
}
