using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Onnx;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Pipeline;

using static FittedModel;

/// <summary>The exported network as three steps of ML.NET, the middle one ML.NET's own.</summary>
[TestClass]
public sealed class OnnxPipelineTests
{
    private static readonly SegSamOptions Boxes = new() { ImageColumnName = "Image", BoxColumnName = "Box" };

    private static readonly Lazy<TemporaryFolder> Folder = new(() =>
    {
        var folder = new TemporaryFolder();
        Shared.SaveOnnx(folder.Path);
        return folder;
    });

    [ClassCleanup]
    public static void Delete()
    {
        if (Folder.IsValueCreated)
            Folder.Value.Dispose();
    }

    [TestMethod]
    [DataRow("Image")]
    [DataRow("File")]
    public void Estimator_and_transformers_do_what_ML_NET_expects(string image)
    {
        var training = Load(TinyData.Rows(images: 2));
        var scoring = Load(TinyData.RowsWithGaps());
        var invalid = Ml.Transforms.DropColumns(image).Fit(scoring).Transform(scoring);
        EstimatorWorkout.Run(Ml, Ml.Transforms.SegSamOnnx(Folder.Value.Path, image), training, scoring, invalid);
    }

    [TestMethod]
    public void The_columns_are_those_of_TorchSharp()
    {
        var plain = With(Boxes);
        AssertSame(plain, TinyData.Rows(images: 3));
    }

    [TestMethod]
    public void A_saved_pipeline_predicts_as_before()
    {
        using var folder = new TemporaryFolder();
        var data = Load(TinyData.Rows(images: 2));
        var model = Ml.Transforms.SegSamOnnx(Folder.Value.Path).Fit(data);
        var path = Path.Combine(folder.Path, "pipeline.zip");
        Ml.Model.Save(model, data.Schema, path);
        var again = new MLContext().Model.Load(path, out _);
        Assert.IsTrue(((IEnumerable<ITransformer>)again).Any(step => step.GetType().Name == "OnnxTransformer"));
        foreach (var (expected, found) in Answers(model, data).Zip(Answers(again, data)))
        {
            CollectionAssert.AreEqual(expected.BinaryMask, found.BinaryMask);
            CollectionAssert.AreEqual(expected.ClassScores, found.ClassScores);
        }
    }

    [TestMethod]
    public void A_single_row_is_predicted_too()
    {
        var data = Load(TinyData.Rows(images: 1));
        var model = Ml.Transforms.SegSamOnnx(Folder.Value.Path).Fit(data);
        using var engine = Ml.Model.CreatePredictionEngine<TinyQuestion, TinyAnswerOfBox>(model);
        var expected = Answers(model, data)[0];
        CollectionAssert.AreEqual(expected.BinaryMask, engine.Predict(Ask(TinyData.Rows(images: 1)[0])).BinaryMask);
    }

    /// <summary>Masks are those of the closer look.</summary>
    [TestMethod]
    public void Small_objects_are_seen_close_to()
    {
        var zooming = With(Shared.Model.Description with { Options = Boxes, Zooms = true });
        using var folder = new TemporaryFolder();
        zooming.SaveOnnx(folder.Path);
        var row = TinyData.Rows(images: 1)[0] with { Box = [8, 8, 20, 20] };
        var data = Load([row]);
        var (expected, found) = (Answers(zooming, data)[0], Answers(Ml.Transforms.SegSamOnnx(folder.Path).Fit(data), data)[0]);
        AssertAlike(expected.BinaryMask!, found.BinaryMask!);
        AssertAlike(Array.ConvertAll(expected.SemanticMask!, key => key != 0), Array.ConvertAll(found.SemanticMask!, key => key != 0));
        Assert.AreEqual(expected.PredictedIoU, found.PredictedIoU, 1e-3f);
    }

    [TestMethod]
    public void A_folder_without_the_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("There is no 'segsam.onnx'",
            Assert.ThrowsExactly<FileNotFoundException>(() => Ml.Transforms.SegSamOnnx(folder.Path)).Message);
        File.WriteAllText(Path.Combine(folder.Path, OnnxFolder.WholeFile), "no model");
        Assert.Contains("cannot be read as an ONNX model",
            Assert.ThrowsExactly<InvalidDataException>(() => Ml.Transforms.SegSamOnnx(folder.Path)).Message);
    }

    [TestMethod]
    [DataRow("image", "Box")]
    [DataRow("Image", "boxes")]
    public void Columns_that_bear_the_networks_names_are_refused(string image, string box) =>
        Assert.Contains("is a name of the network's own",
            Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.SegSamOnnx(Folder.Value.Path, image, box)).Message);

    private static void AssertSame(SegSamTransformer torch, IEnumerable<TinyRow> rows)
    {
        var data = Load(rows);
        var model = Ml.Transforms.SegSamOnnx(Folder.Value.Path).Fit(data);
        SchemaCheck.AssertEqual(torch.GetOutputSchema(data.Schema), model.GetOutputSchema(data.Schema));
        foreach (var (expected, found) in Answers(torch, data).Zip(Answers(model, data)))
        {
            AssertAlike(expected.BinaryMask!, found.BinaryMask!);
            CollectionAssert.AreEqual(expected.MaskSize, found.MaskSize);
            Assert.AreEqual(expected.PredictedCategory, found.PredictedCategory);
            Assert.AreEqual(expected.PredictedIoU, found.PredictedIoU, 1e-4f);
            var scores = found.ClassScores!.Concat(found.PresenceScores!);
            foreach (var (a, b) in expected.ClassScores!.Concat(expected.PresenceScores!).Zip(scores))
                Assert.AreEqual(a, b, 1e-4f);
        }
    }

    // Rounding moves single pixels of the border.
    private static void AssertAlike(bool[] expected, bool[] found)
    {
        Assert.HasCount(expected.Length, found);
        Assert.IsLessThanOrEqualTo(2, expected.Zip(found).Count(pair => pair.First != pair.Second));
        CollectionAssert.Contains(expected, true);
    }

    private static List<TinyAnswerOfBox> Answers(ITransformer model, IDataView data) =>
        [.. Ml.Data.CreateEnumerable<TinyAnswerOfBox>(model.Transform(data), reuseRowObject: false)];

    private sealed class TinyAnswerOfBox
    {
        public bool[]? BinaryMask { get; set; }

        public uint[]? SemanticMask { get; set; }

        public int[]? MaskSize { get; set; }

        public float[]? ClassScores { get; set; }

        public uint PredictedCategory { get; set; }

        public float[]? PresenceScores { get; set; }

        public float PredictedIoU { get; set; }
    }
}
