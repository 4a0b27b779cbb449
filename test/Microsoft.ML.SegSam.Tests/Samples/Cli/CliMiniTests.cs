using Microsoft.ML.SegSam.Prediction;
using SampleKit;
using SegSam.Cli.Commands;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

/// <summary>The model that comes with the program, and models made as small as it.</summary>
[TestClass]
public sealed class CliMiniTests : IDisposable
{
    private readonly CliRun _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Every_command_that_takes_a_model_takes_mini()
    {
        var sample = SampleImages.Of("carotid-ultrasound.png");
        var carotid = sample.Objects.Single();
        var info = Json("info", "mini");
        Assert.AreEqual("model", info.GetProperty("kind").GetString());
        Assert.AreEqual(Path.Combine(AppContext.BaseDirectory, "segsam-mini.zip"), info.GetProperty("file").GetString());

        string[] box = ["--box", FormattableString.Invariant($"{carotid.X0},{carotid.Y0},{carotid.X1},{carotid.Y1}")];
        foreach (var command in (string[][])[["predict", "mini", sample.Path], ["predict", "--model", "mini", sample.Path],
            ["predict", sample.Path, "--model=mini"]])
        {
            var found = Json([.. command, .. box]).GetProperty("objects")[0];
            Assert.AreEqual(carotid.Category, found.GetProperty("category").GetString()!.Replace('_', ' '), string.Join(' ', command));
        }

        Json("auto", "mini", sample.Path, "--points-per-side", "2");
        TinySources.Block(_folder.At("m.png"), 8, 8, 40, 40);
        File.WriteAllText(_folder.At("t.csv"), "ImagePath,MaskPath,Category\nm.png,m.png,nucleus\n");
        Json("evaluate", "mini", _folder.At("t.csv"));
        Done("convert", "mini", "--out", _folder.At("mini.safetensors"));
    }

    [TestMethod]
    public void The_table_of_the_sample_images_is_one_that_predict_reads()
    {
        var images = Json("predict", "mini", Path.Combine(SampleImages.Folder, "objects.csv")).GetProperty("images");
        Assert.AreEqual(SampleImages.All.Count, images.GetArrayLength());
        Assert.AreEqual(SampleImages.All.Sum(image => image.Objects.Count),
            images.EnumerateArray().Sum(image => image.GetProperty("objects").GetArrayLength()));
    }

    [TestMethod]
    [DataRow("predict --model m a.png", "predict m a.png")]
    [DataRow("--json predict a.png --model=m --box 1", "--json predict m a.png --box 1")]
    [DataRow("predict a.png --model", "predict a.png --model")]
    [DataRow("train t.csv --model m", "train t.csv --model m")]
    [DataRow("predict m a.png", "predict m a.png")]
    public void The_option_takes_the_place_of_the_argument(string given, string expected) =>
        Assert.AreEqual(expected, string.Join(' ', ModelOption.AsArgument(given.Split(' '), ["predict", "info"])));

    [TestMethod]
    public void A_missing_model_is_said_with_the_place_where_it_was_expected()
    {
        var missing = Assert.ThrowsExactly<FileNotFoundException>(() => ShippedModel.FindIn(_folder.At()));
        StringAssert.Contains(missing.Message, $"there is no file '{_folder.At("segsam-mini.zip")}'");
        StringAssert.Contains(missing.Message, "give the path of another model");
    }

    [TestMethod]
    public void A_model_becomes_three_ONNX_files_that_predict_alike()
    {
        var (zip, folder) = (_folder.Model(), _folder.At("onnx"));
        Assert.AreEqual(3, Json("convert", zip, "--onnx", "--out", folder, "--license", "CC0").GetProperty("files").GetArrayLength());
        using var whole = SegSamPredictor.Load(zip);
        using var exported = SegSamPredictor.Load(folder);
        var sample = SampleImages.Of("carotid-ultrasound.png");
        using var expected = whole.Encode(sample.Path);
        using var found = exported.Encode(sample.Path);
        var box = SegSamPrompt.Box(20, 20, 90, 80);
        Assert.AreEqual(whole.Predict(expected, box).Category, exported.Predict(found, box).Category);
        Assert.AreEqual(whole.Predict(expected, box).PredictedIoU, exported.Predict(found, box).PredictedIoU, 1e-3f);
        StringAssert.Contains(Fails(1, "convert", zip, "--onnx", "--out", folder), "files of an earlier run");
        StringAssert.Contains(Fails(2, "convert", zip, "--out", _folder.At("a.zip"), "--license", "CC0"), "add --onnx");
    }

    [TestMethod]
    public void Half_of_a_model_has_half_its_size_and_the_same_names()
    {
        var (whole, half) = (_folder.Model(), _folder.At("half.zip"));
        Assert.AreEqual(new FileInfo(half).FullName, Json("convert", whole, "--out", half, "--half").GetProperty("model").GetString());
        Assert.IsLessThan(0.6, new FileInfo(half).Length / (double)new FileInfo(whole).Length);
        var names = ((string[])[whole, half]).Select(path => Json("info", path).GetProperty("categories").GetRawText()).ToList();
        Assert.AreEqual(names[0], names[1]);
        StringAssert.Contains(Fails(1, "convert", whole, "--out", half, "--half"), "exists");
    }

    [TestMethod]
    public void What_cannot_be_halved_is_said()
    {
        var model = _folder.Model();
        StringAssert.Contains(Fails(2, "convert", model, "--out", _folder.At("b.zip")), "add --half to make a model smaller");
        StringAssert.Contains(Fails(2, "convert", model, "--out", _folder.At("b.pth"), "--half"), "expected the name of a .zip");
        var weights = _folder.At("w.safetensors");
        Done("convert", model, "--out", weights);
        StringAssert.Contains(Fails(2, "convert", weights, "--out", _folder.At("b.zip"), "--half"), "is not a model (.zip)");
        StringAssert.Contains(Fails(2, "convert", model, "--out", model, "--half", "--force"), "is an input of this command");
        StringAssert.Contains(Fails(1, "convert", _folder.At(), "--out", _folder.At("b.zip"), "--half"), "is a folder");
    }
}
