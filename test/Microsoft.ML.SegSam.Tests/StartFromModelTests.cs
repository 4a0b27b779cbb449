using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

/// <summary>Training that starts from a model that this library saved.</summary>
[TestClass]
public sealed class StartFromModelTests
{
    private static readonly TemporaryFolder Folder = new();
    private static readonly Lazy<string> Saved = new(() =>
    {
        var path = Path.Combine(Folder.Path, "first.zip");
        Shared.Save(path);
        return path;
    });

    private static SegSamOptions Options =>
        TinyData.Options("Box", "Points", "MaskPrompt") with { Checkpoint = Saved.Value, InputSize = null };

    [ClassCleanup]
    public static void Free() => Folder.Dispose();

    [TestMethod]
    public void With_the_same_categories_and_no_training_it_answers_the_same()
    {
        var data = Load(TinyData.Rows(images: 3));
        using var model = Ml.Transforms.SegSam(Options with { Epochs = 0 }).Fit(data);
        Table.AssertEqual(Table.Read(Shared.Transform(data)), Table.Read(model.Transform(data)), "taken over");
    }

    [TestMethod]
    public void Training_begins_where_the_model_ended()
    {
        var (lines, ml) = (new List<string>(), new MLContext(seed: 2));
        ml.Log += (_, line) => lines.Add(line.Message);
        var data = TinyData.Load(ml, TinyData.Rows(images: 3));
        using var model = ml.Transforms.SegSam(Options with { Epochs = 1, LearningRate = 1e-12, WeightDecay = 0 }).Fit(data);
        var expected = Shared.Model.Network.state_dict();
        foreach (var (name, value) in model.Model.Network.state_dict())
            Assert.IsTrue(value.allclose(expected[name], rtol: 0, atol: 1e-6), name);
        Assert.IsTrue(lines.Any(line => line.Contains("Starting from the trained model first.zip with 2 categories",
            StringComparison.Ordinal)), string.Join('\n', lines));
        Assert.DoesNotContain(line => line.Contains("start at random", StringComparison.Ordinal), lines);
        Assert.AreEqual(Shared.Info.Prompts, model.Info.Prompts);
    }

    [TestMethod]
    public void Categories_in_another_order_keep_what_was_learned_under_their_names_and_new_ones_begin_with_their_texts()
    {
        var rows = TinyData.Rows(images: 3);
        var offset = Shared.Model.Network.state_dict()["class_head.text_offset"];
        string[] known = [.. Shared.Categories];
        var again = known[0].ToUpperInvariant(); // how a name is written makes no difference
        using var model = Ml.Transforms.SegSam(Options with { Epochs = 0 }).Fit(Load(rows.Select(row =>
            Renamed(row, row.Category == known[0] ? again : "ring")).Reverse()));
        Assert.AreSequenceEqual(["ring", again], model.Categories);
        var found = model.Model.Network.state_dict()["class_head.text_offset"];
        Assert.IsTrue(found[1].Equals(offset[0]));
        Assert.AreEqual(0, found[0].abs().max().item<float>());
        Assert.AreNotEqual(0, offset[0].abs().max().item<float>());
    }

    [TestMethod]
    public void What_does_not_fit_starts_at_random_and_is_said()
    {
        var (lines, ml) = (new List<string>(), new MLContext(seed: 2));
        ml.Log += (_, line) => lines.Add(line.Message);
        var data = TinyData.Load(ml, TinyData.Rows(images: 3));
        using var model = ml.Transforms.SegSam(Options with
        {
            Epochs = 1, LearningRate = 1e-12, ClassHead = ClassHead.Mlp, PresenceTokens = 3, InputSize = 128, MaskPromptColumnName = null,
        }).Fit(data);
        var line = lines.Single(line => line.Contains("Layers that do not fit and start at random: ", StringComparison.Ordinal));
        Assert.Contains("class_head.mlp.layers.0", line);
        Assert.DoesNotContain("image_encoder", line);
        var (expected, found) = (Shared.Model.Network.state_dict(), model.Model.Network.state_dict());
        Assert.AreSequenceEqual([1L, 8, 8, found["image_encoder.pos_embed"].size(3)], found["image_encoder.pos_embed"].shape);
        const string Tokens = "semantic_decoder.presence_tokens.weight";
        Assert.IsTrue(found[Tokens].allclose(expected[Tokens].narrow(0, 0, 3), atol: 1e-6));
    }

    [TestMethod]
    public void Options_that_contradict_the_model_are_named()
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Fit(Options with { Encoder = SegSamEncoder.VitT }));
        Assert.Contains("SegSamOptions.Encoder is 'VitT'; it must be null or 'Tiny', which", failure.Message);
        failure = Assert.ThrowsExactly<ArgumentException>(() => Fit(Options with { CheckpointFamily = CheckpointFamily.Sam }));
        Assert.Contains("SegSamOptions.CheckpointFamily is 'Sam'; it must be null or 'SegSam', since", failure.Message);
        var alone = Assert.ThrowsExactly<InvalidDataException>(() => SegSamTransformer.FromCheckpoint(Saved.Value));
        Assert.Contains("is a whole model with its categories, not weights alone; use Load", alone.Message);
    }

    private static void Fit(SegSamOptions options) => Ml.Transforms.SegSam(options).Fit(Load(TinyData.Rows(images: 1))).Dispose();

    private static TinyRow Renamed(TinyRow row, string category)
    {
        row.Category = category;
        return row;
    }
}
