using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples.Med2D;

[TestClass]
public sealed class Med2DTableTests
{
    [TestMethod]
    [DataRow("evaluate")]
    [DataRow("train")]
    public void A_wrong_table_is_told_with_file_and_line_before_any_work(string command)
    {
        using var run = new Med2DRun();
        run.AddRectangles("first", "train", 20, 16, ("bar", [2, 2, 10, 8]));
        run.AddRectangles("second", "test", 20, 16, ("bar", [2, 2, 10, 8]));
        var (good, second) = (run.Lines[1], run.Lines[2]);
        var path = run.At("table.csv");

        Fails($"{path}, line 1: no column mask and no column category; found source, modality, image, label. Expected the columns source, ",
            "source,modality,image,label", "a,ct,b,c");
        Fails($"{path}, line 1: the file is empty. Expected the columns source, ");
        Fails($"{path}, line 2: the table has no rows. Expected a line for each object.", Med2DRun.Header);
        Fails($"{path}, line 3: 3 values, but the first line names 7 columns.", Med2DRun.Header, good, "a,b,c");
        Fails($"{path}, line 3: category is empty. Expected a value in each of ",
            Med2DRun.Header, good, second.Replace("bar", "", Ordinal));
        Fails($"{path}, line 3: mask is 'gone.png', but there is no file '{run.At("gone.png")}'. Expected a path relative to the table.",
            Med2DRun.Header, good, second.Replace("second-2-0.png", "gone.png", Ordinal));
        Fails($"{path}, line 2: image is 'gone.png'", Med2DRun.Header, good.Replace("first-1.png", "gone.png", Ordinal), second);
        Fails($"{path}: no row is of split '{(command == "train" ? "train" : "test")}'; found 'other'. Name one of these with --split.",
            Med2DRun.Header, good.Replace(",train", ",other", Ordinal));

        // Errors that only opening the files shows, in rows of the split.
        var (line, row) = command == "train" ? (2, good) : (3, second);
        var mask = row.Split(',')[3];
        var (image, small) = (run.Write("text.png", "text"u8.ToArray()), PngEncoder.Of(Med2DRun.Rectangle([1, 1, 3, 3], 16, 20)));
        run.Write("small.png", small);
        Fails($"{path}, line {line}: The mask '{run.At("small.png")}' is 16 x 20 pixels (width x height), its image 20 x 16; "
            + "they must have the same size.", Med2DRun.Header, Changed(good, "small.png"), Changed(second, "small.png"));
        Fails($"{path}, line {line}: '{run.At(image)}'", Med2DRun.Header, Changed(good, image), Changed(second, image));

        string Changed(string text, string file) => text == row ? text.Replace(mask, file, Ordinal) : text;

        void Fails(string expected, params string[] lines)
        {
            File.WriteAllLines(path, lines);
            string[] form = command == "train" ? ["--form", "seg-sam"] : [];
            var error = Med2DRun.Fails(1, [command, "--data", path, "--out", run.At("out"), .. form]);
            Assert.Contains(expected, error);
            Assert.IsFalse(File.Exists(run.At("out", command == "train" ? "run.json" : "report.json")));
        }
    }

    [TestMethod]
    public void A_missing_table_is_told() => Assert.Contains("There is no table 'nowhere.csv'",
        Med2DRun.Fails(1, "evaluate", "--data", "nowhere.csv", "--out", Path.GetTempPath()));

    [TestMethod]
    [DataRow("--minutes is 'x'; expected a number above 0", "--form", "seg-sam", "--minutes", "x")]
    [DataRow("--minutes is '0,5'; expected a number above 0 with a decimal point", "--form", "seg-sam", "--minutes", "0,5")]
    [DataRow("--form is 'sam'; expected one of seg-sam, sam-style, tokens-in-sam, without-text, without-alignment", "--form", "sam")]
    [DataRow("--form sam-style has no texts; remove --texts and --embedder.", "--form", "sam-style", "--texts", "names")]
    [DataRow("--half is for models of the library", "--form", "u-nets", "--half")]
    [DataRow("--encoder is 'ViT'; expected one of tiny, vit-b", "--form", "seg-sam", "--encoder", "ViT")]
    [DataRow("has no source 'lost'; found rectangles", "--form", "seg-sam", "--sources", "lost")]
    [DataRow("leave no row of the split; choose others", "--form", "seg-sam", "--without-source", "rectangles")]
    [DataRow("--input is 100; expected a multiple of 16", "--form", "u-nets", "--input", "100")]
    public void A_wrong_option_is_told(string expected, params string[] options)
    {
        using var run = new Med2DRun();
        run.AddRectangles("rectangles", "train", 20, 16, ("bar", [2, 2, 10, 8]));
        Assert.Contains(expected, Med2DRun.Fails(2, ["train", "--data", run.Table(), "--out", run.At("out"), .. options]));
    }

    [TestMethod]
    public void A_mask_without_a_pixel_is_left_out_and_told()
    {
        using var run = new Med2DRun();
        run.AddRectangles("rectangles", "test", 20, 16, ("bar", [2, 2, 10, 8]), ("none", [0, 0, 0, 0]));
        var (code, _, error) = Med2DRun.Run("evaluate", "--data", run.Table(), "--out", run.At("out"));
        Assert.AreEqual(0, code, error);
        Assert.Contains("Left out (1): masks without a pixel", error);
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;
}
