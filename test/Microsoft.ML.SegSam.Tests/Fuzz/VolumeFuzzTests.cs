using Microsoft.ML.SegSam.Tests.Golden.Volumes;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Tests.Fuzz;

/// <summary>Spoiled medical files, made from the golden ones: each is read or refused, soon and in little memory.</summary>
[TestClass]
[TestCategory("Fuzz")]
public sealed class VolumeFuzzTests(TestContext context)
{
    [TestMethod]
    [DataRow("nifti/", ".nii", 21)]
    [DataRow("nifti/", ".nii.gz", 22)]
    [DataRow("dicom/", ".dcm", 23)]
    [DataRow("other/meta/", ".mha", 24)]
    [DataRow("other/nrrd/", ".nrrd", 25)]
    [DataRow("other/numpy/", ".npy", 26)]
    [DataRow("other/numpy/", ".npz", 27)]
    [DataRow("other/tiff/", ".tif", 28)]
    [DataRow("other/png/", ".png", 29)]
    public void Volumes(string start, string end, int seed)
    {
        string[] needs = start.StartsWith("other", StringComparison.Ordinal) ? ["read", "should", "optional"] : ["read"];
        string[] keys = [.. GoldenVolumes.Rows(start, needs).Select(row => (string)row[0])];
        _ = GoldenVolumes.Entry(keys[0]);
        byte[][] seeds = [.. keys
            .Where(key => key.EndsWith(end, StringComparison.Ordinal) && !key.Contains("enhanced", StringComparison.Ordinal))
            .Select(key => File.ReadAllBytes(GoldenVolumes.PathOf(key)))];
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "x");
        new FuzzRun(start + "*" + end, share: 0.15, seed, nameof(NotSupportedException)).Feed(seeds, bytes => bytes, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using var volume = MedicalVolume.Load(path, new() { TimePoint = 0, OrderByInstanceNumber = true });
            for (var slice = 0; slice < volume.CountSlices(SlicePlane.Stored); slice++)
                _ = volume.ReadSlice(SlicePlane.Stored, slice).ToImage(IntensityWindow.MinMax).Width;
        }).Finish(context);
    }
}
