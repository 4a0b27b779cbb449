using System.Text.Json;
using Med2D.Scoring;
using Med2D.Training;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples.Med2D;

[TestClass]
public sealed class Med2DReportTests
{
    private static readonly DateTimeOffset Date = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [TestMethod]
    public void Runs_of_several_seeds_are_one_row_with_mean_and_deviation()
    {
        using var run = new Med2DRun();
        foreach (var (seed, dice) in (ReadOnlySpan<(int, double)>)[(1, 0.80), (2, 0.90)])
        {
            Add(run, $"method-{seed}", Settings(Form.SegSam, seed), One("one", dice, accuracy: 1), One("two", dice, accuracy: 0.5));
            Add(run, $"sam-{seed}", Settings(Form.SamStyle, seed), One("one", dice - 0.1, null), One("two", dice - 0.2, null));
        }

        Add(run, "u-nets", Settings(Form.UNets, seed: 1), One("one", 0.7, null), One("two", 0.6, null));
        Add(run, "random", Settings(Form.SegSam, seed: 1) with { Encoder = "tiny", Checkpoint = null, CheckpointName = null },
            One("one", 0.5, 0));
        var page = Page(run, "6 runs added, 6 in all.");

        Assert.Contains("| the filled ellipse | 0.810 | 0.500 |", page);
        Assert.Contains("| SAM-style | 0.700 ± 0.071 |", page);
        Assert.Contains("| SEG-SAM: (d) + alignment | 0.850 ± 0.071 |", page); // 0.8 is below the ellipse, 0.9 above
        Assert.Contains("| 1 | 2 |", page);
        Assert.Contains("| U-Nets | 0.650 |", page);
        Assert.Contains("| SEG-SAM over SAM-style | +0.150 ± 0.000 |", page);
        Assert.Contains("| two | 2 | 0.810 | 0.650 ± 0.071 | 0.850 ± 0.071 | 0.600 | 0.850 ± 0.071 | 0.500 ± 0.000 |", page);
        Assert.Contains("| resnet18, weights.onnx | 0.850 ± 0.071 |", page);
        Assert.Contains("| tiny | 0.500 |", page);
        Assert.DoesNotContain("## Texts", page);
        Assert.DoesNotContain("## Sources that", page);
    }

    [TestMethod]
    public void Stages_are_a_plan_of_their_own_and_U_Nets_stand_beside_any()
    {
        using var run = new Med2DRun();
        foreach (var (form, dice) in (ReadOnlySpan<(Form, double)>)[(Form.SamStyle, 0.7), (Form.SegSam, 0.8)])
        {
            Add(run, $"{form}", Settings(form, seed: 1) with { Minutes = null, Stages = "64x3,128x2" }, One("one", dice, 1));
            Add(run, $"{form}-longer", Settings(form, seed: 1) with { Minutes = null, Stages = "64x9,128x2" }, One("one", dice + 0.1, 1));
        }

        Add(run, "longest", Settings(Form.WithoutText, seed: 1) with { Minutes = null, Stages = "64x9,128x2" }, One("one", 0.85, 1));
        Add(run, "u-nets", Settings(Form.UNets, seed: 1), One("one", 0.65, null));
        var page = Page(run, "6 runs added, 6 in all.");
        Assert.Contains("in 9 passes at 64, then 2 passes at 128; the last table says what each took", page);
        Assert.Contains("| SAM-style | 0.800 |", page);
        Assert.Contains("| SEG-SAM: (d) + alignment | 0.900 |", page);
        Assert.Contains("| U-Nets | 0.650 |", page);
    }

    [TestMethod]
    public void A_source_that_was_left_out_of_training_is_compared_with_itself_after_training()
    {
        using var run = new Med2DRun();
        Add(run, "all", Settings(Form.SegSam, seed: 1), One("one", 0.9, 1), One("two", 0.8, 1));
        Add(run, "without", Settings(Form.SegSam, seed: 1) with { Sources = ["one"], Images = 5, Rows = "fewer" },
            One("one", 0.9, 1), One("two", 0.7, 0.25));
        Assert.Contains("| two | 2 | 0.700 | 0.700 | 0.250 | 0.800 | 0.800 | 1.000 | 1 |", Page(run, "2 runs added, 2 in all."));
    }

