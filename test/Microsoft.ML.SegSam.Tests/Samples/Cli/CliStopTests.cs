using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliStopTests
{
    [TestMethod]
    public void Ctrl_C_in_the_middle_of_training_keeps_a_model_that_answers()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Skipped: Windows has no signal that one program can send another as Ctrl-C.");
        using var folder = new CliRun();
        folder.Phantoms(6);
        var (table, model, state) = (folder.At("objects.csv"), folder.At("model.zip"), folder.At("run.state"));
        Done("convert", folder.At("slices"), "--out", table);
        var (code, output, error) = ChildProcess.InterruptDotnet("epoch 1/5000", ChildProcess.SegSamCli, "train", table, "--out", model,
            "--epochs", "5000", "--input-size", "32", "--state-file", state, "--json");
        Assert.AreEqual(130, code, error);
        StringAssert.Contains(error, $"of 5,000 epochs; {model} holds the best weights so far. The same command continues from {state}.");
        StringAssert.Contains(output, "\"stopped\":true");
        Assert.IsNotEmpty(Json("predict", model, folder.At("slices", "images", "ct_00000.png"), "--point", "30,30").GetProperty("objects")
            .EnumerateArray().ToList());
        Assert.IsTrue(File.Exists(state));
    }
}
