using System.Text.Json;
using Med2D.Training;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples.Med2D;

[TestClass]
public sealed class Med2DTrainTests
{
    [TestMethod]
    public void Names_on_the_command_line_are_those_of_the_values()
    {
        Assert.AreSequenceEqual(["seg-sam", "sam-style", "tokens-in-sam", "without-text", "without-alignment", "u-nets"],
            Enum.GetValues<Form>().Select(Forms.NameOf));
        foreach (var encoder in Enum.GetValues<SegSamEncoder>())
            Assert.AreEqual(encoder, Forms.Parse<SegSamEncoder>(Forms.NameOf(encoder)));
        Assert.IsNull(Forms.Parse<Form>("SegSam"));
    }

    [TestMethod]
    public void The_method_is_trained_with_the_defaults_of_its_parts_and_each_other_form_without_one()
    {
        var (plain, method) = (new SegSamOptions(), OptionsOf(Form.SegSam));
        Assert.AreEqual(plain, method with
        {
            BoxColumnName = null, PointsColumnName = null, PointLabelsColumnName = null, ImageIdColumnName = null, DatasetColumnName = null,
            Augmentation = null, ImagesPerStep = plain.ImagesPerStep,
            Resize = null, RareDatasetSampling = 0, PromptsPerImage = plain.PromptsPerImage, InteractiveRounds = null, // for such data
        });
        Assert.AreEqual(method with { Checkpoint = "weights", LearningRate = 5e-4, EncoderLearningRate = 1e-4 },
            OptionsOf(Form.SegSam, "weights"));
        Assert.AreEqual(method with { AlignmentWeight = 0 }, OptionsOf(Form.WithoutAlignment));
        var textless = OptionsOf(Form.WithoutText);
        Assert.AreEqual(method with
        {
            AlignmentWeight = 0, TextInsertion = TextInsertion.None, ClassHead = ClassHead.Mlp, ClassWeight = 0.4, PresenceWeight = 0.4,
        }, textless);
        Assert.AreEqual(textless with { SemanticDecoding = SemanticDecoding.Shared }, OptionsOf(Form.TokensInSam));
        var sam = OptionsOf(Form.SamStyle);
        Assert.AreEqual((0, 0, 0, TextInsertion.None), (sam.ClassWeight, sam.PresenceWeight, sam.AlignmentWeight, sam.TextInsertion));

        static SegSamOptions OptionsOf(Form form, string? checkpoint = null) => Forms.Options(
            new(Forms.NameOf(form), 1, "table.csv", "train", [], 1, 1, "", Encoder: null, Input: null, Checkpoint: null,
                CheckpointName: null, Forms.HasTexts(form) ? "descriptions" : null, Forms.HasTexts(form) ? "hashed" : null,
                Minutes: 20, Epochs: null,
                Stages: null, HalfPrecision: false, Frozen: false), checkpoint, embedder: null);
    }

    [TestMethod]
    [DataRow("sam-style")]
    [DataRow("tokens-in-sam")]
    public void A_form_is_trained_for_its_minutes_and_the_run_recorded(string form)
    {
        using var run = new Med2DRun();
        run.AddDiscs("one", "train", images: 5, seed: 1);
        run.AddDiscs("two", "train", images: 4, seed: 2);
        run.AddDiscs("left_out", "train", images: 1, seed: 3);
        string[] train = ["train", "--data", run.Table(), "--out", run.At("out"), "--form", form, "--input", "64", "--minutes", "0.0001"];
        Med2DRun.Done([.. train, "--without-source", "left_out"]);
        var record = JsonDocument.Parse(File.ReadAllText(run.At("out", "run.json"))).RootElement;
        Assert.AreEqual("train", record.GetProperty("command").GetString());
        Assert.AreEqual(1, record.GetProperty("epochs").GetInt32(), "One pass at least.");
        Assert.IsGreaterThan(0, record.GetProperty("secondsPerStep").GetDouble());
        var work = record.GetProperty("work");
        Assert.AreEqual((9, 5), (work.GetProperty("imagesSeen").GetInt32(), work.GetProperty("steps").GetInt32()));
        Assert.IsGreaterThan(0, work.GetProperty("wallSeconds").GetDouble());
        Assert.IsGreaterThan(0, work.GetProperty("cpuSeconds").GetDouble());
        Assert.AreNotEqual(JsonValueKind.Null, record.GetProperty("finished").ValueKind);
        using var model = SegSamPredictor.Load(run.At("out", "model.zip"));
        Assert.AreSequenceEqual(["bar", "disc"], model.Categories.Order(StringComparer.Ordinal));

        // Once more: it is finished. With other settings: another run.
        var before = File.GetLastWriteTimeUtc(run.At("out", "model.zip"));
        Med2DRun.Done([.. train, "--without-source", "left_out"]);
        Assert.AreEqual(before, File.GetLastWriteTimeUtc(run.At("out", "model.zip")));
        var error = Med2DRun.Fails(1, [.. train, "--without-source", "left_out", "--seed", "2"]);
        Assert.Contains("is of another run: its seed is 1, now it is 2.", error);
    }

