using SegSam.Cli;
using SegSam.Cli.Output;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliOutputTests : IDisposable
{
    private readonly CliRun _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void What_an_earlier_run_wrote_stays_without_force()
    {
        var (model, image, table) = (_folder.Model(), _folder.At("i.png"), _folder.At("t.csv"));
        TinySources.Block(image, 8, 8, 40, 40);
        TinySources.Block(_folder.At("m.png"), 8, 8, 40, 40, 0);
        File.WriteAllText(table, "ImagePath,MaskPath,Category,Box\ni.png,m.png,a,8 8 40 40\n");
        foreach (var (option, name, args) in ((string, string, string[])[])
        [
            ("--overlay", "o.png", ["predict", model, image, "--point", "9,9"]),
            ("--table", "r.csv", ["predict", model, image, "--point", "9,9"]),
            ("--overlay", "p.png", ["auto", model, image, "--points-per-side", "1"]),
            ("--labels", "l.png", ["auto", model, image, "--points-per-side", "1"]),
            ("--coco", "c.json", ["auto", model, image, "--points-per-side", "1"]),
            ("--csv", "e.csv", ["evaluate", model, table]),
            ("--out", "n.json", ["convert", table]),
            ("--out", "w.safetensors", ["convert", model]),
            ("--out", "m.zip", ["train", table, "--epochs", "1", "--input-size", "32", "--prompts", "box", "--encoder-training", "frozen"]),
        ])
        {
            var file = _folder.At(name);
            File.WriteAllText(file, "precious");
            StringAssert.Contains(Fails(1, [.. args, option, file]), $"'{file}' exists; use --force to overwrite it, or another name.");
            Assert.AreEqual("precious", File.ReadAllText(file));
            Done([.. args, option, file, "--force"]);
            Assert.AreNotEqual("precious", File.ReadAllText(file), name);
            Assert.IsEmpty(Directory.GetFiles(_folder.At(), "*.partial"));
        }
    }

    [TestMethod]
    public void Folders_of_masks_of_an_earlier_run_stay_without_force()
    {
        var (model, image, masks) = (_folder.Model(), _folder.At("i.png"), _folder.At("masks"));
        TinySources.Block(image, 8, 8, 40, 40);
        Done("predict", model, image, "--point", "9,9", "--out", masks);
        var file = Directory.GetFiles(masks).Single();
        File.WriteAllText(file, "precious");
        StringAssert.Contains(Fails(1, "predict", model, image, "--point", "20,20", "--out", masks), $"'{file}' exists; use --force");
        StringAssert.Contains(Fails(1, "auto", model, image, "--out", masks), $"'{file}' exists; use --force");
        Assert.AreEqual("precious", File.ReadAllText(file));
        Done("predict", model, image, "--point", "9,9", "--out", masks, "--force");
        Assert.AreNotEqual("precious", File.ReadAllText(file));
        TinySources.Block(_folder.At("j.png"), 8, 8, 40, 40);
        Done("predict", model, _folder.At("j.png"), "--point", "9,9", "--out", masks); // another image's masks meet none
        Assert.HasCount(2, Directory.GetFiles(masks));
    }

    [TestMethod]
    public void Converting_keeps_the_table_what_is_held_out_and_the_masks_of_an_earlier_run()
    {
        _folder.Phantoms(6);
        string[] args = ["convert", _folder.At("slices"), "--out", _folder.At("a.csv"), "--hold-out", "0.3"];
        Done(args);
        StringAssert.Contains(Fails(1, args), "a.csv' exists; use --force");
        File.Delete(_folder.At("a.csv"));
        StringAssert.Contains(Fails(1, args), "a.held-out.csv' exists; use --force");
        Done([.. args, "--force"]);
        Done("convert", _folder.At("a.csv"), "--out", _folder.At("a.json"));
        Directory.CreateDirectory(_folder.At("b-masks"));
        Done("convert", _folder.At("a.json"), "--out", _folder.At("b.csv"));
        File.Delete(_folder.At("b.csv"));
        StringAssert.Contains(Fails(1, "convert", _folder.At("a.json"), "--out", _folder.At("b.csv")),
            "b-masks' contains files of an earlier run; use --force");
        Assert.IsFalse(File.Exists(_folder.At("b.csv")));
    }

    [TestMethod]
    public void A_run_that_goes_on_from_its_state_may_write_its_model_again()
    {
        TinySources.Block(_folder.At("i.png"), 8, 8, 40, 40);
        TinySources.Block(_folder.At("m.png"), 8, 8, 40, 40, 0);
        File.WriteAllText(_folder.At("t.csv"), "ImagePath,MaskPath,Category\ni.png,m.png,a\n");
        string[] args = ["train", _folder.At("t.csv"), "--out", _folder.At("m.zip"), "--input-size", "32", "--prompts", "box",
            "--encoder-training", "frozen", "--state-file", _folder.At("state")];
        Done([.. args, "--epochs", "1"]);
        Assert.IsTrue(File.Exists(_folder.At("state")));
        Done([.. args, "--epochs", "1"]);
        File.Delete(_folder.At("state"));
        StringAssert.Contains(Fails(1, [.. args, "--epochs", "1"]), "m.zip' exists; use --force");
    }

    [TestMethod]
    public void Two_results_of_one_name_are_refused()
    {
        var (model, image) = (_folder.Model(), _folder.At("i.png"));
        TinySources.Block(image, 8, 8, 40, 40);
        StringAssert.Contains(Fails(2, "auto", model, image, "--overlay", _folder.At("x.png"), "--labels", _folder.At("y", "..", "X.png"),
            "--force"), "Two results would be written to");
        var outputs = new Outputs(mayOverwrite: true);
        outputs.Reserve("a/b.png");
        Assert.ThrowsExactly<UsageException>(() => outputs.Reserve("a/./B.PNG"));
    }
}
