using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

[TestClass]
[TestCategory("GoldenVolumes")]
public sealed class VolumeListGoldenTests
{
    public static IEnumerable<object[]> Series => GoldenVolumes.Rows("series/", "read", "refuse-unless-allowed");

    public static IEnumerable<object[]> Files => GoldenVolumes.Rows("nifti/dim/", "read");

    /// <summary>Each volume that a list names can be opened by what the list says of it.</summary>
    [TestMethod]
    [DynamicData(nameof(Series))]
    public void A_folder_is_listed_with_every_volume_and_every_file_that_is_none(string key)
    {
        var entry = GoldenVolumes.Entry(key);
        var found = MedicalVolume.List(GoldenVolumes.PathOf(key));
        var volumes = found.Where(info => info.LeftOut is null).ToList();
        Assert.HasCount(entry.GetProperty("volumes").GetArrayLength(), volumes);
        foreach (var info in volumes)
        {
            using var volume = MedicalVolume.Load(info.Path, new()
            {
                SeriesUid = info.SeriesUid, TimePoint = info.TimePoint, AllowIrregularSlices = true, OrderByInstanceNumber = true,
            });
            if (info.Geometry is not null)
                Assert.AreEqual(volume.Geometry, info.Geometry);
            Assert.AreEqual(volume.Modality, info.Modality);
        }

        if (!entry.TryGetProperty("ignored", out var ignored))
            return;
        foreach (var file in ignored.EnumerateArray().Select(file => Path.GetFileName(file.GetString()!)))
            Assert.Contains(info => info.LeftOut?.Length > 10 && Path.GetFileName(info.Path) == file, found);
    }

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void A_file_is_listed_with_each_of_its_times(string key)
    {
        var entry = GoldenVolumes.Entry(key);
        var shape = GoldenVolumes.Numbers(entry.GetProperty("shape"));
        var times = shape.Length > 3 ? (int)shape[3] : 1;
        var found = MedicalVolume.List(GoldenVolumes.PathOf(key));
        Assert.HasCount(times, found);
        for (var time = 0; time < times; time++)
        {
            Assert.AreEqual(times > 1 ? time : null, found[time].TimePoint);
            using var volume = MedicalVolume.Load(found[time].Path, new() { TimePoint = found[time].TimePoint });
            Assert.AreEqual(volume.Geometry, found[time].Geometry);
        }
    }

    [TestMethod]
    public void A_folder_of_other_formats_is_listed_file_by_file()
    {
        _ = GoldenVolumes.Entry("other/meta/local.mha");
        var found = MedicalVolume.List(GoldenVolumes.PathOf("other/meta/"));
        var image = found.Single(info => Path.GetFileName(info.Path) == "local.mha");
        Assert.AreEqual((null, "LPS"), (image.LeftOut, image.Geometry!.Codes));
        Assert.AreEqual($"local.mha: {image.Geometry}", image.ToString());
        StringAssert.Contains(found.Single(info => Path.GetFileName(info.Path) == "path-outside.mhd").LeftOut, "no other is opened");
        StringAssert.Contains(found.Single(info => Path.GetFileName(info.Path) == "pair.raw").ToString(), "none of the formats");
    }

    [TestMethod]
    public void What_is_no_volume_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "notes.txt");
        File.WriteAllText(path, "nothing");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => MedicalVolume.List(path)).Message, "notes.txt");
        Assert.ThrowsExactly<FileNotFoundException>(() => MedicalVolume.List(path + ".nii"));
        var only = MedicalVolume.List(folder.Path).Single();
        Assert.IsNotNull(only.LeftOut);
        Assert.AreEqual(path, only.Path);
    }
}