    [TestMethod]
    public void A_killed_training_continues_and_ends_with_the_model_of_one_that_was_not()
    {
        using var run = new Med2DRun();
        run.AddDiscs("one", "train", images: 8, seed: 1);
        var table = run.Table();
        Assert.AreEqual(0, ChildProcess.Dotnet(Arguments("whole")).Code);
        var state = run.At("killed", "training.state");
        ChildProcess.KillDotnet(() => File.Exists(state), Arguments("killed"));
        Assert.IsTrue(File.Exists(state) && !File.Exists(run.At("killed", "model.zip")), "It must be killed before its end.");
        Assert.AreEqual(0, ChildProcess.Dotnet(Arguments("killed")).Code);
        Assert.AreSequenceEqual(Logits("whole"), Logits("killed"));
        Assert.IsFalse(File.Exists(state));

        string[] Arguments(string name) =>
        [
            ChildProcess.Med2D, "train", "--data", table, "--out", run.At(name), "--form", "seg-sam", "--input", "64", "--epochs", "6",
        ];

        float[] Logits(string name)
        {
            using var model = SegSamPredictor.Load(run.At(name, "model.zip"));
            using var image = model.Encode(TinyData.Rows(images: 1)[0].Image!);
            return model.Predict(image, SegSamPrompt.Point(20, 20)).LowResLogits.ToArray();
        }
    }

    [TestMethod]
    public void Stages_follow_each_other_at_their_sizes_and_a_stopped_one_continues()
    {
        using var run = new Med2DRun();
        run.AddDiscs("one", "train", images: 4, seed: 1);
        string[] Train(string name, string stages = "32x2,64x2") =>
            ["train", "--data", run.Table(), "--form", "seg-sam", "--out", run.At(name), "--stages", stages];
        Med2DRun.Done(Train("whole"));
        using var cancel = new CancellationTokenSource();
        var (code, _, error) = Med2DRun.Run(new CancelAt("epoch 3 of 4", cancel), cancel.Token, Train("stopped"));
        Assert.AreEqual(130, code, error);
        (code, _, error) = Med2DRun.Run(Train("stopped"));
        Assert.AreEqual(0, code, error);
        Assert.DoesNotContain("epoch 3 of 4", error);
        Assert.AreSequenceEqual(["model.zip", "run.json"], Directory.GetFiles(run.At("stopped")).Select(Path.GetFileName).Order());
        using var whole = SegSamTransformer.Load(run.At("whole", "model.zip"));
        using var stopped = SegSamTransformer.Load(run.At("stopped", "model.zip"));
        Assert.AreEqual(64, whole.Info.InputSize);
        var expected = whole.Model.Network.state_dict();
        foreach (var (name, value) in stopped.Model.Network.state_dict())
            Assert.IsTrue(value.Equals(expected[name]), name);
        var work = JsonDocument.Parse(File.ReadAllText(run.At("whole", "run.json"))).RootElement.GetProperty("work");
        Assert.AreEqual(16, work.GetProperty("imagesSeen").GetInt32());
        Assert.Contains("--stages is '64'; expected sizes and passes such as 128x30,256x12.", Med2DRun.Fails(2, Train("no", "64")));
        Assert.Contains("--stages takes the place of --epochs", Med2DRun.Fails(2, [.. Train("no"), "--epochs", "3"]));
    }

