using Microsoft.ML.SegSam.Imaging;
using System.Text.Json;
using Microsoft.ML.SegSam.Prediction;
using nietras.SeparatedValues;
using SegSam.Cli;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliManyImagesTests : IDisposable
{
    private readonly CliRun _folder = new();
    private readonly string _model;

    public CliManyImagesTests()
    {
        _model = _folder.Model();
        foreach (var (name, at) in ((string, int)[])[("p1/s.png", 4), ("p2/s.png", 12), ("p2/t.png", 20), (".hidden/a.png", 4),
            ("__MACOSX/b.png", 4), ("p1/._s.png", 4)])
            TinySources.Block(_folder.At(["scans", .. name.Split('/')]), at, at, at + 16, at + 16);
        File.WriteAllText(_folder.At("scans", "p1", "notes.txt"), "none");
        File.WriteAllText(_folder.At("scans", "p2", "scan.dcm"), "none");
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_folder_gives_a_line_a_mask_and_an_overlay_for_each_object_and_no_two_files_meet()
    {
        var (masks, overlays, table) = (_folder.At("masks"), _folder.At("overlays"), _folder.At("results.csv"));
        var (code, output, error) = Segsam("predict", _model, _folder.At("scans"), "--point", "1:10,10", "--box", "2:9,9,30,30", "--out",
            masks, "--overlay", overlays, "--table", table);
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(error, "left out 2 files that are not .png, .jpg, .jpeg, .bmp, .gif, .webp: 1 x .txt, 1 x .dcm.");
        StringAssert.Contains(error, "The same 2 prompts are used for each of 3 images");
        StringAssert.Contains(error, "3 images with 6 objects.");
        Assert.HasCount(1 + 6, output.Split('\n', StringSplitOptions.RemoveEmptyEntries), "A header, and a line for each object.");
        var files = Directory.GetFiles(masks, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(masks, file).Replace('\\', '/')).Order(StringComparer.Ordinal).ToArray();
        Assert.HasCount(6, files);
        StringAssert.StartsWith(files[0], "p1/s-1-");
        StringAssert.StartsWith(files[5], "p2/t-2-");
        CollectionAssert.AreEqual((string[])["p1/s.png", "p2/s.png", "p2/t.png"],
            Directory.GetFiles(overlays, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(overlays, file).Replace('\\', '/')).Order(StringComparer.Ordinal).ToArray());
        var rows = Rows(table);
        Assert.HasCount(6, rows);
        using var predictor = SegSamPredictor.Load(_model);
        foreach (var row in rows)
        {
            using var image = predictor.Encode(_folder.At(row["ImagePath"]));
            var expected = predictor.Predict(image, row["Object"] == "1" ? SegSamPrompt.Point(10, 10) : SegSamPrompt.Box(9, 9, 30, 30));
            Assert.AreEqual((expected.Category, $"{expected.Mask.Area}", "2"), (row["Category"], row["Area"], row["Objects"]));
            Assert.AreEqual(row["Object"] == "1" ? "point 10,10" : "box 9,9,30,30", row["Prompt"]);
            Assert.AreEqual(expected.Mask.Box is { } box ? $"{box.X0} {box.Y0} {box.X1} {box.Y1}" : "", row["Box"]);
            Assert.AreEqual(expected.Mask.ToCocoText(), ImageFile.ReadMask(_folder.At(row["MaskPath"]), out _).ToCocoText());
        }
    }

    [TestMethod]
    [DataRow("scans/*/s.png", "p1/s p2/s")]
    [DataRow("scans/p2/?.png", "s t")]
    [DataRow("scans/**/t*", "p2/t")]
    [DataRow("scans/**", "p1/s p2/s p2/t")]
    public void Patterns_name_pictures(string pattern, string expected)
    {
        Done("predict", _model, _folder.At(pattern), "--point", "10,10", "--overlay", _folder.At("found"));
        CollectionAssert.AreEqual(expected.Split(' '), Directory.GetFiles(_folder.At("found"), "*", SearchOption.AllDirectories)
            .Select(file => Path.ChangeExtension(Path.GetRelativePath(_folder.At("found"), file), null).Replace('\\', '/'))
                .Order(StringComparer.Ordinal).ToArray());
    }

    [TestMethod]
    public void Results_of_equal_names_from_different_places_get_names_of_their_own()
    {
        TinySources.Block(_folder.At("scans", "p1", "S.bmp"), 9, 9, 20, 20);
        Done("predict", _model, _folder.At("scans", "p1", "s.png"), _folder.At("scans", "p2", "s.png"),
            _folder.At("scans", "p1", "S.bmp"), "--point", "10,10", "--overlay", _folder.At("found"));
        CollectionAssert.AreEqual((string[])["S-3.png", "s-2.png", "s.png"], Directory.GetFiles(_folder.At("found"))
            .Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray());
    }

    [TestMethod]
    public void A_table_gives_each_image_prompts_of_its_own_and_rows_that_make_no_sense_are_counted()
    {
        File.WriteAllText(_folder.At("boxes.csv"),
            "ImagePath,Box,Points,PointLabels\nscans\\p1\\s.png,4 4 20 20,,\nscans/p2/s.png,,20 20 5 5,1 0\nscans/p1/s.png,,10 10,1\n"
                + "scans/none.png,1 1 9 9,,\nscans/p2/t.png,,,\n");
        var (code, output, error) = Segsam("predict", _model, _folder.At("boxes.csv"), "--json");
        Assert.AreEqual(1, code, "Not all was well.");
        StringAssert.Contains(error, "line 5: ImagePath is 'scans/none.png', but there is no file");
        StringAssert.Contains(error, "line 6: there is neither a Box nor a point");
        var document = JsonDocument.Parse(output).RootElement;
        CollectionAssert.AreEqual((string[])["s.png: box 4,4,20,20; point 10,10", "s.png: point 20,20 no-point 5,5"],
            document.GetProperty("images").EnumerateArray().Select(image =>
                $"{Path.GetFileName(image.GetProperty("image").GetString())}: "
                + string.Join("; ", image.GetProperty("objects").EnumerateArray().Select(each => each.GetProperty("prompt").GetString())))
                .ToArray());
        Assert.AreEqual(2, document.GetProperty("rows_left_out").GetInt32());
        StringAssert.Contains(Fails(1, "predict", _model, _folder.At("boxes.csv"), "--strict"), "line 5: ImagePath is");
        StringAssert.Contains(Fails(2, "predict", _model, _folder.At("boxes.csv"), "--point", "1,1"),
            "The prompts come from the rows of the table");
        StringAssert.Contains(Fails(2, "predict", _model, _folder.At("scans")), "Say where the object is");
    }

    [TestMethod]
    public void A_run_goes_on_with_what_it_was_asked_alone()
    {
        var table = _folder.At("r.csv");
        string[] args = ["predict", _model, _folder.At("scans"), "--table", table, "--out", _folder.At("found")];
        Done([.. args, "--point", "10,10"]);
        var (masks, text) = (Masks(), File.ReadAllText(table));
        StringAssert.Contains(Fails(2, [.. args, "--point", "20,20", "--resume"]),
            "is from a run with other options; --resume continues only the same command.");
        StringAssert.Contains(Fails(2, ["predict", _model, _folder.At("scans", "p2"), "--table", table, "--out", _folder.At("found"),
            "--point", "10,10", "--resume"]), "with other images or prompts;");
        StringAssert.Contains(Fails(2, ["predict", _model, _folder.At("scans"), "--table", table, "--out", _folder.At("elsewhere"),
            "--point", "10,10", "--resume"]), "with other result paths;");
        StringAssert.Contains(Fails(2, ["auto", _model, _folder.At("scans"), "--table", table, "--out", _folder.At("found"), "--resume"]),
            "with other command");
        Assert.AreEqual(text, File.ReadAllText(table));
        CollectionAssert.AreEqual(masks, Masks());
        File.Delete(table);
        StringAssert.Contains(Fails(1, [.. args, "--point", "10,10", "--resume"]), "exists; use --force",
            "Without a table there is nothing to resume, and nothing may be written over.");

        string[] Masks() => [.. Directory.GetFiles(_folder.At("found"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => file + Convert.ToHexString(File.ReadAllBytes(file)))];
    }

    [TestMethod]
    public void What_a_command_reads_is_not_written_even_by_force()
    {
        var image = _folder.At("scans", "p1", "s.png");
        File.WriteAllText(_folder.At("boxes.csv"), "ImagePath,Box\nscans/p1/s.png,4 4 20 20\n");
        var before = File.ReadAllBytes(image);
        foreach (var args in (string[][])
        [
            [image, "--point", "10,10", "--overlay", image], [_folder.At("scans"), "--point", "10,10", "--overlay", _folder.At("scans")],
            [image, "--point", "10,10", "--overlay", _model], [_folder.At("boxes.csv"), "--table", _folder.At("boxes.csv")],
        ])
            StringAssert.Contains(Fails(2, ["predict", _model, .. args, "--force"]),
                "is an input of this command, so it cannot be written; name another file.");
        StringAssert.Contains(Fails(2, ["predict", _model, image, "--point", "10,10", "--table", _folder.At("x.zip")]),
            "the name of a table ends in .csv");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(image));
    }

    [TestMethod]
    public void A_prompt_beside_its_image_leaves_the_other_objects_of_the_image()
    {
        File.WriteAllText(_folder.At("boxes.csv"),
            "ImagePath,Box\nscans/p1/s.png,4 4 20 20\nscans/p1/s.png,400 400 500 500\nscans/p1/s.png,9 9 30 30\n");
        var (code, _, error) = Segsam("predict", _model, _folder.At("boxes.csv"), "--table", _folder.At("r.csv"));
        Assert.AreEqual(1, code);
        StringAssert.Contains(error, "Object 2 (box 400,400,500,500): ");
        StringAssert.Contains(error, "1 image with 2 objects. 1 prompt failed, the first: ");
        CollectionAssert.AreEqual((string[])["box 4,4,20,20", "box 9,9,30,30"], Rows(_folder.At("r.csv")).Select(row => row["Prompt"])
            .ToArray());
    }

    [TestMethod]
    public void One_picture_with_a_table_has_an_overlay_of_the_name_that_was_given()
    {
        Done("predict", _model, _folder.At("scans", "p1", "s.png"), "--point", "10,10", "--table", _folder.At("r.csv"), "--overlay",
            _folder.At("o.png"));
        Assert.IsTrue(File.Exists(_folder.At("o.png")));
        Assert.HasCount(1, Rows(_folder.At("r.csv")));
    }

    [TestMethod]
    public void A_bad_image_is_told_and_counted_and_the_others_are_answered()
    {
        var bad = _folder.At("scans", "p1", "z.png");
        File.WriteAllText(bad, "no picture");
        string[] args = ["predict", _model, _folder.At("scans"), "--point", "10,10", "--table", _folder.At("r.csv")];
        var (code, _, error) = Segsam(args);
        Assert.AreEqual(1, code);
        StringAssert.Contains(error, $"{bad}: ");
        StringAssert.Contains(error, "3 images with 3 objects; 1 image failed, the first: ");
        Assert.HasCount(3, Rows(_folder.At("r.csv")));
        (code, _, error) = Segsam([.. args, "--strict", "--force"]);
        Assert.AreEqual(1, code);
        Assert.HasCount(1, Rows(_folder.At("r.csv")), "What was answered before it stays.");
        StringAssert.Contains(error, bad);
    }

    [TestMethod]
    public void A_run_that_was_stopped_goes_on_where_its_table_ends()
    {
        var (whole, part) = (_folder.At("whole.csv"), _folder.At("part.csv"));
        string[] args = ["predict", _model, _folder.At("scans"), "--point", "1:10,10", "--box", "2:9,9,30,30"];
        Done([.. args, "--table", whole]);
        var lines = File.ReadAllLines(whole);
        // Stopped in the second image: one of its two lines, and a part of the other.
        File.WriteAllText(part, string.Join('\n', lines[..4]) + "\n" + lines[4][..9]);
        File.Copy(whole + ".run", part + ".run");
        var (code, output, error) = Segsam([.. args, "--table", part, "--resume", "--json"]);
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(error, "already holds 1 image; continuing with the others");
        Assert.AreEqual(2, JsonDocument.Parse(output).RootElement.GetProperty("images").GetArrayLength());
        Assert.AreEqual(File.ReadAllText(whole), File.ReadAllText(part));
        StringAssert.Contains(Segsam([.. args, "--table", part, "--resume"]).Error,
            "0 images with 0 objects, plus 3 images of an earlier run.");
        Assert.AreEqual(File.ReadAllText(whole), File.ReadAllText(part));
        StringAssert.Contains(Fails(2, [.. args, "--resume"]), "--resume continues a table; name it with --table");
        File.WriteAllText(part, "ImagePath,Box\na.png,1\n");
        StringAssert.Contains(Fails(1, [.. args, "--table", part, "--resume"]), "is not a table of results");
    }

    [TestMethod]
    public void Ctrl_C_keeps_what_is_answered()
    {
        using var stop = new CancellationTokenSource();
        var (output, error) = (new StopAt("p1", stop), new StringWriter());
        var code = SegsamCommand.Run(["predict", _model, _folder.At("scans"), "--point", "10,10", "--table", _folder.At("r.csv")], output,
            error, stop.Token);
        Assert.AreEqual(130, code, error.ToString());
        StringAssert.Contains(error.ToString(),
            "Stopped after 1 of 3 images; the results so far are kept. The same command with --resume continues.");
        Assert.HasCount(1, Rows(_folder.At("r.csv")));
        Done("predict", _model, _folder.At("scans"), "--point", "10,10", "--table", _folder.At("r.csv"), "--resume");
        Assert.HasCount(3, Rows(_folder.At("r.csv")));
    }

    [TestMethod]
    public void Everything_in_many_images_comes_as_table_label_maps_and_one_COCO_file()
    {
        string[] args = ["auto", _model, _folder.At("scans"), "--points-per-side", "2", "--pred-iou-threshold", "0",
            "--stability-score-threshold", "0"];
        var report = Json([.. args, "--out", _folder.At("masks"), "--labels", _folder.At("labels"), "--coco", _folder.At("all.json"),
            "--table", _folder.At("r.csv")]);
        var images = report.GetProperty("images").EnumerateArray().ToList();
        Assert.HasCount(3, images);
        var objects = images.Sum(image => image.GetProperty("objects").GetArrayLength());
        Assert.IsGreaterThan(0, objects);
        Assert.IsTrue(images.All(image => File.Exists(image.GetProperty("label_map").GetString())));
        using var coco = JsonDocument.Parse(File.ReadAllText(_folder.At("all.json")));
        CollectionAssert.AreEqual((string[])["scans/p1/s.png", "scans/p2/s.png", "scans/p2/t.png"], coco.RootElement.GetProperty("images")
            .EnumerateArray().Select(each => each.GetProperty("file_name").GetString()).ToArray());
        Assert.AreEqual(objects, coco.RootElement.GetProperty("annotations").GetArrayLength());
        Assert.HasCount(objects, Directory.GetFiles(_folder.At("masks"), "*", SearchOption.AllDirectories));
        Assert.HasCount(objects, Rows(_folder.At("r.csv")).Where(row => row["Object"] != "0").ToList());
        // Both convert as any other table and annotations do.
        Done("convert", _folder.At("r.csv"), "--out", _folder.At("r.json"));
        Done("convert", _folder.At("all.json"), "--out", _folder.At("back.csv"));
        StringAssert.Contains(Fails(2, [.. args, "--coco", _folder.At("b.json"), "--table", _folder.At("r.csv"), "--resume"]),
            "--coco writes all images of one run");
    }

    [TestMethod]
    public void What_is_not_there_is_said()
    {
        StringAssert.Contains(Fails(1, "predict", _model, _folder.At("scans", "p3*"), "--point", "9,9"), "contains no image");
        StringAssert.Contains(Fails(1, "predict", _model, _folder.At("none", "*.png"), "--point", "9,9"), "There is no folder");
        StringAssert.Contains(Fails(1, "predict", _model, _folder.At("scans"), "none.png", "--point", "9,9"),
            "There is no image, folder or table 'none.png'");
        StringAssert.Contains(Fails(1, "predict", _model, _folder.At("scans"), "--point", "9,9", "--overlay", _model),
            "is a file; for several images, give the name of a folder");
    }

    private static List<Dictionary<string, string>> Rows(string table)
    {
        using var reader = Sep.Reader(options => options with { Unescape = true }).FromFile(table);
        var rows = new List<Dictionary<string, string>>();
        foreach (var row in reader)
        {
            var values = new Dictionary<string, string>();
            foreach (var name in reader.Header.ColNames)
                values[name] = row[name].ToString();
            rows.Add(values);
        }

        return rows;
    }

    /// <summary>A user who presses Ctrl-C on seeing a text.</summary>
    private sealed class StopAt(string text, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
                stop.Cancel();
        }
    }
}
