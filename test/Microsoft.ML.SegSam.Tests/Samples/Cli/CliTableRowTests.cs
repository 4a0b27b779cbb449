using System.Text;
using SegSam.Cli.Tables;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliTableRowTests : IDisposable
{
    private readonly CliRun _folder = new();

    public CliTableRowTests()
    {
        foreach (var (name, at) in ((string, int)[])[("a.png", 4), ("b.png", 9)])
            TinySources.Block(_folder.At("images", name), at, at, 40, 40);
        File.Copy(_folder.At("images", "a.png"), _folder.At("images", "copy.png"));
        TinySources.Block(_folder.At("masks", "m.png"), 8, 8, 40, 40, 0);
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("ImageId of two pictures, as where numbering begins again for each patient", "images/b.png", true)]
    [DataRow("A copy is the same picture", "images/copy.png", false)]
    [DataRow("A path written in another way is the same picture", "images/../images/a.png", false)]
    public void One_ImageId_may_name_one_picture_alone(string why, string second, bool isWrong)
    {
        File.WriteAllText(_folder.At("t.csv"),
            "ImagePath,MaskPath,Category,ImageId\nimages/a.png,masks/m.png,liver,1\n"
                + $"images/a.png,masks/m.png,cyst,1\n{second},masks/m.png,liver,1\n");
        if (!isWrong)
        {
            Assert.AreEqual(1, TableReader.Read(_folder.At("t.csv"), null, Assert.Fail).Images, why);
            return;
        }

        foreach (var args in (string[][])[["train", _folder.At("t.csv"), "--out", _folder.At("m.zip")],
            ["evaluate", _folder.Model(), _folder.At("t.csv")], ["convert", _folder.At("t.csv"), "--out", _folder.At("t.json")]])
        {
            var error = Fails(1, args);
            StringAssert.Contains(error,
                "t.csv, lines 2 and 4: the ImageId '1' names two different images, "
                    + $"'{_folder.At("images", "a.png")}' and '{_folder.At("images", "b.png")}'", why);
            StringAssert.Contains(error, "give each image its own ImageId, or remove the column");
        }
    }

    [TestMethod]
    public void Without_ImageId_a_picture_is_one_image_however_its_path_is_written()
    {
        File.WriteAllText(_folder.At("t.csv"),
            "ImagePath,MaskPath,Category\nimages/a.png,masks/m.png,liver\n./images/a.png,masks/m.png,cyst\n"
                + "images\\a.png,masks\\m.png,vein\n");
        var table = TableReader.Read(_folder.At("t.csv"), null, Assert.Fail);
        Assert.AreEqual(1, table.Images);
        Assert.AreEqual("images/a.png", table.Rows[2].ImageId);
        Assert.AreEqual(_folder.At("images", "a.png"), table.Rows[2].ImagePath);
    }

    [TestMethod]
    public void A_file_that_is_really_called_with_a_backslash_wins()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Skipped: no file of Windows can be called so.");
        TinySources.Block(_folder.At("images\\a.png"), 1, 1, 9, 9);
        File.WriteAllText(_folder.At("t.csv"), "ImagePath,MaskPath,Category\nimages\\a.png,masks/m.png,liver\n");
        Assert.AreEqual(_folder.At("images\\a.png"), TableReader.Read(_folder.At("t.csv"), null, Assert.Fail).Rows[0].ImagePath);
    }

    [TestMethod]
    public void Names_are_one_however_their_accents_and_the_blanks_around_them_are_stored()
    {
        var decomposed = "größe".Normalize(NormalizationForm.FormD);
        TinySources.Block(_folder.At("images", decomposed + ".png"), 1, 1, 9, 9);
        File.WriteAllText(_folder.At("t.csv"),
            $"ImagePath,MaskPath,Category\nimages/größe.png,masks/m.png,größe\nimages/a.png,masks/m.png,\u00a0{decomposed}\u2003\n");
        var rows = TableReader.Read(_folder.At("t.csv"), null, Assert.Fail).Rows;
        Assert.AreEqual("größe", rows[0].Category);
        Assert.AreEqual("größe", rows[1].Category);
    }

    [TestMethod]
    [DataRow("8 9 30 31.5", true)]
    [DataRow("8,9,30,31.5", true)]
    [DataRow("8, 9, 30, 31.5", true)]
    [DataRow("8;9;30;31.5", true)]
    [DataRow("8,5 9,5", false)] // two numbers with decimal commas, not four
    [DataRow("8,5;9,5", false)]
    [DataRow("8 9 30 NaN", false)]
    [DataRow("8 9 30 Infinity", false)]
    public void Numbers_that_could_be_read_in_two_ways_are_refused(string box, bool isRight)
    {
        File.WriteAllText(_folder.At("t.csv"), $"ImagePath,MaskPath,Category,Box\nimages/a.png,masks/m.png,a,\"{box}\"\n");
        foreach (var language in (string[])["en-US", "de-DE"])
        {
            using var _ = new Language(language);
            if (isRight)
                CollectionAssert.AreEqual((float[])[8, 9, 30, 31.5f], TableReader.Read(_folder.At("t.csv"), null, Assert.Fail).Rows[0].Box);
            else
            {
                StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
                    TableReader.Read(_folder.At("t.csv"), null, Assert.Fail)).Message,
                    $"line 2: Box is '{box}'; expected 4 numbers x0 y0 x1 y1");
            }
        }
    }

    [TestMethod]
    public void Bad_rows_are_left_out_counted_by_reason_and_told_before_and_after()
    {
        TinySources.Write(_folder.At("masks", "none.png"), (_, _) => 0);
        TinySources.Write(_folder.At("masks", "small.png"), (_, _) => 255, width: 20);
        File.WriteAllText(_folder.At("images", "cut.png"), "no picture");
        File.WriteAllText(_folder.At("t.csv"),
            "ImagePath,MaskPath,Category,Box\nimages/a.png,masks/m.png,liver,8 8 40 40\nimages/a.png,masks/gone.png,liver,\n"
                + "images/a.png,masks/none.png,liver,\nimages/cut.png,masks/m.png,liver,\nimages/cut.png,masks/m.png,cyst,\n"
            + "images/b.png,masks/m.png,cyst,80 80 90 90\nimages/b.png,masks/small.png,cyst,\nimages/b.png,masks/m.png,cyst,1 2\n"
            + "images/b.png,masks/m.png\nimages/b.png,masks/m.png,cyst,\n");
        string[] train = ["train", _folder.At("t.csv"), "--out", _folder.At("m.zip"), "--epochs", "1", "--input-size", "32",
            "--encoder-training", "frozen", "--prompts", "box"];
        var (code, output, error) = Segsam([.. train, "--json"]);
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(error, "2 images with 2 objects of 2 categories");
        StringAssert.Contains(output, "\"rows_left_out\":8");
        foreach (var part in (string[])
        [
            "Left out (1): a missing file in MaskPath; the first: ", "line 3: MaskPath is 'masks/gone.png'", "none.png' is empty",
            "Left out (2): an unreadable image; the first: ", "line 5: ", "line 7: column Box: ", "line 9: Box is '1 2'",
                "line 10: 2 values, but the first line names 4 columns",
        ])
            Assert.HasCount(1 + 2, error.Split(part), $"{part} is reported before and after the training:\n{error}");
        StringAssert.Contains(Fails(1, [.. train, "--strict", "--force"]), "line 10: 2 values, but");
        (code, _, error) = Segsam("evaluate", _folder.At("m.zip"), _folder.At("t.csv"));
        Assert.AreEqual(0, code, error);
        Assert.HasCount(1 + 2, error.Split("Left out (2): an unreadable image"));
        StringAssert.Contains(Fails(1, "evaluate", _folder.At("m.zip"), _folder.At("t.csv"), "--strict"), "line 10: 2 values, but");
    }

    [TestMethod]
    public void A_table_of_which_no_row_is_left_is_an_error_with_the_reasons()
    {
        TinySources.Write(_folder.At("masks", "none.png"), (_, _) => 0);
        File.WriteAllText(_folder.At("t.csv"),
            "ImagePath,MaskPath,Category\nimages/a.png,masks/none.png,liver\nimages/a.png,masks/gone.png,liver\n");
        var error = Fails(1, "train", _folder.At("t.csv"), "--out", _folder.At("m.zip"));
        StringAssert.Contains(error, "t.csv' contains nothing that can be used.");
        StringAssert.Contains(error, "gone.png");
        StringAssert.Contains(error, "none.png' is empty");
    }

    [TestMethod]
    public void Categories_that_look_like_one_are_told_in_training_and_measuring()
    {
        File.WriteAllText(_folder.At("t.csv"),
            "ImagePath,MaskPath,Category\nimages/a.png,masks/m.png,Left kidney\nimages/b.png,masks/m.png,left-kidney\n"
                + "images/b.png,masks/m.png,liver\n");
        string[] train = ["train", _folder.At("t.csv"), "--out", _folder.At("m.zip"), "--epochs", "1", "--input-size", "32",
            "--encoder-training", "frozen", "--prompts", "box"];
        StringAssert.Contains(Segsam(train).Error,
            "differ only in case, spaces or punctuation, and count as different categories: 'Left kidney', 'left-kidney'.");
        File.WriteAllText(_folder.At("t.csv"), "ImagePath,MaskPath,Category\nimages/a.png,masks/m.png,LIVER\n");
        StringAssert.Contains(Segsam("evaluate", _folder.At("m.zip"), _folder.At("t.csv")).Error, "'LIVER', 'liver'");
    }
}
