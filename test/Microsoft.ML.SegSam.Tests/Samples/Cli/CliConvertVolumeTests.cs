using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Slices;
using Microsoft.ML.SegSam.Tests.Golden.Volumes;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using SegSam.Cli.Tables;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliConvertVolumeTests : IDisposable
{
    private readonly CliRun _folder = new();
    private readonly string _table;

    public CliConvertVolumeTests() => _table = _folder.At("objects.csv");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_decathlons_folder_becomes_a_table_that_trains_with_the_pixels_of_LoadSlices()
    {
        TinyNifti.WriteDecathlon(_folder.At("Task09"), cases: 3);
        var (code, output, error) = Segsam("convert", _folder.At("Task09"), "--out", _table, "--window", "soft-tissue", "--min-pixels",
            "60");
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(output, "6 images with 6 objects");
        StringAssert.Contains(error, "--plane axial --window soft-tissue");
        var rows = TableReader.Read(_table, split: null, _ => { }).Rows;
        CollectionAssert.AreEqual(new[] { "spleen_1", "spleen_1", "spleen_2", "spleen_2", "spleen_3", "spleen_3" },
            rows.Select(row => row.CaseId).ToArray());
        Assert.IsTrue(rows.All(row => (row.Category, row.Dataset, row.Modality) == ("spleen", "Spleen", "ct")));
        Assert.IsTrue(File.Exists(_folder.At("objects-slices", "images", "ct_00--Spleen--spleen_2--z_0001.png")));
        Assert.IsTrue(File.Exists(_folder.At("objects-slices", "masks", "ct_00--Spleen--spleen_2--z_0001_spleen_000.png")));

        var data = new MLContext().Data.LoadSlices(VolumeCase.Find(_folder.At("Task09")), new() { Window = IntensityWindow.SoftTissue });
        foreach (var (row, image) in rows.Zip(data.GetColumn<byte[]>("Image")))
            CollectionAssert.AreEqual(Pixels(image), Pixels(row.Image));
        foreach (var (row, mask) in rows.Zip(data.GetColumn<byte[]>("Mask")))
            CollectionAssert.AreEqual(Pixels(mask), Pixels(row.Mask));
        foreach (var (row, box) in rows.Zip(data.GetColumn<float[]>("Box")))
            CollectionAssert.AreEqual(box, row.Box);
        Done("train", _table, "--out", _folder.At("model.zip"), "--epochs", "1", "--input-size", "32");
    }

    [TestMethod]
    public void The_files_written_are_a_folder_that_LoadSlices_reads()
    {
        TinyNifti.WriteDecathlon(_folder.At("Task09"), cases: 2);
        foreach (var _ in (int[])[1, 2]) // the second time over the files of the first
            Done("convert", _folder.At("Task09"), "--out", _table, "--min-pixels", "60", "--force");
        var rows = TableReader.Read(_table, split: null, _ => { }).Rows;
        var data = new MLContext().Data.LoadSlices(_folder.At("objects-slices"), new() { MinPixels = 60 });
        CollectionAssert.AreEqual(rows.Select(row => $"{row.CaseId} {row.Dataset} {row.Category} {string.Join(' ', row.Box!)}").ToArray(),
            data.GetColumn<string>("CaseId").Zip(data.GetColumn<string>("Dataset"), data.GetColumn<string>("Category"))
                .Zip(data.GetColumn<float[]>("Box"), (names, box) =>
                    $"{names.First} {names.Second} {names.Third} {string.Join(' ', box)}").ToArray());
        Assert.IsTrue(data.GetColumn<string>("Modality").All(modality => modality == "CT"));
        Done("convert", _folder.At("objects-slices"), "--out", _folder.At("again.csv"));
        CollectionAssert.AreEqual(rows.Select(row => row.Category).ToArray(),
            TableReader.Read(_folder.At("again.csv"), split: null, _ => { }).Rows.Select(row => row.Category).ToArray());
    }

    [TestMethod]
    public void Names_that_files_cannot_tell_apart_get_files_of_their_own_all_the_same()
    {
        var (image, labels) = (_folder.At("scan.nii.gz"), _folder.At("labels.nii.gz"));
        TinyNifti.Write(image, 24, 20, 1);
        TinyNifti.Write(labels, 24, 20, 1, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], (i, _, _) => (short)(i < 6 ? 1 : i < 12 ? 2 : 0));
        File.WriteAllText(_folder.At("names.json"), """{"T/12": 1, "T+12": 2}""");
        Done("convert", image, "--segmentation", labels, "--labels", _folder.At("names.json"), "--out", _table, "--min-pixels", "9");
        CollectionAssert.AreEqual((string[])["T 12", "T 12-2"], new MLContext().Data.LoadSlices(_folder.At("objects-slices"))
            .GetColumn<string>("Category").ToArray());
    }

    [TestMethod]
    public void Cases_are_held_out_whole_and_small_objects_are_counted()
    {
        TinyNifti.WriteDecathlon(_folder.At("Task09"), cases: 4);
        var json = Json("convert", _folder.At("Task09"), "--out", _table, "--hold-out", "0.5", "--min-pixels", "200");
        Assert.AreEqual(2, json.GetProperty("held_out_objects").GetInt32());
        Assert.AreEqual(2, json.GetProperty("objects").GetInt32());
        foreach (var table in (string[])[_table, _folder.At("objects.held-out.csv")])
            Assert.HasCount(1, TableReader.Read(table, split: null, _ => { }).Rows.Select(row => row.CaseId).Distinct().ToList());
        // The blocks are 15, 14, 13 and 12 pixels wide, and 15 high.
        var left = json.GetProperty("left_out")[0];
        Assert.AreEqual(4, left.GetProperty("count").GetInt32());
        Assert.AreEqual("objects of fewer than 200 pixels on a slice", left.GetProperty("reason").GetString());
        StringAssert.Contains(left.GetProperty("first").GetString(), "'spleen' on slice 0 of spleen_3 has 195");
    }

    [TestMethod]
    public void A_series_and_its_DICOM_segmentation_become_a_table()
    {
        TinyDicom.WriteLabeled(_folder.At("series"), _folder.At("seg.dcm"));
        Done("convert", _folder.At("series"), "--segmentation", _folder.At("seg.dcm"), "--out", _table, "--min-pixels", "1", "--plane",
            "sagittal");
        var rows = TableReader.Read(_table, split: null, _ => { }).Rows;
        Assert.AreEqual("liver, tumor", string.Join(", ", rows.Select(row => row.Category).Distinct().Order()));
        Assert.IsTrue(rows.All(row => (row.CaseId, row.Modality) == ("series", "ct")));
        foreach (var image in Directory.GetFiles(_folder.At("objects-slices", "images")))
            StringAssert.StartsWith(Path.GetFileName(image), "ct_00--volume--series--x_000");
    }

    [TestMethod]
    public void A_volume_and_its_labels_become_a_table_and_another_grid_is_refused()
    {
        var (image, labels, other) = (_folder.At("scan.nii.gz"), _folder.At("labels.nii.gz"), _folder.At("other.nii.gz"));
        TinyNifti.Write(image, 24, 20, 3);
        foreach (var (path, slices) in ((string, int)[])[(labels, 3), (other, 4)])
        {
            TinyNifti.Write(path, 24, 20, slices, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
                (i, j, _) => (short)(i > 6 && j > 5 ? 2 : i == 0 ? 7 : 0));
        }

        string[] command = ["convert", image, "--out", _table, "--segmentation"];
        StringAssert.Contains(Fails(1, [.. command, labels]), "names are unknown. Name it by --labels FILE.json, such as {");
        File.WriteAllText(_folder.At("names.json"), """{"liver": 2, "ignore": 7}""");
        command = [.. command[..^1], "--labels", _folder.At("names.json"), "--segmentation"];
        StringAssert.Contains(Fails(1, [.. command, other]), "does not lie on the grid");
        StringAssert.Contains(Fails(1, [.. command, other, "--strict"]), "24 x 20 x 4");
        Assert.IsFalse(Directory.Exists(_folder.At("objects-slices")));
        Assert.IsFalse(Directory.Exists(_folder.At("objects-slices.partial")));
        Assert.IsFalse(File.Exists(_table));

        var json = Json([.. command, labels]);
        Assert.AreEqual(3, json.GetProperty("objects").GetInt32());
        Assert.AreEqual("areas of the label 'ignore'", json.GetProperty("left_out")[0].GetProperty("reason").GetString());
        Assert.AreEqual(3, json.GetProperty("left_out")[0].GetProperty("count").GetInt32());
    }

    [TestMethod]
    public void A_label_that_a_data_set_does_not_name_is_named_in_its_dataset_json()
    {
        TinyNifti.WriteDecathlon(_folder.At("Task09"), cases: 1);
        var json = File.ReadAllText(_folder.At("Task09", "dataset.json"));
        File.WriteAllText(_folder.At("Task09", "dataset.json"), json.Replace("\"1\"", "\"2\"", StringComparison.Ordinal));
        var error = Fails(1, "convert", _folder.At("Task09"), "--out", _table);
        StringAssert.Contains(error, "its names are 2 spleen. Name it in the \"labels\" of dataset.json.");
        Assert.DoesNotContain("VolumeCase", error);
    }

    [TestMethod]
    [DataRow(null, "holds volumes, such as 'imagesTr/spleen_1.nii.gz', and no dataset.json.")]
    [DataRow("{ \"labels\": { \"1\"", "is damaged, or no JSON")]
    [DataRow("[1]", "is no JSON object.")]
    [DataRow("{ \"training\": [] }", "has no object \"labels\", which names the labels; it has \"training\".")]
    [DataRow("{ \"labels\": { \"1\": \"a\" }, \"training\": [] }", "has neither \"file_ending\" nor pairs in \"training\"")]
    public void What_is_wrong_with_a_dataset_json_is_said_with_both_kinds(string? json, string problem)
    {
        TinyNifti.WriteDecathlon(_folder.At("Task09"), cases: 1);
        var path = _folder.At("Task09", "dataset.json");
        File.Delete(path);
        if (json is not null)
            File.WriteAllText(path, json);
        var error = Fails(1, "convert", _folder.At("Task09"), "--out", _table);
        foreach (var part in (string[])[problem, "nnU-Net's", "the Medical Segmentation Decathlon's", "--segmentation FILE"])
            StringAssert.Contains(error, part);
        Assert.DoesNotContain("PNG", error);
    }

    [TestMethod]
    public void A_single_case_cannot_be_held_out()
    {
        TinyNifti.WriteDecathlon(_folder.At("one"), cases: 1);
        TinyNifti.WriteDecathlon(_folder.At("two"), cases: 2);
        StringAssert.Contains(Fails(2, "convert", _folder.At("one"), "--out", _table, "--hold-out", "0.5"),
            "--hold-out needs several cases, and 'spleen_1' is the only one. Remove it, or add cases.");
        StringAssert.Contains(Fails(2, "convert", _folder.At("two"), "--out", _table, "--hold-out", "0.1"),
            "--hold-out is 0.1, and of 2 cases that is 0; each part needs one. Give 0.5 to hold out one case.");
        Done("convert", _folder.At("two"), "--out", _table, "--hold-out", "0.5"); // no --force: the others wrote nothing
    }

    [TestMethod]
    public void A_canceled_conversion_leaves_nothing()
    {
        TinyNifti.WriteDecathlon(_folder.At("Task09"), cases: 2);
        Assert.AreEqual(130, Segsam(new CancellationToken(canceled: true), "convert", _folder.At("Task09"), "--out", _table).Code);
        Assert.HasCount(1, Directory.GetFileSystemEntries(Path.GetDirectoryName(_table)!));
    }

    [TestMethod]
    public void A_damaged_volume_is_left_out_and_told()
    {
        TinyNifti.WriteDecathlon(_folder.At("Task09"), cases: 2);
        File.WriteAllBytes(_folder.At("Task09", "labelsTr", "spleen_2.nii.gz"), [1, 2, 3]);
        var (code, output, error) = Segsam("convert", _folder.At("Task09"), "--out", _table);
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(output, "2 images with 2 objects");
        StringAssert.Contains(error, "Left out (1): volumes that cannot be used; the first: ");
        Assert.HasCount(2, Directory.GetFiles(_folder.At("objects-slices", "images")));
        StringAssert.Contains(Fails(1, "convert", _folder.At("Task09"), "--out", _folder.At("b.csv"), "--strict"), "spleen_2.nii.gz");
    }

    [TestMethod]
    public void What_does_not_go_together_is_said()
    {
        TinyNifti.Write(_folder.At("scan.nii.gz"), 24, 20, 3);
        TinyNifti.WriteDecathlon(_folder.At("Task09"), cases: 1);
        StringAssert.Contains(Fails(2, "convert", _folder.At("scan.nii.gz"), "--out", _table), "--segmentation FILE");
        StringAssert.Contains(Fails(2, "convert", _folder.At("Task09"), "--out", _table, "--every", "0"), "at least 1");
        StringAssert.Contains(Fails(1, "convert", _folder.At("Task09"), "--out", _table, "--channel", "1"), "no channel 1");
        StringAssert.Contains(Fails(2, "convert", _folder.At("Task09"), "--out", _table, "--channel", "-1"),
            "--channel is -1; expected at least 0.");
        _folder.Phantoms(2);
        StringAssert.Contains(Fails(2, "convert", _folder.At("slices"), "--out", _table, "--plane", "axial"), "--plane is for volumes");
    }

    [TestMethod]
    public void A_series_with_a_gap_is_left_out_and_told_unless_it_is_allowed()
    {
        _ = GoldenVolumes.Entry("series/ct-gap/");
        var (series, labels) = (GoldenVolumes.PathOf("series/ct-gap/"), _folder.At("labels.dcm"));
        using (var image = MedicalVolume.Load(series, new() { AllowIrregularSlices = true }))
        {
            TinyDicom.Label(image, Enumerable.Repeat(1, image.Geometry.Columns * image.Geometry.Rows * image.Geometry.Slices).ToArray(),
                (1, "liver")).SaveSegmentation(labels);
        }

        string[] convert = ["convert", series, "--segmentation", labels, "--out", _table, "--min-pixels", "1"];
        StringAssert.Contains(Fails(1, convert), "--allow-irregular-slices");
        Done([.. convert, "--allow-irregular-slices"]);
        Assert.IsGreaterThan(2, File.ReadAllLines(_table).Length);
    }

    [TestMethod]
    public void Volumes_of_a_data_set_are_read_as_the_options_say()
    {
        TinyNifti.WriteDecathlon(_folder.At("Task09"), cases: 1);
        string[] convert = ["convert", _folder.At("Task09"), "--out", _table, "--min-pixels", "60", "--max-voxels"];
        StringAssert.Contains(Fails(1, [.. convert, "10"]), "at most 10 are read. If the file is right, set --max-voxels");
        Done([.. convert, "1000000"]);
    }

    private static byte[] Pixels(byte[] file)
    {
        using var image = ImageFile.Decode(file);
        return image.Pixels.ToArray();
    }
}
