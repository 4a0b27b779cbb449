using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Slices;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Segmentation;

namespace Microsoft.ML.SegSam.Tests.Slices;

[TestClass]
public sealed class LoadSlicesTests
{
    private static readonly float[] Affine = [-0.8f, 0, 0, 0, 0, -1.2f, 0, 0, 0, 0, 3, 0];
    private static readonly MLContext Ml = new(seed: 1);

    [TestMethod]
    public void Objects_on_slices_are_rows_that_train_a_model()
    {
        using var folder = new TemporaryFolder();
        NnUnet(folder, cases: 2);
        var cases = VolumeCase.Find(folder.Path);
        Assert.AreEqual("case_0, case_1", string.Join(", ", cases.Select(item => item.CaseId)));
        var data = Ml.Data.LoadSlices(cases, new() { Window = IntensityWindow.Linear(0, 400) });
        var rows = Ml.Data.CreateEnumerable<Row>(data, reuseRowObject: false).ToList();
        Assert.HasCount(2 * (4 + 2), rows); // the block is on four slices of each case, the disk on two
        foreach (var row in rows)
        {
            Assert.AreEqual(0.8f, row.Spacing[0], 1e-5f);
            Assert.AreEqual(1.2f, row.Spacing[1], 1e-5f);
            var mask = ImageMask(row.Mask);
            CollectionAssert.AreEqual(new float[] { mask.Box!.Value.X0, mask.Box.Value.Y0, mask.Box.Value.X1, mask.Box.Value.Y1 }, row.Box);
            var isWithDisk = row.SliceIndex is 3 or 4;
            Assert.AreEqual(isWithDisk ? "block, disk" : "block", string.Join(", ", row.PresentCategories));
        }

        Assert.AreEqual(6, rows.Where(row => row.CaseId == "case_1").Select(row => row.ImageId).Distinct().Count() + 2);
        using var volume = MedicalVolume.Load(cases[0].ImagePath);
        using var expected = volume.ReadSlice(SlicePlane.Axial, rows[0].SliceIndex).ToImage(IntensityWindow.Linear(0, 400));
        using var found = MLImage.CreateFromStream(new MemoryStream(rows[0].Image));
        CollectionAssert.AreEqual(expected.Pixels.ToArray(), found.Pixels.ToArray());

        using var model = Ml.Transforms.SegSam(Options).Fit(data);
        Assert.AreEqual("block, disk", string.Join(", ", model.Info.Categories.Order()));
    }

