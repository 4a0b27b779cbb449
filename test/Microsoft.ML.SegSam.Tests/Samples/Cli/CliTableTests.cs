using SegSam.Cli.Tables;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliTableTests : IDisposable
{
    private readonly CliRun _folder = new();

    public CliTableTests()
    {
        TinySources.Block(_folder.At("i.png"), 8, 8, 40, 40);
        TinySources.Block(_folder.At("m.png"), 8, 8, 40, 40, 0);
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(',')]
    [DataRow(';')]
    [DataRow('\t')]
    public void Separator_order_and_case_of_columns_are_free_and_quotes_hold_anything(char separator)
    {
        var table = Read(("category,ImagePath,MaskPath,Points,PointLabels,Description\n"
            + "\"liver, left\",i.png,m.png,1 2 3.5 4,1 0,\"a \"\"big\"\"\none\"\n").Replace(',', separator)
            .Replace($"liver{separator}", "liver,", StringComparison.Ordinal));
        var row = table.Rows.Single();
        Assert.AreEqual("liver, left", row.Category);
        Assert.AreEqual("a \"big\"\none", row.Description);
        Assert.AreEqual("i.png", row.ImageId, "rows of one image belong together without a column for it");
        CollectionAssert.AreEqual((float[])[1, 2, 3.5f, 4], row.Points);
        Assert.IsEmpty(row.Box);
        Assert.IsFalse(table.Has(TableColumns.Box));
    }

    [TestMethod]
    [DataRow("has no column MaskPath and no column Category; found ImagePath, Color", "ImagePath,Color\ni.png,red")]
    [DataRow("line 3: 2 values, but the first line names 3 columns", "ImagePath,MaskPath,Category\ni.png,m.png,a\ni.png,m.png")]
    [DataRow("line 2: MaskPath is 'x.png', but there is no file", "ImagePath,MaskPath,Category\ni.png,x.png,a")]
    [DataRow("line 2: ImagePath is empty", "ImagePath,MaskPath,Category\n,m.png,a")]
    [DataRow("line 2: Category is empty", "ImagePath,MaskPath,Category\ni.png,m.png,")]
    [DataRow("line 2: Box is '1 2 3'; expected 4 numbers", "ImagePath,MaskPath,Category,Box\ni.png,m.png,a,1 2 3")]
    [DataRow("line 2: Box is '1 2 3 x'; expected 4 numbers", "ImagePath,MaskPath,Category,Box\ni.png,m.png,a,1 2 3 x")]
    [DataRow("one of the columns Points and PointLabels", "ImagePath,MaskPath,Category,Points\ni.png,m.png,a,1 2")]
    [DataRow("has no rows", "ImagePath,MaskPath,Category\n")]
    [DataRow("is empty", "")]
    public void A_table_that_makes_no_sense_is_said_with_file_and_line(string complaint, string text)
    {
        File.WriteAllText(_folder.At("t.csv"), text);
        var error = Fails(1, "train", _folder.At("t.csv"), "--out", _folder.At("m.zip"), "--strict");
        StringAssert.Contains(error, "t.csv");
        StringAssert.Contains(error, complaint);
    }

    [TestMethod]
    public void A_column_that_nobody_knows_is_told_and_not_used()
    {
        var notes = new List<string>();
        File.WriteAllText(_folder.At("t.csv"), "ImagePath,MaskPath,Category,Boxes\ni.png,m.png,a,1 2 3 4");
        Assert.HasCount(1, TableReader.Read(_folder.At("t.csv"), null, notes.Add).Rows);
        StringAssert.Contains(notes.Single(), "ignored unknown columns: Boxes. The known columns are ImagePath");
    }

    [TestMethod]
    public void A_split_picks_its_rows()
    {
        File.WriteAllText(_folder.At("t.csv"), "ImagePath,MaskPath,Category,Split\ni.png,m.png,a,train\ni.png,m.png,b,test");
        Assert.AreEqual("b", TableReader.Read(_folder.At("t.csv"), "Test", Assert.Fail).Rows.Single().Category);
        StringAssert.Contains(Fails(1, "train", _folder.At("t.csv"), "--split", "dev"),
            "no row of split 'dev'; its splits are: train, test");
        File.WriteAllText(_folder.At("t.csv"), "ImagePath,MaskPath,Category\ni.png,m.png,a");
        StringAssert.Contains(Fails(1, "train", _folder.At("t.csv"), "--split", "dev"), "has no column Split");
    }

    [TestMethod]
    public void What_is_wrong_inside_a_file_is_said_with_file_and_line()
    {
        const string Header = "ImagePath,MaskPath,Category,Box\n", Good = "i.png,m.png,a,8 8 40 40\n";
        TinySources.Write(_folder.At("small.png"), (_, _) => 255, width: 20);
        TinySources.Write(_folder.At("none.png"), (_, _) => 0);
        File.WriteAllBytes(_folder.At("cut.png"), File.ReadAllBytes(_folder.At("i.png"))[..60]);
        File.WriteAllText(_folder.At("good.csv"), Header + Good);
        foreach (var (row, complaint) in ((string, string)[])
        [
            ("cut.png,m.png,a,8 8 40 40\n", "cut.png"),
            ("i.png,cut.png,a,8 8 40 40\n", "cut.png"),
            ("i.png,small.png,a,8 8 40 40\n",
                $"The mask '{_folder.At("small.png")}' is 20 x 48 pixels (width x height), its image 48 x 48"),
            ("i.png,none.png,a,8 8 40 40\n", $"mask '{_folder.At("none.png")}' is empty"),
            ("i.png,m.png,a,80 80 140 140\n",
                "column Box: found 80 80 140 140; expected x0 y0 x1 y1 with x0 < x1 and y0 < y1 that overlap the image by "
                    + "at least a fifth of the box's area; the image is 48 wide"),
        ])
        {
            File.WriteAllText(_folder.At("t.csv"), Header + Good + row);
            var error = Fails(1, "train", _folder.At("t.csv"), "--out", _folder.At("m.zip"), "--strict");
            StringAssert.Contains(error, "t.csv, line 3: ");
            StringAssert.Contains(error, complaint);
            var ofValidation = Fails(1, "train", _folder.At("good.csv"), "--validation", _folder.At("t.csv"), "--out",
                _folder.At("m.zip"), "--strict");
            StringAssert.Contains(ofValidation, "t.csv, line 3: ");
            StringAssert.Contains(ofValidation, complaint);
        }
    }

    private TrainingTable Read(string text)
    {
        File.WriteAllText(_folder.At("t.csv"), text);
        return TableReader.Read(_folder.At("t.csv"), split: null, note => Assert.Fail(note));
    }
}
