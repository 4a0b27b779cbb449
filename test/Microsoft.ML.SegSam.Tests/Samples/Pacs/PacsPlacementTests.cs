using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Segmentation;
using Pacs;
using Pacs.Jobs;

namespace Microsoft.ML.SegSam.Tests.Samples.Pacs;

/// <summary>Boxes on stored images, and where they are on the slices that a model sees.</summary>
[TestClass]
public sealed class PacsPlacementTests
{
    /// <summary>Directions of rows and columns in DICOM's axes, and the plane of such images.</summary>
    public static IEnumerable<object[]> Directions =>
        from plane in (SlicePlane[])[SlicePlane.Axial, SlicePlane.Coronal, SlicePlane.Sagittal]
        let rowAxis = plane == SlicePlane.Sagittal ? 1 : 0
        let columnAxis = plane == SlicePlane.Axial ? 1 : 2
        from row in (int[])[1, -1]
        from column in (int[])[1, -1]
        select (object[])[plane, rowAxis, row, columnAxis, column];

    [TestMethod]
    [DynamicData(nameof(Directions))]
    public void A_box_holds_the_same_pixels_in_the_models_plane(SlicePlane plane, int rowAxis, int row, int columnAxis, int column)
    {
        using var folder = new TemporaryFolder();
        using var volume = Open(folder, rowAxis, row, columnAxis, column);
        foreach (var trained in (SlicePlane?[])[null, SlicePlane.Stored, plane])
        {
            var placement = Placement.Of(volume.Geometry, trained);
            Assert.AreEqual(trained ?? SlicePlane.Stored, placement.Plane);
            for (var slice = 0; slice < volume.Geometry.Slices; slice++)
            {
                var prompt = placement.Prompt(slice, new([1, 2, 2, 3]), label: 7); // one pixel
                Assert.AreEqual(7, prompt.Label);
                var box = prompt.Prompt!.Parts.Box!;
                CollectionAssert.AreEqual((float[])[1, 1], (float[])[box[2] - box[0], box[3] - box[1]]);
                Assert.AreEqual(Value(volume.ReadSlice(SlicePlane.Stored, slice), 1, 2),
                    Value(volume.ReadSlice(placement.Plane, prompt.Slice), (int)box[0], (int)box[1]));
            }
        }

        foreach (var other in (SlicePlane[])[SlicePlane.Axial, SlicePlane.Coronal, SlicePlane.Sagittal])
        {
            if (other != plane)
            {
                StringAssert.Contains(Assert.ThrowsExactly<PacsException>(() => Placement.Of(volume.Geometry, other)).Message,
                    $"trained on {other.ToString().ToLowerInvariant()} slices");
            }
        }
    }

    [TestMethod]
    public void An_image_has_the_slice_that_it_lies_on()
    {
        using var folder = new TemporaryFolder();
        using var volume = Open(folder, 0, 1, 1, 1);
        var placement = Placement.Of(volume.Geometry, null);
        foreach (var (slice, height) in ((int, double)[])[(0, 0), (1, 2), (2, 4.1)])
            Assert.AreEqual(slice, placement.SliceOf([10, -20, height]));
        foreach (var position in (double[][])[[10, -20, 1], [10, -20, -2], [10, -20, 6], [11, -20, 0], [10, -21, 0]])
        {
            StringAssert.Contains(Assert.ThrowsExactly<PacsException>(() => placement.SliceOf(position)).Message,
                "does not lie on the series' slices");
        }
    }

    [TestMethod]
    public void What_lies_outside_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var volume = Open(folder, 0, 1, 1, 1);
        var placement = Placement.Of(volume.Geometry, null);
        Refused("Prompt 1: the slice is 3, and the series has 3, counting from 0", 3, [0, 0, 1, 1]);
        Refused("Prompt 1: the box is [0, 0, 7.5, 5], which is not within the image of 7 x 5 pixels", 0, [0, 0, 7.5f, 5]);
        Refused("the box is [0, 0, 7, 6]", 0, [0, 0, 7, 6]);
        Refused("the box is [-1, 0, 7, 5]", 0, [-1, 0, 7, 5]);
        Refused("the box is [0, -1, 7, 5]", 0, [0, -1, 7, 5]);
        placement.Prompt(2, new([0, 0, 7, 5]), 1);

        void Refused(string expected, int slice, float[] box) =>
            StringAssert.Contains(Assert.ThrowsExactly<PacsException>(() => placement.Prompt(slice, new(box), 1)).Message, expected);
    }

    private static float Value(VolumeSlice slice, int x, int y) => slice.Values.Span[y * slice.Width + x];

    // Every voxel differs from every other.
    private static MedicalVolume Open(TemporaryFolder folder, int rowAxis, int row, int columnAxis, int column)
    {
        double[] rows = new double[3], columns = new double[3];
        (rows[rowAxis], columns[columnAxis]) = (row, column);
        double[] normal =
        [
            rows[1] * columns[2] - rows[2] * columns[1], rows[2] * columns[0] - rows[0] * columns[2],
            rows[0] * columns[1] - rows[1] * columns[0],
        ];
        var number = -1;
        TinyDicom.WriteSeries(folder.Path, [0, 2, 4], elements =>
        {
            number++;
            const int Pixels = TinyDicom.Columns * TinyDicom.Rows;
            elements.Decimals(ElementKind.Position, [.. normal.Zip((double[])[10, -20, 0], (n, at) => at + 2 * number * n)])
                .Decimals(ElementKind.Orientation, [.. rows, .. columns])
                .Bytes(ElementKind.Pixels, [.. Enumerable.Range(0, Pixels).Select(i => (byte)(number * Pixels + i))]);
        });
        return MedicalVolume.Load(folder.Path);
    }
}
