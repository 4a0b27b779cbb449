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
            ReadAll(path);
        }).Finish(context);
    }

    [TestMethod]
    [DataRow("nifti/container/pair.hdr", 31)]
    [DataRow("nifti/container/nifti2-pair.hdr", 32)]
    [DataRow("other/meta/pair.mhd", 33)]
    [DataRow("other/nrrd/detached.nhdr", 34)]
    public void A_header_with_its_data_beside_it(string key, int seed)
    {
        _ = GoldenVolumes.Entry(key);
        var header = GoldenVolumes.PathOf(key);
        using var folder = CopyOf(Path.GetDirectoryName(header)!);
        var path = Path.Combine(folder.Path, Path.GetFileName(header));
        new FuzzRun(key, share: 0.02, seed, nameof(NotSupportedException), nameof(FileNotFoundException)).Feed([File.ReadAllBytes(header)],
            bytes => bytes, bytes =>
            {
                File.WriteAllBytes(path, bytes);
                ReadAll(path);
            }).Finish(context);
    }

    [TestMethod]
    [DataRow("series/ct-axial", 35)]
    [DataRow("series/ct-rle", 36)]
    [DataRow("series/mr-oblique", 37)]
    public void A_series_with_a_spoiled_slice(string key, int seed)
    {
        _ = GoldenVolumes.Entry(key + "/");
        using var folder = CopyOf(GoldenVolumes.PathOf(key));
        var slices = Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).ToList();
        new FuzzRun(key, share: 0.02, seed, nameof(NotSupportedException)).Feed([File.ReadAllBytes(slices[1])], bytes => bytes, bytes =>
        {
            File.WriteAllBytes(slices[1], bytes);
            ReadAll(folder.Path);
        }).Finish(context);
    }

    [TestMethod]
    [DataRow("seg/two-segments.dcm", 38)]
    [DataRow("seg/liver.nii", 39)]
    public void Labels(string key, int seed)
    {
        _ = GoldenVolumes.Entry("seg/two-segments.dcm");
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "x");
        new FuzzRun(key, share: 0.05, seed, nameof(NotSupportedException)).Feed([File.ReadAllBytes(GoldenVolumes.PathOf(key))],
            bytes => bytes, bytes =>
            {
                File.WriteAllBytes(path, bytes);
                _ = LabelVolume.Load(path).Volumes.Count;
            }).Finish(context);
    }

    private static void ReadAll(string path)
    {
        using var volume = MedicalVolume.Load(path, new() { TimePoint = 0, OrderByInstanceNumber = true });
        for (var slice = 0; slice < volume.CountSlices(SlicePlane.Stored); slice++)
            _ = volume.ReadSlice(SlicePlane.Stored, slice).ToImage(IntensityWindow.MinMax).Width;
    }

    private static TemporaryFolder CopyOf(string folder)
    {
        var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(folder))
            File.WriteAllBytes(Path.Combine(copy.Path, Path.GetFileName(file)), File.ReadAllBytes(file)); // the shared ones are read-only
        return copy;
    }
}