    [TestMethod]
    public void Categories_that_were_left_out_are_asked_for_by_their_texts_and_then_learned_from_few_images()
    {
        using var run = new Med2DRun();
        Add(run, "all", Settings(Form.SegSam, seed: 1), One("one", 0.9, 1), One("two", 0.8, 1));
        var without = Settings(Form.SegSam, seed: 1) with { Sources = ["one"], Images = 5, Rows = "fewer" };
        Add(run, "without", without, facts => facts with { Asked = new(40, ["two"]) }, One("one", 0.9, 1), One("two", 0.6, 0.125));
        foreach (var (images, dice) in (ReadOnlySpan<(int, double)>)[(6, 0.75), (3, 0.7)])
        {
            Add(run, $"of-{images}", without with
            {
                Sources = ["two"], Images = images, Rows = $"{images}", Checkpoint = "without", Frozen = true,
            }, One("two", dice, 1));
        }

        var page = Page(run, "4 runs added, 4 in all.");
        Assert.DoesNotContain("## Sources that the training never saw", page);
        Assert.Contains("asked for 40 categories", page);
        Assert.Contains("| two | 2 | 0.600 | 0.600 | 0.125 | 0.800 | 0.800 | 1.000 | 1 |", page);
        Assert.Contains("""
            | two | 0 | 0.600 | 0.500 |  |  | 1 |
            | two | 3 | 0.700 | 0.500 |  |  | 1 |
            | two | 6 | 0.750 | 0.500 |  |  | 1 |
            """.ReplaceLineEndings("\n"), page);
    }

    [TestMethod]
    public void Scores_of_some_sources_or_of_other_categories_stand_beside_those_of_all_and_leave_them_as_they_are()
    {
        using var run = new Med2DRun();
        Add(run, "all", Settings(Form.SegSam, seed: 1), One("one", 0.9, 1), One("two", 0.8, 1));
        var page = Page(run, "1 runs added, 1 in all.");
        Directory.Delete(run.At("runs"), recursive: true);
        Add(run, "all", Settings(Form.SegSam, seed: 1), facts => facts with { Chosen = ["two"] }, One("two", 0.1, 0));
        Assert.AreEqual(page, Page(run, "1 runs added, 2 in all."));
        Directory.Delete(run.At("runs"), recursive: true);
        Add(run, "all", Settings(Form.SegSam, seed: 1), facts => facts with { Asked = new(40, []) },
            One("one", 0.2, 0), One("two", 0.1, 0));
        Assert.AreEqual(page, Page(run, "1 runs added, 3 in all."));
    }

    [TestMethod]
    public void Runs_of_an_earlier_recipe_are_not_compared_with_later_ones_except_U_Nets()
    {
        using var run = new Med2DRun();
        Add(run, "before", Settings(Form.SegSam, seed: 1), One("one", 0.1, 1));
        Add(run, "sam", Settings(Form.SamStyle, seed: 1), One("one", 0.2, null));
        Add(run, "u-nets", Settings(Form.UNets, seed: 1), One("one", 0.3, null));
        Add(run, "now", Settings(Form.SegSam, seed: 1) with { Recipe = 2 }, One("one", 0.9, 1));
        var page = Page(run, "4 runs added, 4 in all.");
        Assert.Contains("| SEG-SAM: (d) + alignment | 0.900 |", page);
        Assert.Contains("| U-Nets |", page);
        Assert.DoesNotContain("SAM-style |", page);
        var (code, _, told) = Med2DRun.Run("report", "--out", run.At("docs"));
        Assert.AreEqual(0, code, told);
        Assert.Contains("2 runs of earlier recipes are in", told);
    }

