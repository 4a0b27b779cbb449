using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

[TestClass]
[TestCategory("GoldenVolumes")]
public sealed class SegmentationGoldenTests
{
    [TestMethod]
    public void Segments_have_the_right_voxels_with_and_without_their_image()
    {
        var entry = GoldenVolumes.Entry("seg/two-segments.dcm");
        var path = GoldenVolumes.PathOf("seg/two-segments.dcm");
        using var image = MedicalVolume.Load(GoldenVolumes.PathOf(GoldenVolumes.Text(entry, "references")));
        foreach (var segments in (IReadOnlyList<LabelVolume>[])[LabelVolume.LoadSegments(path), LabelVolume.LoadSegments(path, image)])
        {
            foreach (var (expected, found) in entry.GetProperty("segments").EnumerateArray().Zip(segments, (a, b) => (a, b)))
            {
                var number = expected.GetProperty("number").GetInt32();
                Assert.AreEqual(GoldenVolumes.Text(expected, "label"), found.Names[number]);
                CollectionAssert.AreEqual(new[] { number }, found.Labels.ToArray());
                ExpectedVolume.CheckPlace(entry, found.Geometry.Affine);
                var size = found.Geometry.Size;
                CollectionAssert.AreEqual(GoldenVolumes.Numbers(entry.GetProperty("shape")), size.Select(side => (double)side).ToArray());
                double[] mask = [.. TinyDicom.Voxels(found).Select(label => label == number ? 1.0 : 0)];
                Assert.AreEqual(expected.GetProperty("voxels").GetInt32(), mask.Sum());
                ExpectedVolume.CheckValues(expected.GetProperty("mask"), mask, [.. size.Select(side => (long)side)], 1, isScaled: false);
            }
        }

        // Together only where they do not overlap.
        var (first, second) = (TinyDicom.Voxels(LabelVolume.LoadSegments(path)[0]), TinyDicom.Voxels(LabelVolume.LoadSegments(path)[1]));
        foreach (var load in (Func<LabelVolume>[])[() => LabelVolume.LoadSegmentation(path, image), () => LabelVolume.Load(path)])
        {
            if (first.Zip(second).Any(pair => pair is { First: > 0, Second: > 0 }))
                StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(load).Message, "LabelVolume.LoadSegments");
            else
                CollectionAssert.AreEqual(first.Zip(second, (a, b) => a + b).ToArray(), TinyDicom.Voxels(load()));
        }
    }

    [TestMethod]
    public void A_segment_lies_where_its_NIfTI_twin_lies()
    {
        var entry = GoldenVolumes.Entry("seg/liver.nii");
        var twin = LabelVolume.Load(GoldenVolumes.PathOf("seg/liver.nii"));
        ExpectedVolume.CheckPlace(entry, twin.Geometry.Affine);
        var segment = LabelVolume.LoadSegments(GoldenVolumes.PathOf("seg/two-segments.dcm"))[0];
        Assert.AreEqual(twin.Geometry, segment.Geometry);
        CollectionAssert.AreEqual(TinyDicom.Voxels(twin), TinyDicom.Voxels(segment));
    }

    /// <summary>Of plain, packed, tilted, enhanced and real images: the checker is silent, and the labels read back.</summary>
    [TestMethod]
    [DataRow("series/ct-axial/", false)]
    [DataRow("series/ct-axial/", true)]
    [DataRow("series/ct-rle/", false)]
    [DataRow("series/ct-gantry-tilt/", false)]
    [DataRow("series/ct-sagittal/", false)]
    [DataRow("series/mr-oblique/", false)]
    [DataRow("series/pt-slope-per-slice/", false)]
    [DataRow("series/ct-one-slice/", false)]
    [DataRow("series/ct-gap/", false)]
    [DataRow("dicom/frames/enhanced-ct.dcm", false)]
    [DataRow("dicom/frames/enhanced-mr-slope-per-frame.dcm", true)]
    [DataRow("real/ct-abdomen/", true)]
    public void What_is_written_passes_the_checker_and_reads_back(string key, bool isAnonymous)
    {
        _ = GoldenVolumes.Entry(key);
        using var image = MedicalVolume.Load(GoldenVolumes.PathOf(key), new() { AllowIrregularSlices = true });
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "labels.dcm");
        var random = new Random(7);
        int[] labels = [.. Enumerable.Range(0, image.Geometry.Columns * image.Geometry.Rows * image.Geometry.Slices)
            .Select(_ => random.Next(3))];
        TinyDicom.Label(image, labels, (1, "liver"), (2, "kidney_left")).SaveSegmentation(path,
            new() { Anonymous = isAnonymous });
        CollectionAssert.AreEqual(labels, TinyDicom.Voxels(LabelVolume.LoadSegmentation(path, image)));
        if (image.IsRegular)
        {
            var alone = LabelVolume.Load(path);
            CollectionAssert.AreEqual(labels, TinyDicom.Voxels(alone));
            if (image.Geometry.Slices > 1)
                Assert.IsLessThan(1e-3, Math.Abs(image.Geometry.ToWorld(8, 5, 4).Z - alone.Geometry.ToWorld(8, 5, 4).Z));
        }

        Dciodvfy.Check(path);
        TinyDicom.Label(image, new int[labels.Length]).SaveSegmentation(path, new() { Anonymous = isAnonymous });
        Assert.IsEmpty(LabelVolume.LoadSegmentation(path, image).Labels);
        Dciodvfy.Check(path);
    }
}
