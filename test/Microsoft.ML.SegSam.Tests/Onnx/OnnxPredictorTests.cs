using Google.Protobuf;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Onnx;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Onnx;

using static FittedModel;

/// <summary>An exported model keeps a predictor's promises, and says what the model itself says.</summary>
[TestClass]
public sealed class OnnxPredictorTests : PredictorTests
{
    private static readonly Lazy<TemporaryFolder> Folder = new(() =>
    {
        var folder = new TemporaryFolder();
        Shared.SaveOnnx(folder.Path, license: "CC0");
        return folder;
    });

    private static readonly Lazy<SegSamTransformer> Loaded = new(() => SegSamTransformer.Load(Folder.Value.Path));

    private protected override SegSamTransformer Model => Loaded.Value;

    [ClassCleanup]
    public static void Delete()
    {
        if (Loaded.IsValueCreated)
            Loaded.Value.Dispose();
        if (Folder.IsValueCreated)
            Folder.Value.Dispose();
    }

    [TestMethod]
    [DataRow(true, false, false)]
    [DataRow(false, true, false)]
    [DataRow(true, true, true)]
    [DataRow(false, false, true)]
    public void Masks_names_and_scores_are_those_of_TorchSharp(bool box, bool click, bool mask)
    {
        var torch = new SegSamPredictor(Shared);
        foreach (var row in Rows)
        {
            using var expected = torch.Encode(row.Image!);
            using var found = Predictor.Encode(row.Image!);
            var prompt = Prompt(row, box, click, mask);
            foreach (var multimask in (bool[])[false, true])
                AssertClose(torch.Predict(expected, prompt, multimask), Predictor.Predict(found, prompt, multimask));
        }
    }

    [TestMethod]
    public void An_image_that_TorchSharp_encoded_is_answered_here()
    {
        var torch = new SegSamPredictor(Shared);
        using var image = torch.Encode(Rows[0].Image!);
        var prompt = Prompt(Rows[0], box: true, click: true, mask: false);
        AssertClose(torch.Predict(image, prompt), Predictor.Predict(image, prompt));
    }

    [TestMethod]
    public void Half_the_bytes_say_nearly_the_same()
    {
        using var folder = new TemporaryFolder();
        Shared.SaveOnnx(folder.Path, halfPrecision: true);
        foreach (var file in (string[])[OnnxFolder.EncoderFile, OnnxFolder.DecoderFile, OnnxFolder.WholeFile])
        {
            Assert.IsLessThan(0.7 * Length(Folder.Value.Path), Length(folder.Path), file);
            double Length(string path) => new FileInfo(Path.Combine(path, file)).Length;
        }

        using var half = SegSamPredictor.Load(folder.Path);
        using var expected = Predictor.Encode(Rows[0].Image!);
        using var found = half.Encode(Rows[0].Image!);
        var prompt = Prompt(Rows[0], box: true, click: false, mask: false);
        var (whole, rounded) = (Predictor.Predict(expected, prompt), half.Predict(found, prompt));
        Assert.AreEqual(whole.Score, rounded.Score, 0.01f);
        CollectionAssert.AreNotEqual(whole.LowResLogits.ToArray(), rounded.LowResLogits.ToArray());
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => half.Predict(expected, prompt)).Message, "other weights");
    }

    [TestMethod]
    public void What_has_no_network_cannot_be_saved_or_exported()
    {
        using var folder = new TemporaryFolder();
        foreach (var save in (Action[])
            [() => Model.Save(Path.Combine(folder.Path, "model.zip")), () => Model.SaveOnnx(Path.Combine(folder.Path, "onnx"))])
            StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(save).Message, "load the .zip that it was exported from");
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void The_model_is_described_as_before()
    {
        Assert.AreEqual(Shared.Info.Parameters, Model.Info.Parameters);
        Assert.AreEqual(Shared.Info.Encoder, Model.Info.Encoder);
        Assert.AreEqual(Shared.Info.Resize, Model.Info.Resize);
        CollectionAssert.AreEqual(Shared.Categories.ToArray(), Model.Categories.ToArray());
    }

    [TestMethod]
    public void A_folder_that_lacks_a_file_mixes_two_exports_or_holds_something_else_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("There is no 'encoder.onnx'", Assert.ThrowsExactly<FileNotFoundException>(Load).Message);

        Shared.SaveOnnx(folder.Path);
        var path = Path.Combine(folder.Path, OnnxFolder.DecoderFile);
        File.Copy(Path.Combine(Folder.Value.Path, OnnxFolder.DecoderFile), path, overwrite: true);
        Assert.Contains("come from different exports", Assert.ThrowsExactly<InvalidDataException>(Load).Message);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..1000]);
        Assert.Contains("cannot be read as an ONNX model", Assert.ThrowsExactly<InvalidDataException>(Load).Message);

        File.WriteAllBytes(path, new OnnxModels(Shared.Model.Network, ResizeRule.Stretch, halfPrecision: false).Decoder().ToByteArray());
        Assert.Contains("was not exported by this library", Assert.ThrowsExactly<InvalidDataException>(Load).Message);

        void Load() => SegSamTransformer.Load(folder.Path);
    }

    [TestMethod]
    public void A_GPU_that_is_not_there_is_an_error_or_replaced_by_the_processor()
    {
        Assert.Contains("MLContext.GpuDeviceId is 7", Assert.ThrowsExactly<InvalidOperationException>(() =>
            SegSamTransformer.Load(Folder.Value.Path, new MLContext { GpuDeviceId = 7, FallbackToCpu = false })).Message);
        using var model = SegSamTransformer.Load(Folder.Value.Path, new MLContext { GpuDeviceId = 7, FallbackToCpu = true });
        Assert.HasCount(Shared.Categories.Count, model.Categories);
    }

    private static void AssertClose(SegSamPrediction expected, SegSamPrediction found)
    {
        Assert.AreEqual(expected.Category, found.Category);
        Assert.AreEqual(expected.PredictedIoU, found.PredictedIoU, 1e-4f);
        foreach (var (a, b) in expected.ClassScores.Concat(expected.PresenceScores).Zip(found.ClassScores.Concat(found.PresenceScores)))
            Assert.AreEqual(a.Score, b.Score, 1e-4f, a.Category);
        SmallNetwork.AssertClose(tensor(expected.LowResLogits.ToArray()), tensor(found.LowResLogits.ToArray()), 1e-3);
        Assert.HasCount(expected.Candidates.Count, found.Candidates);
        foreach (var (a, b) in expected.Candidates.Zip(found.Candidates))
            AssertClose(a, b);
    }
}
