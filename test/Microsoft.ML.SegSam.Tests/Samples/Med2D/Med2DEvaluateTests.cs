using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Samples.Cli;
using Microsoft.ML.SegSam.Tests.Support;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples.Med2D;

[TestClass]
public sealed class Med2DEvaluateTests
{
    private static readonly string[] Members =
    [
        "images", "objects", "binaryDice", "binaryNsd", "semanticDice", "classAccuracy", "presenceAuc", "unknownCategoryObjects",
    ];

    [TestMethod]
    public void Without_a_model_the_box_and_its_ellipse_are_scored_source_by_source()
    {
        using var run = new Med2DRun();
        // A rectangle fills its box; the ellipse in it lacks the 4 corners of 24 pixels (see the tests of figures): Dice 2·20 / (20 + 24).
        run.AddRectangles("rectangles", "test", 20, 16, ("bar", [2, 2, 8, 6]), ("bar", [10, 2, 16, 6]));
        run.AddRectangles("rectangles", "test", 8, 6, ("other", [1, 1, 7, 5]));
        run.AddRectangles("parts", "test", 20, 16, ("corners", [0, 0, 1, 1]));
        run.Write(run.Lines[^1].Split(',')[3], PngEncoder.Of(SegmentationMask.FromPixels(
            [.. Enumerable.Range(0, 320).Select(i => i is 0 or 21)], 16, 20)));
        run.AddRectangles("untested", "train", 8, 6, ("other", [1, 1, 7, 5]));

        var report = run.Report();
        Assert.AreEqual("evaluate", report.GetProperty("command").GetString());
        Assert.AreEqual(JsonValueKind.Null, report.GetProperty("model").ValueKind);
        Assert.AreEqual("test", report.GetProperty("split").GetString());
        Assert.AreSequenceEqual(
            ["rectangles", "parts", "untested"], report.GetProperty("sources").EnumerateObject().Select(one => one.Name));
        var rectangles = report.GetProperty("sources").GetProperty("rectangles");
        Assert.AreSequenceEqual(["modality", "images", "objects", "filledBox", "filledEllipse"],
            rectangles.EnumerateObject().Select(one => one.Name));
        Assert.AreSequenceEqual(Members, rectangles.GetProperty("filledBox").EnumerateObject().Select(one => one.Name));
        Assert.AreEqual((2, 3), (Number(rectangles, "images"), Number(rectangles, "objects")));
        Assert.AreEqual("mr", rectangles.GetProperty("modality").GetString());
        Assert.AreEqual(1, Number(rectangles, "filledBox", "binaryDice"));
        Assert.AreEqual(1, Number(rectangles, "filledBox", "binaryNsd"));
        Assert.AreEqual(40 / 44.0, Number(rectangles, "filledEllipse", "binaryDice")!.Value, 1e-12);
        Assert.IsNull(Number(rectangles, "filledBox", "classAccuracy"));

        // Two pixels on the diagonal of a box of four, all of which are in its ellipse: Dice 2·2 / (2 + 4).
        var parts = report.GetProperty("sources").GetProperty("parts");
        Assert.AreEqual(2 / 3.0, Number(parts, "filledEllipse", "binaryDice")!.Value, 1e-12);

        var untested = report.GetProperty("sources").GetProperty("untested");
        Assert.AreEqual((0, 0), (Number(untested, "images"), Number(untested, "objects")));
        Assert.AreEqual(0, Number(untested, "filledBox", "objects"));
        Assert.IsNull(Number(untested, "filledBox", "binaryDice"));

        var mean = report.GetProperty("meanOverSources");
        Assert.AreEqual((2, 3, 4), (Number(mean, "sources"), Number(mean, "images"), Number(mean, "objects")));
        Assert.AreEqual((1 + 2 / 3.0) / 2, Number(mean, "filledBox", "binaryDice")!.Value, 1e-12);
        Assert.AreEqual(2, Number(report.GetProperty("meanByModality"), "mr", "sources"));
    }

