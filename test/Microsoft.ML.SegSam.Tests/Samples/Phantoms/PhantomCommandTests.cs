using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Support;
using Phantoms;

namespace Microsoft.ML.SegSam.Tests.Samples.Phantoms;

[TestClass]
public sealed class PhantomCommandTests
{
    [TestMethod]
    public void It_writes_a_folder_with_texts_and_a_sheet()
    {
        using var folder = new TemporaryFolder();
        var (code, output, _) = Run("--out", folder.Path, "--count", "3", "--seed", "-5", "--size", "64", "--sheet");
        Assert.AreEqual(0, code);
        StringAssert.Contains(output, "3 slices of 64 x 64");
        Assert.HasCount(3, Directory.GetFiles(Path.Combine(folder.Path, "images"), "*.png"));
        Assert.IsTrue(File.Exists(Path.Combine(folder.Path, "sheet.png")));
        var json = File.ReadAllText(Path.Combine(folder.Path, "texts.json"));
        var texts = JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;
        CollectionAssert.AreEquivalent(PhantomGenerator.Categories.ToArray(), texts.ToArray());
    }

    [TestMethod]
    public void It_writes_the_modalities_overlap_and_few_shot_categories_asked_for()
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = Run("--out", folder.Path, "--count", "8", "--size", "64", "--modalities", "all", "--overlap", "0.5",
            "--few-shot", "0", "--sheet");
        Assert.AreEqual(0, code, error);
        CollectionAssert.AreEquivalent(PhantomSettings.AllModalities.ToArray(),
            Directory.GetFiles(Path.Combine(folder.Path, "images"), "*.png").Select(file => Path.GetFileName(file).Split('_')[0])
                .ToArray());
        foreach (var name in PhantomGenerator.FewShotCategories)
            Assert.IsEmpty(Directory.GetFiles(Path.Combine(folder.Path, "masks"), $"*_{name.Replace(' ', '_')}_000.png"));
    }

    [TestMethod]
    public void Help_names_every_option()
    {
        var (code, output, _) = Run("--help");
        Assert.AreEqual(0, code);
        foreach (var option in (string[])["--out", "--count", "--seed", "--size", "--sheet", "--modalities", "--overlap", "--few-shot"])
            StringAssert.Contains(output, option);
    }

    [TestMethod]
    [DataRow("--out FOLDER is missing")]
    [DataRow("'--color' is not an option", "--color")]
    [DataRow("--out needs a value", "--out")]
    [DataRow("--out needs a value", "--out", "--sheet")]
    [DataRow("--count must be a whole number from 1", "--out", "x", "--count", "0")]
    [DataRow("not 'many'", "--out", "x", "--count", "many")]
    [DataRow("from 64 to 1024, not '32'", "--out", "x", "--size", "32")]
    [DataRow("ultrasound,pet,x-ray,fundus,dermoscopy,endoscopy, not 'ct,xray'", "--out", "x", "--modalities", "ct,xray")]
    [DataRow("a number from 0 to 1, not '1.5'", "--out", "x", "--overlap", "1.5")]
    [DataRow("a number from 0 to 1, not 'much'", "--out", "x", "--overlap", "much")]
    [DataRow("a whole number from 0 to 1000000, not '-1'", "--out", "x", "--few-shot", "-1")]
    public void A_wrong_argument_is_said_in_one_line_with_code_2(string complaint, params string[] args)
    {
        var (code, _, error) = Run(args);
        Assert.AreEqual(2, code);
        StringAssert.Contains(error, complaint);
        Assert.HasCount(1, error.TrimEnd().Split('\n'));
        Assert.IsFalse(Directory.Exists("x"));
    }

    [TestMethod]
    public void A_folder_that_cannot_be_written_is_said_in_one_line_with_code_2()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "in the way");
        var (code, _, error) = Run("--out", file, "--count", "1", "--size", "64");
        Assert.AreEqual(2, code);
        StringAssert.Contains(error, "cannot be written");
    }

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (PhantomCommand.Run(args, output, error), output.ToString(), error.ToString());
    }
}