    [TestMethod]
    public void Runs_that_are_there_stay_and_equal_ones_are_replaced()
    {
        using var run = new Med2DRun();
        Add(run, "first", Settings(Form.SegSam, seed: 1), One("one", 0.1, 1));
        Page(run, "1 runs added, 1 in all.");
        Directory.Delete(run.At("runs"), recursive: true);
        Add(run, "again", Settings(Form.SegSam, seed: 1), One("one", 0.3, 1));
        Add(run, "second", Settings(Form.SegSam, seed: 2), One("one", 0.5, 1));
        Assert.Contains("| SEG-SAM: (d) + alignment | 0.400 ± 0.141 |", Page(run, "2 runs added, 2 in all."));
        var before = File.ReadAllText(run.At("docs", "evidence.json"));
        Med2DRun.Done("report", "--out", run.At("docs"));
        Assert.AreEqual(before, File.ReadAllText(run.At("docs", "evidence.json")));
        Assert.AreEqual(2, JsonDocument.Parse(before).RootElement.GetProperty("runs").GetArrayLength());
    }

    [TestMethod]
    public void What_is_unfinished_or_not_scored_or_of_another_model_is_left_out_and_said()
    {
        using var run = new Med2DRun();
        Add(run, "good", Settings(Form.SegSam, seed: 1), One("one", 0.5, 1));
        Add(run, "unscored", Settings(Form.SegSam, seed: 2), One("one", 0.5, 1));
        File.Delete(run.At("runs", "unscored", "report.json"));
        Add(run, "other", Settings(Form.SegSam, seed: 3), One("one", 0.5, 1));
        File.Copy(run.At("runs", "good", "run.json"), run.At("runs", "other", "run.json"), overwrite: true);
        Add(run, "unfinished", Settings(Form.SegSam, seed: 4), One("one", 0.5, 1));
        (RunRecord.Find(run.At("runs", "unfinished"))! with { Finished = null }).Save(run.At("runs", "unfinished"));
        Add(run, "damaged", Settings(Form.SegSam, seed: 5), One("one", 0.5, 1));
        File.WriteAllText(run.At("runs", "damaged", "report.json"), "{}");
        var (code, output, error) = Med2DRun.Run("report", "--runs", run.At("runs"), "--out", run.At("docs"));
        Assert.AreEqual(0, code, error);
        Assert.Contains("1 runs added, 1 in all.", output);
        Assert.Contains("'" + run.At("runs", "unscored") + "' has no report.json; run 'evaluate' on its model with --out", error);
        Assert.Contains("report.json' is of another model than the run in its folder; run 'evaluate' again.", error);
        Assert.Contains("'" + run.At("runs", "unfinished") + "' holds no finished run; repeat the 'train' that began it.", error);
        Assert.Contains("report.json' is no report of 'evaluate'", error);
    }

    [TestMethod]
    public void A_picture_shows_a_row_for_each_modality_and_a_column_for_each_method()
    {
        using var run = new Med2DRun();
        run.AddDiscs("one", "test", images: 2, seed: 1);
        run.AddDiscs("two", "test", images: 1, seed: 2, modality: "mr");
        Add(run, "method", Settings(Form.SegSam, seed: 1), One("one", 0.5, 1), One("two", 0.5, 1));
        FittedModel.Shared.Save(run.At("runs", "method", "model.zip"));
        Add(run, "before", Settings(Form.SegSam, seed: 1) with { Images = 3, Rows = "fewer" }, One("one", 0.5, 1)); // has no model
        var (code, _, error) = Med2DRun.Run(
            "report", "--runs", run.At("runs"), "--out", run.At("docs"), "--data", run.Table());
        Assert.AreEqual(0, code, error);
        using var picture = MLImage.CreateFromFile(run.At("docs", "images", "evidence.png"));
        Assert.AreEqual((3 * 206 + 6, 2 * 224 + 30), (picture.Width, picture.Height));
        var pixels = picture.Pixels.ToArray();
        bool IsColored(int column, int row) => Enumerable.Range(0, 200 * 200).Any(i =>
            pixels.AsSpan((((30 + row * 224) + i / 200) * picture.Width + 6 + column * 206 + i % 200) * 4, 3) is var pixel
            && Math.Abs(pixel[0] - pixel[2]) > 60);
        Assert.AreSequenceEqual([false, true, false, true], new[] { IsColored(0, 0), IsColored(1, 0), IsColored(0, 1), IsColored(1, 1) });
        Assert.Contains("(images/evidence.png)", File.ReadAllText(run.At("docs", "evidence.md")));
    }

