using System.Text;
using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Slices;
using Microsoft.ML.SegSam.Tests.Samples;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Tests.Slices;

/// <summary>Folders in the layouts of SAM-Med2D and SA-Med2D-20M.</summary>
[TestClass]
public sealed class LoadSliceFilesTests : IDisposable
{
    private const string Liver = "ct_00--LITS--case001--x_0006", Heart = "mr_t1--ACDC--p2--z_0001", List = "SAMed2D_v1.json";
    private const string Training = "image2label_train.json", Test = "label2image_test.json";
    private static readonly MLContext Ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Masks_of_SA_Med2D_20M_are_rows_that_train_a_model()
    {
        SaMed2D20M();
        Text(ClassNames.FileName, """{"ct--LITS--liver": 1, "ct--LITS--liver_tumor": "0002", "mr_t1--ACDC--myocardium": 1}""");
        var data = Ml.Data.LoadSlices(_folder.Path);
        var rows = Rows(data);
        CollectionAssert.AreEqual((string[])
        [
            "case001 6 LITS CT: liver of liver+liver tumor, 8 8 24 20",
            "case001 6 LITS CT: liver tumor of liver+liver tumor, 30 30 44 40",
            "case001 6 LITS CT: liver tumor of liver+liver tumor, 2 30 14 40",
            "p2 1 ACDC MR: myocardium of myocardium, 8 8 24 20",
        ], rows.Select(Line).ToArray());
        Assert.AreEqual($"images/{Liver}.png images/{Heart}.png", string.Join(' ', rows.Select(row => row.ImageId).Distinct()));
        Assert.IsTrue(rows.All(row => row.Split.Length == 0 && row.Spacing is [float.NaN, float.NaN]));
        foreach (var row in rows)
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(At(row.ImageId)), row.Image);
            using var mask = ImageFile.Decode(row.Mask);
            var box = SegmentationMask.FromImage(mask).Box!.Value;
            CollectionAssert.AreEqual((float[])[box.X0, box.Y0, box.X1, box.Y1], row.Box);
        }

        using var model = Ml.Transforms.SegSam(TinyData.Options("Box") with
        {
            ImageIdColumnName = "ImageId", DatasetColumnName = "Dataset", Epochs = 1,
        }).Fit(data);
        Assert.AreEqual("liver, liver tumor, myocardium", string.Join(", ", model.Info.Categories.Order()));
        Assert.IsNull(model.Info.Plane); // nobody knows how these were cut
    }

    [TestMethod]
    public void Class_numbers_without_a_file_that_names_them_are_the_categories()
    {
        SaMed2D20M();
        CollectionAssert.AreEqual((string[])["0001", "0002", "0002", "0001"],
            Rows(Ml.Data.LoadSlices(_folder.Path)).Select(row => row.Category).ToArray());
    }

    [TestMethod]
    public void Lists_of_SAM_Med2D_are_splits_and_folders_are_patients()
    {
        foreach (var image in (string[])["p1/a", "p1/b", "c"])
            TinySources.Block(At($"images/{image}.png"), 8, 8, 24, 20);
        foreach (var mask in (string[])["p1/a_rib_left_1_000", "p1/b_liver_000", "c_liver_000", "p1/a_liver_000"])
            TinySources.Block(At($"masks/{mask}.png"), 8, 8, 24, 20, 0);
        Text(Training, """
            {"set/images/p1/a.png": ["set/masks/p1/a_rib_left_1_000.png"], "D:\\set\\images\\c.png": ["D:\\set\\masks\\c_liver_000.png"]}
            """);
        Text(Test, """{"masks/p1/b_liver_000.png": "images/p1/b.png", "masks/p1/a_liver_000.png": "images/p1/a.png"}""");
        var rows = Rows(Ml.Data.LoadSlices(_folder.Path));
        CollectionAssert.AreEqual((string[])
        [
            "p1 images/p1/a.png train: rib left 1 of rib left 1+liver", "p1 images/p1/a.png test: liver of rib left 1+liver",
            "images/c.png images/c.png train: liver of liver", "p1 images/p1/b.png test: liver of liver",
        ], rows.Select(row => $"{row.CaseId} {row.ImageId} {row.Split}: {row.Category} of {string.Join('+', row.PresentCategories)}")
            .ToArray());
        Assert.IsTrue(rows.All(row => (row.SliceIndex, row.Dataset, row.Modality) == (0, "", "")));
    }

    [TestMethod]
    [DataRow(1, "liver+lesion+spleen")]
    [DataRow(17, "liver+spleen")]
    [DataRow(100, "spleen")]
    public void Small_and_empty_masks_are_left_out_and_not_present(int minPixels, string present)
    {
        TinySources.Block(At("images/a.png"), 8, 8, 24, 20);
        TinySources.Block(At("masks/a_liver_000.png"), 8, 8, 14, 14, 0);
        TinySources.Block(At("masks/a_lesion_000.png"), 8, 8, 12, 12, 0);
        TinySources.Block(At("masks/a_lesion_001.png"), 0, 0, 0, 0, 0);
        TinySources.Block(At("masks/a_spleen_000.png"), 8, 8, 18, 18, 0);
        Listed(("images/a.png", ["a_liver_000", "a_lesion_000", "a_lesion_001", "a_spleen_000"]));
        var rows = Rows(Ml.Data.LoadSlices(_folder.Path, new() { MinPixels = minPixels }));
        Assert.AreEqual(present, string.Join('+', rows.Select(row => row.Category)));
        Assert.IsTrue(rows.All(row => string.Join('+', row.PresentCategories) == present));
    }

    [TestMethod]
    public void Files_are_read_by_each_cursor_when_it_reaches_them()
    {
        SaMed2D20M();
        var data = Ml.Data.LoadSlices(_folder.Path);
        TinySources.Block(At($"masks/{Liver}--0001_000.png"), 1, 2, 23, 24, 0);
        CollectionAssert.AreEqual((float[])[1, 2, 23, 24], data.GetColumn<float[]>("Box").First());
        File.Delete(At($"images/{Heart}.png"));
        CollectionAssert.AreEqual((float[])[1, 2, 23, 24], data.GetColumn<float[]>("Box").First()); // the other image is not reached
        StringAssert.Contains(Assert.Throws<Exception>(() => data.GetColumn<float[]>("Box").Count()).Message, Heart);
    }

    [TestMethod]
    public void A_folder_with_a_dataset_json_gives_its_volumes()
    {
        TinyNifti.WriteDecathlon(_folder.Path, cases: 2);
        var options = new SliceOptions { Window = IntensityWindow.SoftTissue, MinPixels = 60 };
        var (found, expected) = (Ml.Data.LoadSlices(_folder.Path, options), Ml.Data.LoadSlices(VolumeCase.Find(_folder.Path), options));
        Assert.AreEqual(4, found.GetColumn<string>("ImageId").Count());
        CollectionAssert.AreEqual(expected.GetColumn<string>("ImageId").ToArray(), found.GetColumn<string>("ImageId").ToArray());
        Assert.AreEqual(SlicePlane.Axial, SliceLook.Find(found.Schema["Image"])!.Plane);
    }

    public static IEnumerable<object[]> CutOptions =>
    [
        [new SliceOptions { Plane = SlicePlane.Coronal }, "Plane says"],
        [new SliceOptions { Window = IntensityWindow.Lung }, "Window says"],
        [new SliceOptions { Every = 2 }, "Every says"],
    ];

    [TestMethod]
    [DynamicData(nameof(CutOptions))]
    public void Options_of_volumes_are_refused_for_slices_that_are_cut_already(SliceOptions options, string expected)
    {
        SaMed2D20M();
        var message = Assert.ThrowsExactly<ArgumentException>(() => Ml.Data.LoadSlices(_folder.Path, options)).Message;
        StringAssert.Contains(message, expected);
        StringAssert.Contains(message, $"cut already, by its {List}; leave it out");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Ml.Data.LoadSlices(_folder.Path, new() { MinPixels = 0 }));
    }

    [TestMethod]
    public void A_folder_of_another_kind_is_refused_with_what_it_holds_and_what_was_expected()
    {
        StringAssert.Contains(Refused<FileNotFoundException>(), "' holds nothing; expected dataset.json (nnU-Net, the decathlon), ");
        foreach (var name in (string[])["a.csv", "b.csv", "c.csv", "d.csv", "e.csv", "f.csv"])
            Text(name, "");
        StringAssert.Contains(Refused<FileNotFoundException>(), "' holds a.csv, b.csv, c.csv, d.csv, e.csv and others; expected ");
        StringAssert.Contains(Assert.ThrowsExactly<DirectoryNotFoundException>(() => Ml.Data.LoadSlices(At("none"))).Message, "none'");
    }

    [TestMethod]
    [DataRow(List, "[1]", "is not a JSON object from image path to a list of mask paths")]
    [DataRow(List, """{"images/a.png": [null]}""", "'images/a.png' has no value")]
    [DataRow(Test, """{"masks/a_liver_000.png": null}""", "'masks/a_liver_000.png' has no value")]
    [DataRow(List, """{"images/a.png": ["masks/a_liver.png"]}""", "a_CATEGORY_NUMBER.png")]
    [DataRow(List, "{}", "lists no masks")]
    public void A_list_that_does_not_fit_says_what_was_expected(string list, string json, string expected)
    {
        TinySources.Block(At("images/a.png"), 8, 8, 24, 20);
        TinySources.Block(At("masks/a_liver.png"), 8, 8, 24, 20, 0);
        Text(list, json);
        StringAssert.Contains(Refused<InvalidDataException>(), expected);
    }

    [TestMethod]
    public void A_listed_file_that_is_missing_is_named_before_any_is_read()
    {
        SaMed2D20M();
        File.Delete(At($"masks/{Liver}--0002_001.png"));
        StringAssert.Contains(Refused<FileNotFoundException>(), $"{Liver}--0002_001.png");
    }

    [TestMethod]
    public void A_mask_of_another_size_and_a_label_map_are_named_when_they_are_reached()
    {
        SaMed2D20M();
        var mask = At($"masks/{Liver}--0002_000.png");
        foreach (var (level, width, expected) in ((byte, int, string)[])[(255, 40, "is 40 x 48 pixels"), (3, 48, "it is a label map")])
        {
            TinySources.Write(mask, (x, _) => x < 20 ? level : x < 30 ? (byte)(level / 3) : (byte)0, width);
            var data = Ml.Data.LoadSlices(_folder.Path);
            var message = Assert.Throws<Exception>(() => data.GetColumn<string>("Category").Count()).Message;
            StringAssert.Contains(message, expected);
            StringAssert.Contains(message, Path.GetFileName(mask));
        }
    }

    [TestMethod]
    public void Lists_in_UTF_16_are_read_and_letters_that_are_not_UTF_8_are_refused()
    {
        SaMed2D20M();
        const string Names = """{"ct--LITS--Nierenbeckengröße": 1}""";
        File.WriteAllText(At(List), File.ReadAllText(At(List)), Encoding.Unicode);
        foreach (var encoding in (Encoding[])[Encoding.BigEndianUnicode, Encoding.UTF8])
        {
            File.WriteAllText(At(ClassNames.FileName), Names, encoding); // both with their mark
            Assert.AreEqual("Nierenbeckengröße", Rows(Ml.Data.LoadSlices(_folder.Path))[0].Category);
        }

        File.WriteAllText(At(ClassNames.FileName), Names, Encoding.Latin1);
        StringAssert.Contains(Refused<InvalidDataException>(), ClassNames.FileName);
        File.WriteAllText(At(List), """{"größe.png": []}""", Encoding.Latin1);
        File.Delete(At(ClassNames.FileName));
        StringAssert.Contains(Refused<InvalidDataException>(), List);
    }

    [TestMethod]
    public void The_published_demo_gives_what_the_samples_read()
    {
        var folder = SharedFolder.Require("data", "sam-med2d-data_demo");
        var data = Ml.Data.LoadSlices(folder, new() { MinPixels = 1 });
        var rows = Rows(data);
        Assert.HasCount(22, rows);
        CollectionAssert.AreEquivalent(SampleKit.SamMed2DFolder.Read(folder).Select(row =>
            $"{row.ImageId} {row.Split} {row.Category} {string.Join(' ', row.Box)}").ToArray(),
            rows.Select(row => $"{row.ImageId} {row.Split} {row.Category} {string.Join(' ', row.Box)}").ToArray());
        var train = Ml.Data.FilterByCustomPredicate<Row>(data, row => row.Split != "train");
        Assert.AreEqual(19, train.GetColumn<string>("Category").Count());
    }

    [TestMethod]
    [DataRow("M02-samed2d20m", "case001 6 LITS CT: 0001")]
    [DataRow("M03-nested", "p1 0  : liver")]
    [DataRow("M06-backslash", "images/s.png 0  : liver")]
    public void Folders_that_others_made_are_read(string name, string expected) => StringAssert.StartsWith(
        Line(Rows(Ml.Data.LoadSlices(SharedFolder.Require("cases", name), new() { MinPixels = 1 })).Single()), expected);

    private void SaMed2D20M()
    {
        foreach (var image in (string[])[Liver, Heart])
            TinySources.Block(At($"images/{image}.png"), 8, 8, 24, 20);
        TinySources.Block(At($"masks/{Liver}--0001_000.png"), 8, 8, 24, 20, 0);
        TinySources.Block(At($"masks/{Liver}--0002_000.png"), 30, 30, 44, 40, 0);
        TinySources.Block(At($"masks/{Liver}--0002_001.png"), 2, 30, 14, 40, 0);
        TinySources.Block(At($"masks/{Heart}--0001_003.png"), 8, 8, 24, 20, 0);
        Listed(($"images/{Liver}.png", [$"{Liver}--0001_000", $"{Liver}--0002_000", $"{Liver}--0002_001"]),
            ($"images/{Heart}.png", [$"{Heart}--0001_003"]));
    }

    private void Listed(params (string Image, string[] Masks)[] entries) => Text(List, JsonSerializer.Serialize(entries.ToDictionary(
        entry => entry.Image, entry => entry.Masks.Select(mask => $"masks/{mask}.png"))));

    private void Text(string name, string text) => File.WriteAllText(At(name), text);

    private string At(string name) => Path.Combine(_folder.Path, name);

    private string Refused<T>() where T : Exception => Assert.ThrowsExactly<T>(() => Ml.Data.LoadSlices(_folder.Path)).Message;

    private static List<Row> Rows(IDataView data) => [.. Ml.Data.CreateEnumerable<Row>(data, reuseRowObject: false)];

    private static string Line(Row row) => FormattableString.Invariant($"{row.CaseId} {row.SliceIndex} {row.Dataset} {row.Modality}: ")
        + $"{row.Category} of {string.Join('+', row.PresentCategories)}, {string.Join(' ', row.Box)}";

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];

        public byte[] Mask { get; set; } = [];

        public float[] Box { get; set; } = [];

        public float[] Spacing { get; set; } = [];

        public string[] PresentCategories { get; set; } = [];

        public string CaseId { get; set; } = "";

        public string ImageId { get; set; } = "";

        public string Dataset { get; set; } = "";

        public string Modality { get; set; } = "";

        public string Category { get; set; } = "";

        public string Split { get; set; } = "";

        public int SliceIndex { get; set; }
    }
}
