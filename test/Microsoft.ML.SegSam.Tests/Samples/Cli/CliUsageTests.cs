using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliUsageTests
{
    [TestMethod]
    [DataRow("Required command was not provided")]
    [DataRow("Unrecognized command or argument 'segment'", "segment")]
    [DataRow("'--out' is required", "convert", "x")]
    [DataRow("'--color'", "train", "x.csv", "--color")]
    [DataRow("MODEL", "predict")]
    [DataRow("--box is '1,2,3'; expected x0,y0,x1,y1 in pixels, such as 10,20,60,80", "predict", "m.zip", "i.png", "--box", "1,2,3")]
    [DataRow("--point is '1,two'; expected x,y", "predict", "m.zip", "i.png", "--point", "1,two")]
    [DataRow("--point is '0:1,2'", "predict", "m.zip", "i.png", "--point", "0:1,2")]
    [DataRow("Say where the object is", "predict", "m.zip", "i.png")]
    [DataRow("There are 2 objects, so a point must say which one it belongs to: --point 2:5,5", "predict", "m.zip", "i.png", "--box",
        "1,1,9,9", "--box", "2,2,9,9", "--point", "5,5")]
    [DataRow("Object 1 has two boxes", "predict", "m.zip", "i.png", "--box", "1:1,1,9,9", "--box", "1:2,2,9,9")]
    [DataRow("the name of a model ends in .zip", "train", "x.csv", "--out", "model.bin")]
    [DataRow("'--encoder'", "train", "x.csv", "--encoder", "huge")]
    [DataRow("'many'", "train", "x.csv", "--epochs", "many")]
    public void A_wrong_command_is_said_with_code_2(string complaint, params string[] args) =>
        StringAssert.Contains(Fails(2, args), complaint);

    [TestMethod]
    public void Help_says_what_everything_is_for()
    {
        var help = Done("--help");
        foreach (var part in (string[])["segsam convert FOLDER", "exit code", "130", "Not a medical device", "--json", "segsam [command]"])
            StringAssert.Contains(help, part);
        Assert.DoesNotContain("ImagePath", help, "The list of commands holds one line of each.");
        foreach (var command in (string[])["convert", "train", "evaluate", "predict", "auto", "info"])
        {
            StringAssert.Contains(help, $"  {command} ");
            StringAssert.Contains(Done(command, "--help"), $"segsam {command} <");
        }

        StringAssert.Contains(Done("train", "--help"), "ImagePath, MaskPath, Category   required");
    }

    [TestMethod]
    public void Shells_are_told_how_a_command_may_go_on()
    {
        var commands = Done("[suggest:7]", "segsam ").Split('\n', StringSplitOptions.TrimEntries);
        CollectionAssert.IsSubsetOf((string[])["auto", "convert", "evaluate", "info", "predict", "train"], commands);
        CollectionAssert.IsSubsetOf((string[])["--encoder", "--encoder-training"],
            Done("[suggest:16]", "segsam train --e").Split('\n', StringSplitOptions.TrimEntries));
        CollectionAssert.IsSubsetOf((string[])["VitB", "Tiny"], Done("[suggest:23]", "segsam train --encoder ").Split('\n',
            StringSplitOptions.TrimEntries));
    }
}
