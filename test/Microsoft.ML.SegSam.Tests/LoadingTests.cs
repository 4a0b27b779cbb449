using System.IO.Compression;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Checkpoints;
using Microsoft.ML.SegSam.Tests.Support;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests;

using static FittedModel;

/// <summary>How a SEG-SAM is found in a model, loaded from a file or made from published weights.</summary>
[TestClass]
public sealed class LoadingTests
{
    private static readonly List<TinyRow> Rows = TinyData.Rows(images: 2);

    [TestMethod]
    public void The_one_in_a_chain_is_found_wherever_it_stands()
    {
        var before = Ml.Transforms.CopyColumns("Copy", "Number").Fit(Load(Rows));
        var after = Ml.Transforms.Conversion.MapKeyToValue("Name", "PredictedCategory").Fit(Shared.Transform(Load(Rows)));
        Assert.AreSame(Shared, SegSamTransformer.In(Shared));
        Assert.AreSame(Shared, SegSamTransformer.In(new TransformerChain<ITransformer>(before, Shared)));
        var inner = new TransformerChain<ITransformer>(before, Shared);
        Assert.AreSame(Shared, SegSamTransformer.In(new TransformerChain<ITransformer>(inner, after)));
    }

    [TestMethod]
    public void A_model_without_one_or_with_several_says_what_it_holds()
    {
        var copy = Ml.Transforms.CopyColumns("Copy", "Number").Fit(Load(Rows));
        Assert.StartsWith("The model holds no SegSamTransformer; its steps are: ColumnCopyingTransformer. "
            + "Expected what Fit or Load returned for a pipeline with ml.Transforms.SegSam.",
            Assert.ThrowsExactly<ArgumentException>(() => SegSamTransformer.In(copy)).Message);
        Assert.StartsWith("The model holds no SegSamTransformer; it has no steps.",
            Assert.ThrowsExactly<ArgumentException>(() => SegSamTransformer.In(new TransformerChain<ITransformer>())).Message);
        Assert.StartsWith("The model holds 2 SegSamTransformers, expected one; its steps are: "
            + "SegSamTransformer, ColumnCopyingTransformer, SegSamTransformer. ",
            Assert.ThrowsExactly<ArgumentException>(() =>
                new SegSamPredictor(new TransformerChain<ITransformer>(Shared, copy, Shared))).Message);
    }

    [TestMethod]
    public void A_file_is_loaded_whatever_steps_stand_around_it_and_other_files_are_refused()
    {
        using var folder = new TemporaryFolder();
        string In(string name) => Path.Combine(folder.Path, name);
        var copy = Ml.Transforms.CopyColumns("Copy", "Number").Fit(Load(Rows));
        Ml.Model.Save(new TransformerChain<ITransformer>(copy, Shared, copy), Load(Rows).Schema, In("chain.zip"));
        using (var loaded = SegSamTransformer.Load(In("chain.zip")))
            Table.AssertEqual(Table.Read(Shared.Transform(Load(Rows))), Table.Read(loaded.Transform(Load(Rows))), "from a chain");

        Ml.Model.Save(copy, Load(Rows).Schema, In("copy.zip"));
        Assert.Contains("copy.zip' cannot be used: The model holds no SegSamTransformer; its steps are: ColumnCopyingTransformer",
            Assert.ThrowsExactly<InvalidDataException>(() => SegSamTransformer.Load(In("copy.zip"))).Message);
        Ml.Model.Save(new TransformerChain<ITransformer>(Shared, Shared), Load(Rows).Schema, In("two.zip"));
        Assert.Contains("The model holds 2 SegSamTransformers",
            Assert.ThrowsExactly<InvalidDataException>(() => SegSamPredictor.Load(In("two.zip"))).Message);
        File.WriteAllText(In("noise.zip"), "not a zip");
        Assert.Contains("noise.zip' is not readable as a model: ",
            Assert.ThrowsExactly<InvalidDataException>(() => SegSamTransformer.Load(In("noise.zip"))).Message);
        Assert.ThrowsExactly<FileNotFoundException>(() => SegSamTransformer.Load(In("nowhere.zip")));
    }

