using Microsoft.ML.SegSam.Imaging;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliCommandTests
{
    private static readonly CliRun Folder = new();
    private static string _table = "", _held = "", _model = "", _image = "", _progress = "";

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        Folder.Phantoms(12);
        (_table, _held, _model, _image) = (Folder.At("objects.csv"), Folder.At("objects.held-out.csv"), Folder.At("models", "model.zip"),
            Folder.At("slices", "images", "ct_00000.png"));
        Done("convert", Folder.At("slices"), "--out", _table, "--descriptions", Folder.At("slices", "texts.json"), "--hold-out", "0.25");
        var (code, _, error) = Segsam("train", _table, "--validation", _held, "--out", _model, "--epochs", "2", "--input-size", "64");
        Assert.AreEqual(0, code, error);
        _progress = error;
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    public void Training_tells_each_epoch_as_a_line_and_leaves_a_model_that_MLNET_loads()
    {
        foreach (var part in (string[])["9 images with", "validation: ", "epoch 1/2: loss ", "epoch 2/2: loss ", "validation Dice ",
            " left"])
            StringAssert.Contains(_progress, part);
        Assert.DoesNotContain("\u001b", _progress, "no colors where there is no terminal");
        var model = new MLContext().Model.Load(_model, out var schema);
        Assert.IsNotNull(schema.GetColumnOrNull("Box"));
        Assert.HasCount(0, Directory.GetFiles(Folder.At("models"), "*.partial"));
        (model as IDisposable)?.Dispose();
    }

    [TestMethod]
    public void Training_for_programs_prints_one_document_with_every_epoch()
    {
        var report = Json("train", _table, "--out", Folder.At("json.zip"), "--epochs", "1", "--input-size", "32", "--prompts", "box",
            "--encoder-training", "adapter");
        Assert.AreEqual(1, report.GetProperty("epochs").GetArrayLength());
        Assert.IsFalse(report.GetProperty("stopped").GetBoolean());
        Assert.IsGreaterThan(0, report.GetProperty("epochs")[0].GetProperty("loss").GetDouble());
        Assert.AreEqual("Bottleneck", Json("info", Folder.At("json.zip")).GetProperty("adapter").GetString());
        StringAssert.Contains(Fails(1, "auto", Folder.At("json.zip"), _image), "trained with boxes only");
    }

    [TestMethod]
    public void A_place_that_cannot_be_written_is_told_before_the_training()
    {
        var error = Fails(1, "train", _table, "--out", Path.Combine(_table, "model.zip")); // the folder is a file
        StringAssert.Contains(error, "model.zip' cannot be written: ");
        Assert.DoesNotContain("epoch 1", error);
    }

    [TestMethod]
    public void Images_that_are_learned_from_and_validated_on_are_told()
    {
        File.WriteAllText(Folder.At("one.csv"), "ImagePath,MaskPath,Category,Split\n"
            + string.Concat(((string[])["train", "test"]).Select(split =>
            $"slices/images/ct_00000.png,slices/masks/ct_00000_liver_000.png,liver,{split}\n")));
        var (code, output, error) = Segsam("train", Folder.At("one.csv"), "--split", "train", "--validation", Folder.At("one.csv"),
            "--validation-split", "test", "--out", Folder.At("one.zip"), "--epochs", "1", "--input-size", "32", "--encoder-training",
            "frozen");
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(error, "1 image is used for both training and validation");
        StringAssert.Contains(output, "1 category, 1 epoch in ");
    }

    [TestMethod]
    public void Predicting_answers_as_the_library_does_and_writes_masks_and_an_overlay()
    {
        var (masks, overlay) = (Folder.At("masks"), Folder.At("pictures", "overlay.png"));
        var report = Json("predict", _model, _image, "--box", "5,15,40,42", "--no-point", "1:50,50", "--point", "2:32,40", "--out", masks,
            "--overlay", overlay);
        using var predictor = SegSamPredictor.Load(_model);
        using var image = predictor.Encode(_image);
        SegSamPrompt[] prompts = [SegSamPrompt.Box(5, 15, 40, 42).AndPoint(50, 50, onObject: false), SegSamPrompt.Point(32, 40)];
        var objects = report.GetProperty("objects").EnumerateArray().ToList();
        Assert.HasCount(2, objects);
        foreach (var (found, prompt) in objects.Zip(prompts))
        {
            var expected = predictor.Predict(image, prompt);
            Assert.AreEqual(expected.Category, found.GetProperty("category").GetString());
            Assert.AreEqual(expected.Mask.ToCocoText(), found.GetProperty("segmentation").GetProperty("counts").GetString());
            var file = ImageFile.ReadMask(found.GetProperty("mask_file").GetString()!, out _);
            Assert.AreEqual(expected.Mask.ToCocoText(), file.ToCocoText());
        }

        using var picture = ImageFile.Read(overlay);
        Assert.IsGreaterThan(2 * 64, picture.Width);
        var table = Done("predict", _model, _image, "--point", "32,40");
        foreach (var part in (string[])["name", "score", "predicted IoU", "area", "box", "point 32,40"])
            StringAssert.Contains(table, part);
    }

    [TestMethod]
    public void Everything_in_an_image_comes_as_table_label_map_overlay_and_COCO()
    {
        var (labels, coco, overlay) = (Folder.At("labels.png"), Folder.At("all.json"), Folder.At("all.png"));
        string[] args = ["auto", _model, _image, "--points-per-side", "4", "--pred-iou-threshold", "0", "--stability-score-threshold", "0"];
        var report = Json([.. args, "--labels", labels, "--coco", coco, "--overlay", overlay]);
        var objects = report.GetProperty("objects").EnumerateArray().ToList();
        Assert.IsNotEmpty(objects);
        var legend = report.GetProperty("labels").EnumerateObject().ToDictionary(each => each.Value.GetInt32(), each => each.Name);
        var numbers = ImageFile.ReadLabels(labels, out _, out _);
        var used = numbers.Where(label => label > 0).Distinct().Select(label => legend[(int)label]).ToList();
        Assert.IsNotEmpty(used);
        CollectionAssert.IsSubsetOf(used, objects.Select(each => each.GetProperty("category").GetString()).ToList());
        using var document = JsonDocument.Parse(File.ReadAllText(coco));
        var annotations = document.RootElement.GetProperty("annotations").EnumerateArray().ToList();
        CollectionAssert.AreEqual(objects.Select(each => each.GetProperty("segmentation").GetProperty("counts").GetString()).ToList(),
            annotations.Select(each => each.GetProperty("segmentation").GetProperty("counts").GetString()).ToList());
        Assert.AreEqual("ct_00000.png", document.RootElement.GetProperty("images")[0].GetProperty("file_name").GetString());
        StringAssert.Contains(Done(args), "stability");
        var (code, _, hint) = Segsam("auto", _model, _image, "--points-per-side", "2", "--pred-iou-threshold", "1");
        Assert.AreEqual(0, code);
        StringAssert.Contains(hint, "No mask passed the thresholds");
    }

    [TestMethod]
    public void Evaluating_prints_tables_writes_CSV_and_asks_the_same_again_from_kept_prompts()
    {
        var (csv, prompts) = (Folder.At("figures.csv"), Folder.At("prompts.json"));
        var table = Done("evaluate", _model, _held, "--csv", csv, "--prompts", prompts, "--pixel-spacing", "0.8,0.7");
        StringAssert.Contains(table, "3 points");
        StringAssert.Contains(table, "HD95 in mm");
        StringAssert.StartsWith(File.ReadAllText(csv), "prompt,scope,name,count");
        var first = Json("evaluate", _model, _held, "--prompts", prompts, "--seed", "7");
        Assert.AreEqual(1, first.GetProperty("seed").GetInt32(), "the file's seed counts");
        Assert.AreEqual(3, first.GetProperty("images").GetInt32());
        Assert.AreEqual(first.GetRawText(), Json("evaluate", _model, _held, "--prompts", prompts).GetRawText());
        StringAssert.Contains(Fails(1, "evaluate", _model, _table, "--prompts", prompts), "there are no prompts for category");
    }

    [TestMethod]
    public void Info_tells_what_a_model_and_weights_are()
    {
        var model = Json("info", _model);
        Assert.AreEqual("Tiny", model.GetProperty("encoder").GetString());
        Assert.AreEqual(64, model.GetProperty("input_size").GetInt32());
        Assert.AreEqual("TextSimilarity", model.GetProperty("training").GetProperty("class_head").GetString());
        Assert.AreEqual(2, model.GetProperty("training").GetProperty("epochs").GetInt32());
        CollectionAssert.AreEqual((string[])["boxes", "points"], model.GetProperty("training").GetProperty("prompts").EnumerateArray()
            .Select(each => each.GetString()).ToArray());
        StringAssert.Contains(Done("info", _model), "liver");

        var weights = Folder.At("sam.safetensors");
        Done("convert", _model, "--out", weights);
        var info = Json("info", weights);
        Assert.AreEqual("SegSam", info.GetProperty("family").GetString());
        Assert.IsLessThan(model.GetProperty("parameters").GetInt64(), info.GetProperty("parameters").GetInt64());
        Assert.IsFalse(info.TryGetProperty("categories", out var _));
        StringAssert.Contains(Done("info", weights), "weights of SegSam");
    }

    [TestMethod]
    public void Weights_go_to_torchs_form_and_back_bit_for_bit()
    {
        string[] files = [Folder.At("a.safetensors"), Folder.At("b.pth"), Folder.At("c.safetensors")];
        SmallNetwork.SaveAsSam(files[0]);
        StringAssert.Contains(Segsam("convert", files[0], "--out", files[1]).Error,
            "cannot say how images are prepared: a reader will assume LongestSide");
        Done("convert", files[1], "--out", files[2], "--checkpoint-family", "segsam");
        CollectionAssert.AreEqual(Digest(files[0]), Digest(files[2]));
        StringAssert.Contains(Segsam("predict", files[0], _image, "--point", "9,9").Error, "Published weights have no category names");
        var (direct, converted) = (Json("predict", files[0], _image, "--box", "5,15,40,42"),
            Json("predict", files[1], _image, "--box", "5,15,40,42", "--checkpoint-family", "samMed2d"));
        Assert.AreEqual("object", direct.GetProperty("objects")[0].GetProperty("category").GetString());
        Assert.AreEqual(64, converted.GetProperty("height").GetInt32());
    }

    [TestMethod]
    public void A_model_that_no_SAM_began_has_no_form_for_SAMs_code()
    {
        var (code, _, error) = Segsam("convert", _model, "--out", Folder.At("own.pth"));
        Assert.AreEqual(2, code, error);
        StringAssert.Contains(error, "'own.pth' is a .pth, for SAM's code, but this model was not trained from a SAM's weights");
    }

    [TestMethod]
    public void Bad_files_end_with_code_1_and_their_name()
    {
        string Bad(string name, byte[] content)
        {
            File.WriteAllBytes(Folder.At(name), content);
            return Folder.At(name);
        }

        var cut = Bad("cut.png", File.ReadAllBytes(_image)[..^200]);
        var noise = Bad("noise.zip", [1, 2, 3]);
        foreach (var (args, complaint) in ((string[], string)[])
        [
            (["predict", _model, cut, "--point", "1,1"], $"'{cut}': The PNG image is truncated"),
            (["auto", _model, Bad("text.png", [65, 66])], "text.png': The 2 bytes are not a supported image file"),
            (["predict", _model, "nowhere.png", "--point", "1,1"], "There is no image 'nowhere.png'"),
            (["predict", noise, _image, "--point", "1,1"], $"'{noise}' is not readable as a model"),
            (["info", noise], $"'{noise}' is not readable as a model"),
            (["info", Bad("cut.zip", File.ReadAllBytes(_model)[..^5000])], "cut.zip' is not readable as a model"),
            (["info", Bad("noise.pth", [1, 2, 3])], "noise.pth"),
            (["info", "nowhere.pth"], "There is no file 'nowhere.pth'"),
            (["evaluate", "nowhere.zip", _held], "There is no file 'nowhere.zip'"),
            (["train", "nowhere.csv"], "There is no table 'nowhere.csv'"),
            (["train", _table, "--checkpoint", "nowhere.pth"], "There is no file 'nowhere.pth'"),
            (["train", _table, "--out", Folder.At("slices") + ".zip/x/model.zip", "--checkpoint", noise], "noise.zip"),
        ])
            StringAssert.Contains(Fails(1, args), complaint);
    }

    [TestMethod]
    public void A_GPU_that_is_not_there_is_said()
    {
        if (TorchSharp.torch.cuda.is_available())
            Assert.Inconclusive("Skipped: this machine has a GPU.");
        foreach (var args in (string[][])[["predict", _model, _image, "--point", "9,9"], ["train", _table, "--out", Folder.At("gpu.zip")]])
            StringAssert.Contains(Fails(1, [.. args, "--gpu", "0"]), "CUDA");
    }

    [TestMethod]
    public void A_prompt_outside_the_image_is_said_with_its_object()
    {
        var error = Fails(2, "predict", _model, _image, "--box", "1,1,9,9", "--box", "70,70,90,90");
        StringAssert.Contains(error, "Object 2 (box 70,70,90,90)");
        StringAssert.Contains(error, "64");
        StringAssert.Contains(Fails(2, "predict", _model, _image, "--point", "30,-4"), "Object 1 (point 30,-4)");
    }

    [TestMethod]
    public void The_librarys_settings_are_called_by_the_options_that_set_them()
    {
        StringAssert.Contains(Fails(2, "train", _table, "--out", Folder.At("x.zip"), "--input-size", "100"),
            "--input-size is '100'; it must be a multiple of 16");
        StringAssert.Contains(Fails(2, "auto", _model, _image, "--points-per-side", "0"),
            "--points-per-side is '0'; it must be from 1 to 1024");
        StringAssert.Contains(Fails(2, "train", _table, "--out", Folder.At("x.zip"), "--patience", "2"),
            "name their table with --validation");
    }

    [TestMethod]
    public void What_is_stopped_before_anything_is_there_says_so_with_code_130()
    {
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        foreach (var args in (string[][])[["train", _table, "--out", Folder.At("never.zip")], ["auto", _model, _image],
            ["evaluate", _model, _held], ["predict", _model, _image, "--point", "9,9"]])
        {
            var (code, output, error) = Segsam(stopped.Token, args);
            Assert.AreEqual(130, code, error);
            Assert.AreEqual("", output);
            StringAssert.Contains(error, "Stopped; there is no result.");
        }

        Assert.IsFalse(File.Exists(Folder.At("never.zip")));
    }

    private static List<string> Digest(string weights)
    {
        using var file = CheckpointFile.Open(weights);
        return [.. file.Tensors.Select(tensor =>
        {
            using var value = tensor.Read();
            return $"{tensor.Name} [{string.Join(',', tensor.Shape)}] {Convert.ToHexString(SHA256.HashData(value.bytes))}";
        }).Order()];
    }
}