    /// <summary>What a model was shown in training is saved with it, applied in prediction, and not contradicted.</summary>
    [TestMethod]
    public void Plane_and_window_belong_to_the_model()
    {
        using var folder = new TemporaryFolder();
        NnUnet(folder, cases: 1);
        var cases = VolumeCase.Find(folder.Path);
        var path = Path.Combine(folder.Path, "model.zip");
        using (var trained = Ml.Transforms.SegSam(Options).Fit(Ml.Data.LoadSlices(cases,
            new() { Plane = SlicePlane.Stored, Window = IntensityWindow.Lung })))
            trained.Save(path);
        using var model = SegSamTransformer.Load(path);
        Assert.AreEqual((SlicePlane.Stored, IntensityWindow.Lung), (model.Info.Plane!.Value, model.Info.Window!));
        using var predictor = new SegSamPredictor(model);
        using var volume = MedicalVolume.Load(cases[0].ImagePath);
        var (volumes, prompt) = (new SegSamVolumePredictor(predictor), SegSamPrompt.Box(3, 4, 14, 20));
        var found = volumes.Predict(volume, 3, prompt, new() { MaxSlices = 0 });
        Assert.AreEqual(SlicePlane.Stored, found.Plane);
        using var picture = volume.ReadSlice(SlicePlane.Stored, 3).ToImage(IntensityWindow.Lung);
        using var image = predictor.Encode(picture);
        CollectionAssert.AreEqual(predictor.Predict(image, prompt).Mask.Counts.ToArray(), found.Objects[0].Slices[0].Mask.Counts.ToArray());
        string Message(VolumePredictionOptions options) =>
            Assert.ThrowsExactly<ArgumentException>(() => volumes.Predict(volume, 3, prompt, options)).Message;
        StringAssert.Contains(Message(new() { Plane = SlicePlane.Axial }), "trained on Stored slices");
        StringAssert.Contains(Message(new() { Window = IntensityWindow.Bone }), "window lung, and the options say window bone. "
            + "Remove VolumePredictionOptions.Window: the model's own is then used.");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.SegSam(Options with { Checkpoint = path })
            .Fit(Ml.Data.LoadSlices(cases, new() { Plane = SlicePlane.Stored }))).Message, "window lung");
        using var again = Ml.Transforms.SegSam(Options with { Checkpoint = path })
            .Fit(Ml.Data.LoadSlices(cases, new() { Plane = SlicePlane.Stored, Window = IntensityWindow.Lung }));
        Assert.AreEqual(IntensityWindow.Lung, again.Info.Window);
    }

    /// <summary>A model of CT that is given MR says so, and predicts all the same.</summary>
    [TestMethod]
    public void Volumes_of_another_modality_than_the_trainings_are_warned_of()
    {
        using var folder = new TemporaryFolder();
        NnUnet(folder, cases: 1);
        var path = Path.Combine(folder.Path, "model.zip");
        using (var trained = Ml.Transforms.SegSam(Options).Fit(Ml.Data.LoadSlices(VolumeCase.Find(folder.Path))))
            trained.Save(path);
        using var model = SegSamTransformer.Load(path);
        Assert.AreEqual("CT", string.Join(", ", model.Info.Modalities)); // by dataset.json
        using var predictor = new SegSamPredictor(model);
        VolumePrediction Of(string modality)
        {
            var series = Directory.CreateDirectory(Path.Combine(folder.Path, modality)).FullName;
            TinyDicom.WriteSeries(series, [0, 1], elements => elements.Text(ElementKind.Modality, modality));
            using var volume = MedicalVolume.Load(series);
            return new SegSamVolumePredictor(predictor).Predict(volume, 0, SegSamPrompt.Box(1, 1, 5, 4));
        }

        Assert.IsEmpty(Of("CT").Warnings);
        StringAssert.Contains(Of("MR").Warnings.Single(), "The model was trained on CT, and the volume is MR");
        using var unknown = MedicalVolume.Load(VolumeCase.Find(folder.Path)[0].ImagePath); // NIfTI does not say
        Assert.IsEmpty(new SegSamVolumePredictor(predictor).Predict(unknown, 3, SegSamPrompt.Box(3, 4, 14, 20)).Warnings);

        // Training goes on with other images: the model then knows both, or, where one is unknown, nothing is said.
        string Modalities(string? modality)
        {
            using var again = Ml.Transforms.SegSam(Options with { Checkpoint = path }).Fit(Ml.Data.LoadSlices(
                VolumeCase.Find(folder.Path).Select(item => item with { Modality = modality })));
            return string.Join(", ", again.Info.Modalities);
        }

        Assert.AreEqual("CT, MR", Modalities("MR"));
        Assert.AreEqual("", Modalities(null));
    }

    [TestMethod]
    public void A_DICOM_segmentation_labels_its_series()
    {
        using var folder = new TemporaryFolder();
        var (series, segmentation) = (Path.Combine(folder.Path, "series"), Path.Combine(folder.Path, "seg.dcm"));
        TinyDicom.WriteLabeled(series, segmentation);
        var data = Ml.Data.LoadSlices([new() { ImagePath = series, LabelPath = segmentation }], new() { MinPixels = 1 });
        var rows = Ml.Data.CreateEnumerable<Row>(data, reuseRowObject: false).ToList();
        CollectionAssert.AreEqual(new[] { "liver", "tumor", "liver", "tumor", "liver", "tumor" },
            data.GetColumn<string>("Category").ToArray());
        Assert.IsTrue(data.GetColumn<string>("Modality").All(modality => modality == "CT"));
        using var image = MedicalVolume.Load(series);
        var labels = LabelVolume.LoadSegmentation(segmentation, image);
        foreach (var (number, row) in rows.Index())
        {
            var expected = labels.ReadMask(number % 2 + 1, SlicePlane.Axial, row.SliceIndex);
            CollectionAssert.AreEqual(expected.ToPixels(), ImageMask(row.Mask).ToPixels());
        }
    }

    [TestMethod]
    public void Slices_without_labels_are_rows_too_and_are_read_again_by_each_cursor()
    {
        using var folder = new TemporaryFolder();
        Image(folder, "scan.nii.gz");
        var data = Ml.Data.LoadSlices([new() { ImagePath = Path.Combine(folder.Path, "scan.nii.gz") }],
            new() { Plane = SlicePlane.Coronal, Every = 5 });
        foreach (var _ in (int[])[1, 2])
        {
            CollectionAssert.AreEqual(new[] { 0, 5, 10, 15, 20, 25 }, data.GetColumn<int>("SliceIndex").ToArray());
            Assert.IsTrue(data.GetColumn<string>("CaseId").All(id => id == "scan"));
        }
    }

    [TestMethod]
    public void The_decathlons_folders_are_read()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "imagesTr"));
        Directory.CreateDirectory(Path.Combine(folder.Path, "labelsTr"));
        Image(folder, "imagesTr/liver_1.nii.gz");
        Labels(folder, "labelsTr/liver_1.nii.gz");
        Json(folder, """
            { "name": "Liver", "modality": { "0": "CT" }, "labels": { "0": "background", "1": "liver", "2": "cancer" },
              "training": [ { "image": "./imagesTr/liver_1.nii.gz", "label": "./labelsTr/liver_1.nii.gz" } ], "test": [] }
            """);
        var found = VolumeCase.Find(folder.Path).Single();
        Assert.AreEqual(("liver_1", "Liver", "liver"), (found.CaseId, found.Dataset, found.Names![1]));
        Assert.AreEqual(6, Ml.Data.LoadSlices([found]).GetColumn<string>("Category").Count());
    }

    [TestMethod]
    [DataRow("""{ "labels": {}, "channel_names": { "0": "CT" }, "file_ending": ".nii.gz" }""", 1, "no channel 1")]
    [DataRow("""{ "labels": {} }""", 0, "neither")]
    [DataRow("""{ "labels": { "a": [1, 2] }, "training": [] }""", 0, "region")]
    [DataRow("""{ "labels": { "a": "x" }, "training": [] }""", 0, "number 'x'")]
    [DataRow("""{ "labels": {}, "training": [ { "image": "../a.nii", "label": "b" } ] }""", 0, "outside the folder")]
    [DataRow("""{ "labels": {}, "training": [ { "image": "a.nii", "label": "b" } ] }""", 0, "missing")]
    [DataRow("""{ "labels": """, 0, "is no dataset.json")]
    public void What_is_wrong_with_a_data_set_is_said(string json, int channel, string expected)
    {
        using var folder = new TemporaryFolder();
        Json(folder, json);
        var failure = Assert.Throws<Exception>(() => VolumeCase.Find(folder.Path, channel));
        Assert.IsTrue(failure is InvalidDataException or NotSupportedException, failure.ToString());
        StringAssert.Contains(failure.Message, expected);
    }

    [TestMethod]
    public void Labels_on_another_grid_and_without_names_are_refused()
    {
        using var folder = new TemporaryFolder();
        Image(folder, "image.nii.gz");
        Labels(folder, "labels.nii.gz");
        TinyNifti.Write(Path.Combine(folder.Path, "other.nii.gz"), 32, 30, 7, Affine, (_, _, _) => 1);
        VolumeCase Case(string labels) =>
            new() { ImagePath = Path.Combine(folder.Path, "image.nii.gz"), LabelPath = Path.Combine(folder.Path, labels) };
        string Message(string labels) => Assert.ThrowsExactly<InvalidDataException>(() =>
            Ml.Data.LoadSlices([Case(labels)]).GetColumn<string>("Category").Count()).Message;
        StringAssert.Contains(Message("other.nii.gz"), "does not lie on the grid");
        StringAssert.Contains(Message("labels.nii.gz"), "names are unknown");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() =>
            Ml.Data.LoadSlices([Case("labels.nii.gz"), Case("labels.nii.gz") with { LabelPath = null }])).Message, "has no labels");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Ml.Data.LoadSlices([Case("labels.nii.gz")], new() { Every = 0 }));
    }

    private static SegSamOptions Options => TinyData.Options("Box") with
    {
        ImageIdColumnName = "ImageId", DatasetColumnName = "Dataset", PresentCategoriesColumnName = null, Epochs = 1,
    };

    private static void NnUnet(TemporaryFolder folder, int cases)
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "imagesTr"));
        Directory.CreateDirectory(Path.Combine(folder.Path, "labelsTr"));
        for (var i = 0; i < cases; i++)
        {
            Image(folder, FormattableString.Invariant($"imagesTr/case_{i}_0000.nii.gz"));
            Labels(folder, FormattableString.Invariant($"labelsTr/case_{i}.nii.gz"));
        }

        File.WriteAllText(Path.Combine(folder.Path, "labelsTr", "._case_0.nii.gz"), "");
        Json(folder, """
            { "channel_names": { "0": "CT" }, "labels": { "background": 0, "block": 1, "disk": 2 }, "numTraining": 2,
              "file_ending": ".nii.gz" }
            """);
    }

    private static void Image(TemporaryFolder folder, string name) => TinyNifti.Write(Path.Combine(folder.Path, name), 32, 30, 8, Affine,
        (i, j, k) => (short)(60 * Label(i, j, k) - 80 + i % 3));

    private static void Labels(TemporaryFolder folder, string name) =>
        TinyNifti.Write(Path.Combine(folder.Path, name), 32, 30, 8, Affine, (i, j, k) => (short)Label(i, j, k));

    // A block on slices 2 to 5, and a disk beside it on 3 and 4.
    private static int Label(int i, int j, int k) => k is >= 2 and <= 5 && i is >= 3 and < 14 && j is >= 4 and < 20 ? 1
        : k is 3 or 4 && Math.Pow(i - 22, 2) + Math.Pow(j - 14, 2) <= 40 ? 2 : 0;

    private static void Json(TemporaryFolder folder, string json) => File.WriteAllText(Path.Combine(folder.Path, "dataset.json"), json);

    private static SegmentationMask ImageMask(byte[] file)
    {
        using var image = MLImage.CreateFromStream(new MemoryStream(file));
        return SegmentationMask.FromImage(image);
    }

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];

        public byte[] Mask { get; set; } = [];

        public float[] Box { get; set; } = [];

        public float[] Spacing { get; set; } = [];

        public string[] PresentCategories { get; set; } = [];

        public string CaseId { get; set; } = "";

        public string ImageId { get; set; } = "";

        public int SliceIndex { get; set; }
    }
}