    [TestMethod]
    public void Published_weights_take_prompts_of_every_kind_but_score_no_rows()
    {
        using var folder = new TemporaryFolder();
        var (weights, zip) = (Path.Combine(folder.Path, "sam.safetensors"), Path.Combine(folder.Path, "model.zip"));
        PublishedFile.Write(weights, PublishedFile.Weights(PublishedFile.Sam));
        var (ml, lines) = (new MLContext(seed: 3), new List<string>());
        ml.Log += (_, line) => lines.Add(line.Message);
        using var model = SegSamTransformer.FromCheckpoint(weights, ml: ml);
        Assert.IsTrue(lines.Any(line => line.Contains("Starting from sam.safetensors, read as Sam", StringComparison.Ordinal)),
            string.Join('\n', lines));
        CollectionAssert.AreEqual((string[])["object"], model.Categories.ToArray());
        Assert.AreEqual(ModelPrompts.Box | ModelPrompts.Points | ModelPrompts.Mask, model.Info.Prompts);
        Assert.AreEqual((null, null, "sam.safetensors"),
            (model.Info.Options!.BoxColumnName, model.Info.Options.PointsColumnName, model.Info.Options.Checkpoint));
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => model.Transform(Load(Rows))).Message;
        Assert.Contains("The model names no prompt column", error);
        Assert.Contains("fit ml.Transforms.SegSam with SegSamOptions that name a prompt column", error);

        ml.Model.Save(model, null, zip);
        using var again = SegSamPredictor.Load(zip);
        using var direct = new SegSamPredictor(model);
        var options = new SegSamOptions { Checkpoint = weights, Epochs = 0, BoxColumnName = "Box" };
        using var fitted = new SegSamPredictor(Ml.Transforms.SegSam(options).Fit(Load([])));
        var prompt = SegSamPrompt.Box(5, 6, 40, 50).AndPoint(20, 20);
        var masks = ((SegSamPredictor[])[direct, again, fitted]).Select(predictor =>
        {
            using var image = predictor.Encode(Rows[0].Image!);
            return predictor.Predict(image, prompt).Mask.ToCocoText();
        }).ToList();
        Assert.HasCount(1, masks.Distinct().ToList());
        _ = new SegSamMaskGenerator(again);
    }

    [TestMethod]
    public void A_model_without_weights_is_said_to_be_incomplete()
    {
        using var folder = new TemporaryFolder();
        var zip = SavedIn(folder);
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Update))
            archive.Entries.Single(entry => entry.Name == "Weights.safetensors").Delete();
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => SegSamPredictor.Load(zip)).Message,
            "is not readable as a model: The model holds no entry 'Weights.safetensors'");
    }

    [TestMethod]
    public void What_is_wrong_with_the_context_is_not_blamed_on_the_file()
    {
        if (torch.cuda.is_available())
            Assert.Inconclusive("Skipped: there is a GPU here.");
        using var folder = new TemporaryFolder();
        var zip = SavedIn(folder);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => SegSamPredictor.Load(zip, new MLContext { GpuDeviceId = 0 }));
        StringAssert.Contains(error.Message, "GpuDeviceId is 0");
    }

    [TestMethod]
    public void Models_come_from_a_zip_and_from_a_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var (zip, weights) = (SavedIn(folder), Path.Combine(folder.Path, "sam.safetensors"));
        Shared.SaveSamWeights(weights);
        var box = Rows[0].Box!;
        var prompt = SegSamPrompt.Box(box[0], box[1], box[2], box[3]);
        using var predictor = new SegSamPredictor(Shared);
        using var image = predictor.Encode(Rows[0].Image!);
        var expected = predictor.Predict(image, prompt);

        var loaded = SegSamPredictor.Load(zip);
        CollectionAssert.AreEqual(Shared.Categories.ToArray(), loaded.Categories.ToArray());
        CollectionAssert.AreEqual(expected.LowResLogits.ToArray(), loaded.Predict(image, prompt).LowResLogits.ToArray(),
            "an image of equal weights will do");
        loaded.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => loaded.Encode(Rows[0].Image!));
        Assert.Contains(nameof(SegSamPredictor.FromCheckpoint),
            Assert.ThrowsExactly<InvalidDataException>(() => SegSamPredictor.Load(weights)).Message);
        Assert.ThrowsExactly<FileNotFoundException>(() => SegSamPredictor.Load(zip + "x"));

        using var checkpoint = SegSamPredictor.FromCheckpoint(weights);
        using var encoded = checkpoint.Encode(Rows[0].Image!);
        var answer = checkpoint.Predict(encoded, prompt);
        Assert.AreEqual("object", answer.Category);
        Assert.AreEqual((Rows[0].Image!.Height, Rows[0].Image!.Width), (answer.Mask.Height, answer.Mask.Width));
    }

    private static string SavedIn(TemporaryFolder folder)
    {
        var zip = Path.Combine(folder.Path, "model.zip");
        Ml.Model.Save(Shared, Load(Rows).Schema, zip);
        return zip;
    }
}