    [TestMethod]
    public void The_figures_and_the_training_are_written_into_a_model_card()
    {
        using var run = new Med2DRun();
        run.AddDiscs("one", "train", images: 3, seed: 1);
        run.AddDiscs("one", "test", images: 1, seed: 3);
        Med2DRun.Done(
            "train", "--data", run.Table(), "--out", run.At("run"), "--form", "seg-sam", "--input", "64", "--epochs", "1", "--half");
        var (card, model) = (run.At("card.md"), run.At("run", "model.zip"));
        File.WriteAllText(card, "# Card\n<!-- training: how -->\nold\n<!-- /training -->\nkept\n"
            + "<!-- figures -->\n<!-- /figures -->\nend\n");
        var report = run.Report("--model", model, "--card", card);
        var text = File.ReadAllText(card);
        Assert.Contains("--data table.csv --form seg-sam --seed 1 \\\n  --epochs 1 --input 64 --half --out runs/mini", text);
        Assert.Contains("3 images with 6 objects were seen 3 times in all", text);
        var dice = Number(report.GetProperty("meanOverSources"), "box", "binaryDice")!.Value
            .ToString("0.000", CultureInfo.InvariantCulture);
        Assert.Contains($"| all | 1 | 1 | ", text);
        Assert.Contains($" | {dice} | ", text);
        Assert.Contains("\nkept\n", text);
        Assert.DoesNotContain("old", text);
        run.Report("--model", model, "--card", card);
        Assert.AreEqual(text, File.ReadAllText(card), "Once more is the same.");

        File.WriteAllText(card, "# Card\n");
        Assert.Contains("has no part between '<!-- figures -->' and '<!-- /figures -->' to write into.", Med2DRun.Fails(
            1, "evaluate", "--data", run.Table(), "--out", run.At("report"), "--model", model, "--card", card));
        Assert.Contains("--card needs --model", Med2DRun.Fails(
            2, "evaluate", "--data", run.Table(), "--out", run.At("report"), "--card", card));
    }

    [TestMethod]
    public void A_model_asked_for_the_categories_of_the_table_knows_them_all()
    {
        using var run = new Med2DRun();
        run.AddDiscs("one", "test", images: 1, seed: 3);
        for (var i = 0; i < run.Lines.Count; i++)
            run.Lines[i] = run.Lines[i].Replace(",bar,", ",stick,", StringComparison.Ordinal);
        var model = run.At("model.zip");
        FittedModel.Shared.Save(model);
        int Unknown(params string[] args) => run.Report(["--model", model, .. args])
            .GetProperty("sources").GetProperty("one").GetProperty("box").GetProperty("unknownCategoryObjects").GetInt32();
        Assert.AreEqual(1, Unknown());
        Assert.AreEqual(0, Unknown("--table-categories"));
    }

    [TestMethod]
    public void Sources_can_be_scored_alone()
    {
        using var run = new Med2DRun();
        run.AddDiscs("one", "test", images: 2, seed: 3);
        run.AddDiscs("two", "test", images: 1, seed: 4);
        var sources = run.Report("--sources", "two").GetProperty("sources");
        Assert.AreEqual(0, sources.GetProperty("one").GetProperty("images").GetInt32());
        Assert.AreEqual(1, sources.GetProperty("two").GetProperty("images").GetInt32());
        Assert.Contains("has no source 'three'; found one, two.",
            Med2DRun.Fails(2, "evaluate", "--data", run.Table(), "--out", run.At("out"), "--sources", "three"));
    }

    [TestMethod]
    public void A_card_is_not_of_some_sources()
    {
        using var run = new Med2DRun();
        run.AddDiscs("one", "test", images: 1, seed: 3);
        Assert.Contains("remove --sources", Med2DRun.Fails(2, "evaluate", "--data", run.Table(), "--out", run.At("out"),
            "--model", "mini", "--card", run.At("card.md"), "--sources", "one"));
    }

    [TestMethod]
    public void The_model_that_ships_is_called_mini()
    {
        using var run = new Med2DRun();
        run.AddDiscs("known", "test", images: 1, seed: 3);
        var report = run.Report("--model", "mini");
        Assert.AreEqual("segsam-mini.zip", report.GetProperty("model").GetProperty("name").GetString());
        Assert.AreEqual(2, Number(report.GetProperty("sources").GetProperty("known"), "box", "objects"));
    }

