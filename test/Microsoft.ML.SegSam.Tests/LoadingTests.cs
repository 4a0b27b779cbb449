using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Checkpoints;
using Microsoft.ML.SegSam.Tests.Support;

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
        Assert.AreSame(Shared, SegSamTransformer.In(new TransformerChain<ITransformer>(new TransformerChain<ITransformer>(before, Shared), after)));
    }

    [TestMethod]
    public void A_model_without_one_or_with_several_says_what_it_holds()
    {
        var copy = Ml.Transforms.CopyColumns("Copy", "Number").Fit(Load(Rows));
        Assert.StartsWith("The model holds no SegSamTransformer; its steps are: ColumnCopyingTransformer. Expected what Fit or Load returned for a pipeline with ml.Transforms.SegSam.",
            Assert.ThrowsExactly<ArgumentException>(() => SegSamTransformer.In(copy)).Message);
        Assert.StartsWith("The model holds no SegSamTransformer; it has no steps.",
            Assert.ThrowsExactly<ArgumentException>(() => SegSamTransformer.In(new TransformerChain<ITransformer>())).Message);
        Assert.StartsWith("The model holds 2 SegSamTransformers, expected one; its steps are: SegSamTransformer, ColumnCopyingTransformer, SegSamTransformer. ",
            Assert.ThrowsExactly<ArgumentException>(() => new SegSamPredictor(new TransformerChain<ITransformer>(Shared, copy, Shared))).Message);
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
        Assert.Contains("The model holds 2 SegSamTransformers", Assert.ThrowsExactly<InvalidDataException>(() => SegSamPredictor.Load(In("two.zip"))).Message);
        File.WriteAllText(In("noise.zip"), "not a zip");
        Assert.Contains("noise.zip' is not readable as a model: ", Assert.ThrowsExactly<InvalidDataException>(() => SegSamTransformer.Load(In("noise.zip"))).Message);
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
        Assert.IsTrue(lines.Any(line => line.Contains("Starting from sam.safetensors, read as Sam", StringComparison.Ordinal)), string.Join('\n', lines));
        CollectionAssert.AreEqual((string[])["object"], model.Categories.ToArray());
        Assert.AreEqual(ModelPrompts.Box | ModelPrompts.Points | ModelPrompts.Mask, model.Info.Prompts);
        Assert.AreEqual((null, null, "sam.safetensors"), (model.Info.Options!.BoxColumnName, model.Info.Options.PointsColumnName, model.Info.Options.Checkpoint));
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => model.Transform(Load(Rows))).Message;
        Assert.Contains("The model names no prompt column", error);
        Assert.Contains("fit ml.Transforms.SegSam with SegSamOptions that name a prompt column", error);

        ml.Model.Save(model, null, zip);
        using var again = SegSamPredictor.Load(zip);
        using var direct = new SegSamPredictor(model);
        using var fitted = new SegSamPredictor(Ml.Transforms.SegSam(new SegSamOptions { Checkpoint = weights, Epochs = 0, BoxColumnName = "Box" }).Fit(Load([])));
        var prompt = SegSamPrompt.Box(5, 6, 40, 50).AndPoint(20, 20);
        var masks = ((SegSamPredictor[])[direct, again, fitted]).Select(predictor =>
        {
            using var image = predictor.Encode(Rows[0].Image!);
            return predictor.Predict(image, prompt).Mask.ToCocoText();
        }).ToList();
        Assert.HasCount(1, masks.Distinct().ToList());
        _ = new SegSamMaskGenerator(again);
    }
}
