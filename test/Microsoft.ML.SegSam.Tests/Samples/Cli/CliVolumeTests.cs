using Microsoft.ML.SegSam.Tests.Samples.Studio.Volumes;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliVolumeTests : IDisposable
{
    private readonly CliRun _folder = new();
    private readonly string _scan, _labels;

    public CliVolumeTests()
    {
        (_scan, _labels) = (_folder.At("scan.nii.gz"), _folder.At("nameless.nii.gz"));
        TinyNifti.Write(_labels, 40, 36, 8, [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 2, 0],
            (i, j, k) => (short)(k != 3 ? 0 : i < 8 && j < 8 ? 1 : i >= 30 && i < 34 && j < 4 ? 2 : 0));
        TinyNifti.Write(_scan, 40, 36, 8, [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 2, 0],
            (i, j, _) => (short)(Math.Pow(i - 20, 2) + Math.Pow(j - 18, 2) < 100 ? 120 : -80));
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Info_describes_a_volume()
    {
        var text = Done("info", _scan);
        foreach (var part in (string[])["40 x 36 x 8", "1 x 1 x 2 mm", "LPS", "8 axial, 36 coronal, 40 sagittal", "-80 to 120"])
            StringAssert.Contains(text, part);
        var json = Json("info", _scan);
        Assert.AreEqual("volume", json.GetProperty("kind").GetString());
        Assert.AreEqual("LPS", json.GetProperty("axes").GetString());
    }

    [TestMethod]
    [DataRow("labels.nii.gz")]
    [DataRow("labels.seg.nrrd")]
    [DataRow("labels.mha")]
    public void Info_names_the_labels_of_a_file_and_measures_them(string name)
    {
        var labels = Named(name, (1, "liver"), (3, "nowhere"));
        var text = Done("info", labels);
        StringAssert.Contains(text, "40 x 36 x 8");
        StringAssert.Matches(text, new(@"label 1 +liver, 0\.128 ml"));
        StringAssert.Matches(text, new(@"label 2 +without a name, 0\.032 ml"));
        StringAssert.Matches(text, new(@"label 3 +nowhere, 0 ml"));
        var json = Json("info", labels).GetProperty("labels");
        Assert.AreEqual("liver", json[0].GetProperty("name").GetString());
        Assert.AreEqual(128, json[0].GetProperty("volume_mm3").GetDouble(), 1e-3);
        Assert.IsFalse(Json("info", _scan).TryGetProperty("labels", out _));
    }

    [TestMethod]
    public void Info_describes_a_DICOM_segmentation()
    {
        TinyDicom.WriteLabeled(_folder.At("series"), _folder.At("seg.dcm"));
        var text = Done("info", _folder.At("seg.dcm"));
        StringAssert.Contains(text, "DICOM segmentation");
        StringAssert.Contains(text, "7 x 5 x 3");
        StringAssert.Matches(text, new(@"label 1 +liver, 0\.023 ml"));
        var json = Json("info", _folder.At("seg.dcm"));
        Assert.AreEqual("labels", json.GetProperty("kind").GetString());
        Assert.AreEqual("tumor", json.GetProperty("labels")[1].GetProperty("name").GetString());
    }

    [TestMethod]
    public void A_folder_of_other_formats_than_DICOM_is_listed_and_is_no_volume()
    {
        Directory.CreateDirectory(_folder.At("study", "sub"));
        File.Copy(_scan, _folder.At("study", "sub", "a.nii.gz"));
        foreach (var count in (int[])[1, 2])
        {
            var (code, text, error) = Segsam("info", _folder.At("study"));
            Assert.AreEqual(0, code, error);
            StringAssert.Contains(text, Path.Combine("sub", "a.nii.gz"));
            StringAssert.Contains(error, $"give one file, such as '{_folder.At("study")}");
            StringAssert.Contains(error, "segsam convert");
            Assert.AreEqual(count, Json("info", _folder.At("study")).GetProperty("volumes").GetArrayLength());
            File.Copy(_scan, _folder.At("study", "b.nii.gz"), overwrite: true);
        }

        var failure = Fails(1, "predict", _folder.Model(), _folder.At("study"), "--slice", "3", "--box", "10,8,30,28");
        StringAssert.Contains(failure, "There is no DICOM image in");
        StringAssert.Contains(failure, "such as 'b.nii.gz'");
        StringAssert.Contains(failure, "give one of these files");
    }

    /// <summary>.NET adds the parameter and the value to its messages, on lines of their own.</summary>
    [TestMethod]
    [DataRow("--slice is -1; expected at least 0.", "--slice", "-1", "--box", "10,8,30,28")]
    [DataRow("The volume has 8 Axial slices, counting from 0; found 99.", "--slice", "99", "--box", "10,8,30,28")]
    [DataRow("--min-overlap is 3; expected 0 to 1.", "--slice", "3", "--box", "10,8,30,28", "--min-overlap", "3")]
    [DataRow("--time-point is -2; expected at least 0.", "--slice", "3", "--box", "10,8,30,28", "--time-point", "-2")]
    [DataRow("--max-voxels is 0; expected at least 1.", "--slice", "3", "--box", "10,8,30,28", "--max-voxels", "0")]
    [DataRow("the first not after the last; found -2 to 5.", "--box3d", "10,8,-2,30,28,5")]
    [DataRow("on an image 40 wide and 36 high", "--slice", "3", "--box", "30,8,400,28")]
    [DataRow("Slice 3: The prompt, Box: expected a box that overlaps the image by at least a fifth", "--box3d", "10,30,2,30,90,5")]
    public void An_error_is_a_sentence_without_what_the_runtime_adds(string sentence, params string[] arguments)
    {
        var error = Fails(2, ["predict", _folder.Model(), _scan, .. arguments]);
        StringAssert.Contains(error, sentence);
        Assert.DoesNotContain("Actual value", error);
        Assert.DoesNotContain("Parameter", error);
    }

    [TestMethod]
    public void Labels_are_compared_by_name_where_numbers_differ()
    {
        var (truth, predicted) = (Named("truth.nii.gz", (1, "liver"), (2, "kidney")), Named("found.nii.gz", (2, "Liver"), (1, "kidney")));
        var (code, text, error) = Segsam("evaluate", "--volumes", predicted, truth);
        Assert.AreEqual(0, code);
        StringAssert.Contains(error, "With --by-name, labels of the same name are compared.");
        StringAssert.Contains(text, "1.000");
        (code, text, error) = Segsam("evaluate", "--volumes", predicted, truth, "--by-name");
        Assert.AreEqual(0, code, error);
        Assert.DoesNotContain("1.000", text);
        Assert.DoesNotContain("--by-name", error);
        StringAssert.Contains(Fails(2, "evaluate", "--volumes", _labels, truth, "--by-name"),
            "Of the prediction these labels have no name");
        StringAssert.Contains(Fails(2, "evaluate", _folder.Model(), "t.csv", "--by-name"), "--by-name is for files of labels");
        StringAssert.Contains(Fails(2, "evaluate", "--volumes", truth, truth, "--surface-tolerance", "-3"), "expected at least 0");
        foreach (var unused in (string[][])[["--pixel-spacing", "2,2"], ["--split", "test"], ["--prompts", "x.json"], ["--seed", "3"],
            ["--strict"]])
        {
            StringAssert.Contains(Fails(2, ["evaluate", "--volumes", truth, truth, .. unused]),
                $"{unused[0]} is not used with --volumes");
        }

    }

    [TestMethod]
    public void What_is_wrong_on_the_command_line_is_said_before_the_work()
    {
        string[] predict = ["predict", _folder.Model(), _scan, "--slice", "3", "--box", "10,8,30,28"];
        StringAssert.Contains(Fails(2, [.. predict, "--out", _folder.At("labels.txt")]),
            "expected a name that ends with one of .nii, .nii.gz");
        StringAssert.Contains(Fails(2, [.. predict, "--windw"]), "There is no option '--windw'");
        StringAssert.Contains(Fails(2, [.. predict, "--plane", "oblique"]),
            "--plane is 'oblique'; expected one of axial, coronal, sagittal, stored.");
    }

    [TestMethod]
    public void Objects_that_overlap_and_names_that_contradict_each_other_are_told()
    {
        var labels = _folder.At("labels.nii");
        var (code, _, error) = Segsam("predict", _folder.Model(), _scan, "--slice", "3", "--box", "10,8,30,28", "--box", "10,8,30,28",
            "--min-overlap", "0", "--out", labels);
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(error, "Objects overlap: label ");
        var file = File.ReadAllBytes(labels);
        var names = LabelVolume.Load(labels).Names;
        BitConverter.GetBytes(0).CopyTo(file, 352 + 4); // another code of the extension, as in TotalSegmentator's files
        File.WriteAllBytes(labels, file);
        CollectionAssert.AreEqual(names.ToList(), LabelVolume.Load(labels).Names.ToList());
        Assert.IsNotEmpty(names);

        var other = _folder.At("other.nii");
        using (var volume = MedicalVolume.Load(labels))
            LabelVolume.From(volume, names.ToDictionary(name => name.Key, name => "not " + name.Value)).Save(other);
        StringAssert.Contains(Segsam("evaluate", "--volumes", labels, other).Error,
            $"Label {names.First().Key} is '{names.First().Value}' in the prediction and 'not {names.First().Value}' in the truth");
    }

    [TestMethod]
    public void One_of_several_series_is_chosen_by_what_info_shows()
    {
        var folder = _folder.At("study");
        Directory.CreateDirectory(folder);
        IReadOnlyList<byte[]> files = [.. VolumeFiles.Series(3), .. VolumeFiles.Series(5, "1.2.826.0.1.6", skipped: 2)];
        foreach (var (i, file) in files.Index())
            File.WriteAllBytes(Path.Combine(folder, FormattableString.Invariant($"{i}.dcm")), file);
        var text = Done("info", folder);
        StringAssert.Contains(text, "1.2.826.0.1.5");
        StringAssert.Contains(text, "16 x 16 x 3");
        Assert.AreEqual(2, Json("info", folder).GetProperty("volumes").GetArrayLength());
        var three = Json("info", folder, "--series-uid", "1.2.826.0.1.5").GetProperty("size");
        Assert.AreEqual(3, three[2].GetInt32());

        StringAssert.Contains(Fails(1, "predict", _folder.Model(), folder, "--slice", "0", "--box", "2,2,9,9"), "--series-uid");
        string[] uneven = ["info", folder, "--series-uid", "1.2.826.0.1.6"];
        StringAssert.Contains(Fails(1, uneven), "Set --allow-irregular-slices to read them all the same.");
        StringAssert.Contains(Done([.. uneven, "--allow-irregular-slices"]), "slices are not evenly spaced");
    }

    [TestMethod]
    public void Predict_follows_objects_and_writes_their_labels()
    {
        var labels = _folder.At("labels.nii.gz");
        var json = Json("predict", _folder.Model(), _scan, "--slice", "3", "--box", "10,8,30,28", "--box", "2,2,9,9", "--out", labels,
            "--min-overlap", "0", "--window", "minmax");
        Assert.AreEqual(2, json.GetProperty("objects").GetArrayLength());
        Assert.AreEqual(labels, json.GetProperty("labels").GetString());
        var found = LabelVolume.Load(labels);
        using var volume = MedicalVolume.Load(_scan);
        Assert.AreEqual(volume.Geometry, found.Geometry);
        foreach (var item in json.GetProperty("objects").EnumerateArray())
        {
            var label = item.GetProperty("label").GetInt32();
            Assert.AreEqual(item.GetProperty("volume_mm3").GetDouble(), found.Volumes.GetValueOrDefault(label), 1e-6);
        }

        var (code, _, error) = Segsam("predict", _folder.Model(), _scan, "--slice", "3", "--box", "10,8,30,28", "--out", labels);
        Assert.AreEqual(1, code);
        StringAssert.Contains(error, "--force");
    }

    [TestMethod]
    [DataRow("labels.seg.nrrd")]
    [DataRow("labels.mha")]
    public void Labels_are_written_in_the_format_of_their_ending(string name)
    {
        var labels = _folder.At(name);
        Done("predict", _folder.Model(), _scan, "--slice", "3", "--box", "10,8,30,28", "--out", labels, "--min-overlap", "0");
        using var volume = MedicalVolume.Load(_scan);
        Assert.AreEqual(volume.Geometry, LabelVolume.Load(labels).Geometry);
    }

    [TestMethod]
    public void Files_of_labels_are_compared()
    {
        string[] files = [_folder.At("a.nii.gz"), _folder.At("b.nii.gz")];
        foreach (var (file, last) in files.Zip([4, 5]))
        {
            TinyNifti.Write(file, 10, 8, 6, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0],
                (i, j, k) => (short)(i > 2 && j > 2 && k < last ? 3 : 0));
        }

        var json = Json(["evaluate", "--volumes", .. files, "--csv", _folder.At("figures.csv")]);
        var figures = json.GetProperty("perLabel").GetProperty("3");
        Assert.AreEqual(2 * 4 / 9.0, figures.GetProperty("dice").GetDouble(), 1e-9);
        StringAssert.Contains(Done(["evaluate", "--volumes", .. files]), "0.889");
        StringAssert.Contains(File.ReadAllText(_folder.At("figures.csv")), "0.888");
        TinyNifti.Write(_folder.At("c.nii.gz"), 10, 8, 7, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0], (_, _, _) => 3);
        StringAssert.Contains(Segsam("evaluate", "--volumes", files[0], _folder.At("c.nii.gz")).Error, "10 x 8 x 7");
        StringAssert.Contains(Segsam("evaluate", "--volumes", files[0], _scan).Error, "Is it an image?");
    }

    [TestMethod]
    public void A_box_needs_no_slice()
    {
        var text = Done("predict", _folder.Model(), _scan, "--box3d", "10,8,2,30,28,5", "--plane", "stored", "--projection", "point");
        StringAssert.Contains(text, "ends below");
        StringAssert.Contains(
            Segsam("predict", _folder.Model(), _scan, "--box3d", "10,8,2,30,28,8").Error, "8 Axial slices, counting from 0; found 8");
        StringAssert.Contains(Segsam("predict", _folder.Model(), _scan, "--box3d", "10,8,2,30,28").Error, "expected x0,y0,z0,x1,y1,z1");
        StringAssert.Contains(
            Segsam("predict", _folder.Model(), _scan, "--box3d", "1,1,1,9,9,2", "--box", "1,2,3,4").Error, "remove --slice");
    }

    [TestMethod]
    public void What_does_not_go_together_is_said()
    {
        var model = _folder.Model();
        StringAssert.Contains(Segsam("predict", model, _scan, "--box", "10,8,30,28").Error, "--slice N");
        StringAssert.Contains(Segsam("predict", model, _scan, "--slice", "8", "--box", "10,8,30,28").Error, "8 Axial slices");
        StringAssert.Contains(Segsam("predict", model, _scan, "--slice", "3").Error, "Say where the object is");
        StringAssert.Contains(Segsam("predict", model, _scan, "--slice", "3", "--box", "10,8,90,28", "--point", "50,50").Error, "Slice 3");
        StringAssert.Contains(
            Segsam("predict", model, _scan, "--slice", "3", "--box", "1,1,9,9", "--overlay", "a.png").Error, "are for images");
        StringAssert.Contains(Segsam("predict", model, _scan, "--slice", "3", "--box", "1,1,9,9", "--window", "dark").Error, "soft-tissue");
        StringAssert.Contains(
            Segsam("predict", model, _scan, "--slice", "3", "--box", "1,1,9,9", "--out", _folder.At("a.png")).Error, ".nii");
    }

    // 64 voxels of 2 mm³ are label 1, and 16 label 2.
    private string Named(string file, params (int Label, string Name)[] names)
    {
        using var volume = MedicalVolume.Load(_labels);
        LabelVolume.From(volume, names.ToDictionary(name => name.Label, name => name.Name)).Save(_folder.At(file));
        return _folder.At(file);
    }
}