    [TestMethod]
    public void Few_images_teach_a_trained_model_a_category_that_it_was_not_shown()
    {
        using var run = new Med2DRun();
        run.AddDiscs("one", "train", images: 5, seed: 1);
        string[] train = ["train", "--data", run.Table(), "--form", "seg-sam", "--input", "64", "--epochs", "1"];
        Med2DRun.Done([.. train, "--out", run.At("first"), "--without-category", "bar", "--half"]);
        var first = run.At("first", "model.zip");
        using (var model = SegSamPredictor.Load(first))
            Assert.AreSequenceEqual(["disc"], model.Categories);
        Med2DRun.Done([.. train, "--out", run.At("second"), "--checkpoint", first, "--frozen", "--images", "3"]);
        using (var model = SegSamPredictor.Load(run.At("second", "model.zip")))
            Assert.AreSequenceEqual(["bar", "disc"], model.Categories.Order(StringComparer.Ordinal));
        var record = JsonDocument.Parse(File.ReadAllText(run.At("second", "run.json"))).RootElement;
        Assert.AreEqual(3, record.GetProperty("work").GetProperty("imagesSeen").GetInt32());
        Assert.AreEqual("model.zip", record.GetProperty("settings").GetProperty("checkpointName").GetString());
        Assert.IsLessThan(0.7 * new FileInfo(run.At("second", "model.zip")).Length, new FileInfo(first).Length);
        Assert.Contains("has no category 'blob'; found bar, disc.",
            Med2DRun.Fails(2, [.. train, "--out", run.At("third"), "--without-category", "blob"]));
        Assert.Contains("--frozen keeps the encoder of --checkpoint, which is missing.",
            Med2DRun.Fails(2, [.. train, "--out", run.At("third"), "--frozen"]));
    }

    [TestMethod]
    public void Texts_are_names_or_those_of_other_categories()
    {
        string[] categories = ["liver", "spleen", "left_lung", "no such thing"];
        Assert.IsNull(CategoryTexts.Descriptions(Texts.Descriptions, categories, seed: 1));
        Assert.AreEqual("spleen", CategoryTexts.Descriptions(Texts.Names, categories, seed: 1)!["spleen"]);
        var shuffled = CategoryTexts.Descriptions(Texts.Shuffled, categories, seed: 1)!;
        Assert.HasCount(4, shuffled.Values.Distinct());
        Assert.IsTrue(categories.All(name => !shuffled[name].StartsWith(name.Replace('_', ' '), StringComparison.Ordinal)));
        CollectionAssert.AreEquivalent(shuffled.ToArray(), CategoryTexts.Descriptions(Texts.Shuffled, categories, seed: 1)!.ToArray());
    }

    [TestMethod]
    public void A_stopped_training_says_how_it_continues()
    {
        using var run = new Med2DRun();
        run.AddDiscs("one", "train", images: 8, seed: 1);
        using var cancel = new CancellationTokenSource();
        string[] train = ["train", "--data", run.Table(), "--out", run.At("out"), "--form", "seg-sam", "--input", "64", "--epochs", "30"];
        var (code, _, error) = Med2DRun.Run(new CancelAt("epoch 2 of 30", cancel), cancel.Token, train);
        Assert.AreEqual(130, code, error);
        Assert.Contains($"Stopped; the same command continues from {run.At("out", "training.state")}.", error);
        var record = JsonDocument.Parse(File.ReadAllText(run.At("out", "run.json"))).RootElement;
        Assert.AreEqual(16, record.GetProperty("work").GetProperty("imagesSeen").GetInt32());
        Assert.IsFalse(record.TryGetProperty("finished", out var finished) && finished.ValueKind != JsonValueKind.Null);
        using var again = new CancellationTokenSource();
        (code, _, error) = Med2DRun.Run(new CancelAt("epoch 3 of 30", again), again.Token, train);
        Assert.AreEqual(130, code, error);
        Assert.DoesNotContain("epoch 1 of 30", error);
    }

    /// <summary>Messages of a program that is stopped when it says something.</summary>
    internal sealed class CancelAt(string text, CancellationTokenSource cancel) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
                cancel.Cancel();
        }
    }
}
