using System.Globalization;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Geometry;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

/// <summary>Labels on the grids of all formats, written as NRRD and MetaImage: their headers say what the manifest says.</summary>
[TestClass]
[TestCategory("GoldenVolumes")]
public sealed class LabelFormatsGoldenTests
{
    public static IEnumerable<object[]> Grids =>
    [
        .. GoldenVolumes.Rows("nifti/orient/", "read"), .. GoldenVolumes.Rows("nifti/form/", "read"),
        .. GoldenVolumes.Rows("dicom/frames/enhanced-ct", "read"), .. GoldenVolumes.Rows("series/ct-axial", "read"),
        .. GoldenVolumes.Rows("series/ct-gantry-tilt", "read"), .. GoldenVolumes.Rows("series/mr-oblique", "read"),
        .. GoldenVolumes.Rows("other/meta/", "read", "should"), .. GoldenVolumes.Rows("other/nrrd/", "read", "should", "optional"),
        .. GoldenVolumes.Rows("other/numpy/", "read"), .. GoldenVolumes.Rows("other/tiff/stack", "read", "should"),
    ];

    [TestMethod]
    [DynamicData(nameof(Grids))]
    public void Labels_lie_where_the_image_lies(string key)
    {
        var entry = GoldenVolumes.Entry(key);
        using var image = MedicalVolume.Load(GoldenVolumes.PathOf(key), new() { TimePoint = 0 });
        using var folder = new TemporaryFolder();
        var geometry = image.Geometry;
        int[] voxels = [.. Enumerable.Range(0, geometry.Columns * geometry.Rows * geometry.Slices).Select(i => i * 31 % 7 / 2)];
        foreach (var ending in (string[])[".seg.nrrd", ".nrrd", ".mha"])
        {
            var path = Path.Combine(folder.Path, "labels" + ending);
            TinyDicom.Label(image, voxels, (1, "liver"), (2, "spleen")).Save(path);
            var again = LabelVolume.Load(path);
            CollectionAssert.AreEqual(voxels, TinyDicom.Voxels(again));
            Assert.AreEqual("liver spleen", $"{again.Names[1]} {again.Names[2]}");
            Assert.AreEqual(geometry.IsOrientationKnown, again.Geometry.IsOrientationKnown);
            var lines = File.ReadLines(path).TakeWhile(line => line.Length > 0).ToList();
            if (!geometry.IsOrientationKnown)
            {
                Assert.AreEqual(geometry.Spacing, again.Geometry.Spacing);
                Assert.DoesNotContain(line => line.StartsWith("space:", StringComparison.Ordinal)
                    || line.StartsWith("TransformMatrix", StringComparison.Ordinal), lines);
                continue;
            }

            var isMeta = ending == ".mha";
            ExpectedVolume.CheckPlace(entry, isMeta ? OfMeta(lines) : OfNrrd(lines));
            if (!isMeta || image.Origin.Place is not null)
                Assert.AreEqual(geometry.Affine, again.Geometry.Affine); // to the last bit
            else
                Assert.AreEqual(geometry, again.Geometry);
        }
    }

    // Read here by itself: (x,y,z) for each axis, and the origin, in LPS.
    private static AffineMatrix OfNrrd(List<string> lines)
    {
        Assert.Contains("space: left-posterior-superior", lines);
        return Turned([.. Numbers(lines, "space directions: "), .. Numbers(lines, "space origin: ")], [1, 1, 1]);
    }

    private static AffineMatrix OfMeta(List<string> lines) =>
        Turned([.. Numbers(lines, "TransformMatrix = "), .. Numbers(lines, "Offset = ")], Numbers(lines, "ElementSpacing = "));

    private static double[] Numbers(List<string> lines, string start) => Array.ConvertAll(
        lines.Single(line => line.StartsWith(start, StringComparison.Ordinal))[start.Length..]
            .Split(['(', ')', ',', ' '], StringSplitOptions.RemoveEmptyEntries), word => double.Parse(word, CultureInfo.InvariantCulture));

    // Column by column to rows of RAS+.
    private static AffineMatrix Turned(double[] columns, double[] spacing) => new([.. Enumerable.Range(0, 12).Select(i =>
        (i / 4 < 2 ? -1 : 1) * columns[i % 4 * 3 + i / 4] * (i % 4 < 3 ? spacing[i % 4] : 1))]);
}