    [TestMethod]
    public void A_model_is_scored_by_box_and_points_and_names_that_it_does_not_know_count_in_masks_alone()
    {
        using var run = new Med2DRun();
        run.AddDiscs("known", "test", images: 2, seed: 3);
        run.AddDiscs("mixed", "test", images: 2, seed: 4, modality: "mr");
        for (var i = 0; i < run.Lines.Count; i++)
        {
            if (run.Lines[i].StartsWith("mixed", StringComparison.Ordinal))
                run.Lines[i] = run.Lines[i].Replace(",bar,", ",stick,", StringComparison.Ordinal);
        }

        var model = run.At("model.zip");
        FittedModel.Ml.Model.Save(FittedModel.Shared, FittedModel.Load(TinyData.Rows(images: 1)).Schema, model);
        var report = run.Report("--model", model);
        Assert.AreEqual("model.zip", report.GetProperty("model").GetProperty("name").GetString());
        var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(model)));
        Assert.AreEqual(digest, report.GetProperty("model").GetProperty("sha256").GetString());
        using var predictor = new SegSamPredictor(FittedModel.Shared);
        foreach (var kind in (string[])["box", "point1", "points3"])
        {
            var known = report.GetProperty("sources").GetProperty("known").GetProperty(kind);
            Assert.AreSequenceEqual(Members, known.EnumerateObject().Select(one => one.Name));
            Assert.AreEqual((2, 4, 0), (Number(known, "images"), Number(known, "objects"), Number(known, "unknownCategoryObjects")));
            Assert.IsNotNull(Number(known, "semanticDice"));
            Assert.IsNull(Number(known, "presenceAuc"), "Both categories are in both images: there is no absent one.");
            var mixed = report.GetProperty("sources").GetProperty("mixed").GetProperty(kind);
            Assert.AreEqual((4, 2), (Number(mixed, "objects"), Number(mixed, "unknownCategoryObjects")));
        }

        // The box figures by hand, with the library's predictor.
        var (binary, semantic, right) = (0.0, 0.0, 0.0);
        foreach (var row in TinyData.Rows(images: 2, seed: 3))
        {
            using var image = predictor.Encode(row.Image!);
            var prediction = predictor.Predict(image, SegSamPrompt.Box(row.Box![0], row.Box[1], row.Box[2], row.Box[3]));
            var truth = SegmentationMask.FromImage(row.Mask!).ToPixels();
            binary += Overlap.Count(prediction.Mask.ToPixels(), truth).Dice / 4;
            semantic += prediction.Category == row.Category ? Overlap.Count(prediction.SemanticMask.ToPixels(), truth).Dice / 4 : 0;
            right += prediction.Category == row.Category ? 0.25 : 0;
        }

        var box = report.GetProperty("sources").GetProperty("known").GetProperty("box");
        Assert.AreEqual(binary, Number(box, "binaryDice")!.Value, 1e-6);
        Assert.AreEqual(semantic, Number(box, "semanticDice")!.Value, 1e-6);
        Assert.AreEqual(right, Number(box, "classAccuracy")!.Value, 1e-6);
    }

    [TestMethod]
    public void At_most_so_many_objects_of_an_image_are_scored_and_a_table_without_splits_whole_in_every_language()
    {
        using var run = new Med2DRun();
        run.AddRectangles("many", "", 40, 8, [.. Enumerable.Range(0, 9).Select(i => ("bar", (int[])[4 * i, 1, 4 * i + 2, 2 + i % 5]))]);
        run.Lines[0] = "source,modality,image,mask,category";
        for (var i = 1; i < run.Lines.Count; i++)
            run.Lines[i] = run.Lines[i][..^2];
        var report = Sources(run.Report("--objects-per-image", "3"));
        Assert.AreEqual(3, Number(report, "many", "objects"));
        using (new Language("tr-TR"))
            Assert.AreEqual($"{report}", $"{Sources(run.Report("--objects-per-image", "3"))}");
        Assert.AreEqual(9, Number(Sources(run.Report("--objects-per-image", "20")), "many", "objects"));

        static JsonElement Sources(JsonElement report) => report.GetProperty("sources");
    }

    [TestMethod]
    public void A_stopped_evaluation_writes_no_report()
    {
        using var run = new Med2DRun();
        run.AddRectangles("rectangles", "test", 20, 16, ("bar", [2, 2, 8, 6]));
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        var (code, _, error) = Med2DRun.Run(new(), cancel.Token, "evaluate", "--data", run.Table(), "--out", run.At("out"));
        Assert.AreEqual(130, code);
        Assert.Contains("Stopped; there is no result.", error);
        Assert.IsFalse(File.Exists(run.At("out", "report.json")));
    }

    private static double? Number(JsonElement element, params string[] path)
    {
        foreach (var name in path)
            element = element.GetProperty(name);
        return element.ValueKind == JsonValueKind.Null ? null : element.GetDouble();
    }
}
