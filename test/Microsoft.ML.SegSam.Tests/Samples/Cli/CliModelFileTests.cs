using Microsoft.ML.SegSam.Tests.Checkpoints;
using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliModelFileTests : IDisposable
{
    private readonly CliRun _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Weights_and_models_are_recognized_by_their_content_whatever_they_are_called()
    {
        var (model, image) = (_folder.Model(), _folder.At("i.png"));
        TinySources.Block(image, 8, 8, 40, 40);
        Done("convert", model, "--out", _folder.At("w.safetensors"));
        SmallNetwork.SaveAsSam(_folder.At("w.pth"));
        foreach (var (source, kind) in ((string, string)[])[("w.safetensors", "weights"), ("w.pth", "weights"), ("model.zip", "model")])
        {
            foreach (var name in (string[])["x.ckpt", "x.bin", "x.pt", "x", "x.zip", "x.pth", "x.safetensors", "x.onnx"])
            {
                File.Copy(_folder.At(source), _folder.At(name), overwrite: true);
                Assert.AreEqual(kind, Json("info", _folder.At(name)).GetProperty("kind").GetString(), $"{source} as {name}");
            }

            File.Copy(_folder.At(source), _folder.At("last.ckpt"), overwrite: true);
            var category = Json("predict", _folder.At("last.ckpt"), image, "--point", "20,20", "--checkpoint-family",
                "SegSam").GetProperty("objects")[0].GetProperty("category").GetString();
            Assert.AreEqual(kind == "weights", category == "object");
            Done("convert", _folder.At("last.ckpt"), "--out", _folder.At("back.safetensors"), "--checkpoint-family", "SegSam", "--force");
        }

        TinySources.Block(_folder.At("m.png"), 8, 8, 40, 40, 0);
        File.WriteAllText(_folder.At("t.csv"), "ImagePath,MaskPath,Category\ni.png,m.png,a\n");
        File.Copy(_folder.At("w.pth"), _folder.At("lightning.ckpt"));
        Done("train", _folder.At("t.csv"), "--checkpoint", _folder.At("lightning.ckpt"), "--epochs", "1", "--encoder-training", "frozen",
            "--prompts", "box", "--out", _folder.At("trained.zip"));
    }

    [TestMethod]
    public void What_is_neither_is_said()
    {
        File.WriteAllText(_folder.At("page.ckpt"), "<html>not found</html>");
        StringAssert.Contains(Fails(1, "info", _folder.At("page.ckpt")), "page.ckpt");
        StringAssert.Contains(Fails(1, "info", _folder.At("page.ckpt")), "expected: a checkpoint written by torch.save");
        StringAssert.Contains(Fails(1, "info", "model.onnx"), "There is no file 'model.onnx'. Give a model (.zip) or published weights");
        StringAssert.Contains(Fails(1, "info", _folder.At()), "There is no DICOM image in");
    }

    [TestMethod]
    public void Weights_of_a_single_mask_token_are_said_in_words_of_the_file()
    {
        var weights = PublishedFile.Weights(PublishedFile.Sam);
        weights["mask_decoder.mask_tokens.weight"] = ones(1, 32);
        PublishedFile.Write(_folder.At("tokens1.safetensors"), weights);
        var error = Fails(1, "info", _folder.At("tokens1.safetensors"));
        StringAssert.Contains(error, "The weights have 1 mask token (mask_decoder.mask_tokens.weight). SAM has 4");
        Assert.DoesNotContain("MultimaskOutputs", error);
    }
}