    [TestMethod]
    public void Without_a_run_there_is_no_page()
    {
        using var run = new Med2DRun();
        Assert.Contains("There is no run:", Med2DRun.Fails(1, "report", "--out", run.At("docs")));
        Assert.Contains("There is no folder '", Med2DRun.Fails(1, "report", "--out", run.At("docs"), "--runs", run.At("none")));
        Add(run, "sam", Settings(Form.SamStyle, seed: 1), One("one", 0.5, null));
        Assert.Contains("There is no run of '--form seg-sam'",
            Med2DRun.Fails(1, "report", "--out", run.At("docs"), "--runs", run.At("runs")));
        Assert.IsFalse(File.Exists(run.At("docs", "evidence.md")));
    }

    private static string Page(Med2DRun run, string result)
    {
        var (code, output, error) = Med2DRun.Run("report", "--runs", run.At("runs"), "--out", run.At("docs"));
        Assert.AreEqual(0, code, error);
        Assert.Contains(result, output);
        return File.ReadAllText(run.At("docs", "evidence.md"));
    }

    private static RunSettings Settings(Form form, int seed) => new(
        Forms.NameOf(form), seed, "table.csv", "train", ["one", "two"], Images: 9, Objects: 20, Rows: "rows",
        form == Form.UNets ? null : "resnet18", Input: 128, form == Form.UNets ? null : "0123", form == Form.UNets ? null : "weights.onnx",
        Forms.HasTexts(form) ? "descriptions" : null, Forms.HasTexts(form) ? "hashed" : null, Minutes: 5, Epochs: null,
        Stages: null, HalfPrecision: false, Frozen: false);

    // A source of two images, whose ellipse has a Dice of 0.81.
    private static SourceFigures One(string name, double dice, double? accuracy)
    {
        Figures Of(double binary, double? named) => new()
        {
            Images = 2, Objects = 3, BinaryDice = binary, BinaryNsd = 0.5, SemanticDice = named is null ? null : dice,
            ClassAccuracy = named, PresenceAuc = null, UnknownCategoryObjects = 0,
        };
        return new(name, "mr", 2, 3, new Dictionary<string, Figures>
        {
            [PromptNames.FilledBox] = Of(0.76, null),
            [PromptNames.FilledEllipse] = Of(0.81, null),
            [PromptNames.Box] = Of(dice, accuracy ?? 0),
        });
    }

    private static void Add(Med2DRun run, string name, RunSettings settings, params SourceFigures[] sources) =>
        Add(run, name, settings, null, sources);

    private static void Add(Med2DRun run, string name, RunSettings settings, Func<EvaluationFacts, EvaluationFacts>? scoring,
        params SourceFigures[] sources)
    {
        var folder = run.At("runs", name);
        var work = new Work(9, 3, WallSeconds: 20, CpuSeconds: 30);
        new RunRecord(settings, 1, 1, 1, work, new Dictionary<string, TrainedModel> { ["all"] = new("model.zip", name, work, 0.5, 100) })
        {
            Finished = Date,
        }.Save(folder);
        var facts = new EvaluationFacts("table.csv", "test", 4, 1, "model.zip", name, Date);
        EvaluationReport.Write(Path.Combine(folder, "report.json"), scoring?.Invoke(facts) ?? facts, sources);
    }
}
