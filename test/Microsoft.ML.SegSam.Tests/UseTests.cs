using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

[TestClass]
public sealed class UseTests
{
    private static readonly List<TinyRow> Rows = TinyData.Rows(images: 3);

    [TestMethod]
    public void A_prediction_engine_answers_as_the_pipeline_does()
    {
        var scored = FittedModel.With(TinyData.Options("Box", "Points", "MaskPrompt", batchSize: 1)).Transform(Load(Rows));
        using var engine = Engine();
        foreach (var (index, row) in Rows.Index())
        {
            var answer = engine.Predict(Ask(row));
            CollectionAssert.AreEqual(Table.Vectors<float>(scored, "LowResLogits")[index], answer.LowResLogits);
            CollectionAssert.AreEqual(Table.Vectors<bool>(scored, "BinaryMask")[index], answer.BinaryMask);
            CollectionAssert.AreEqual(Table.Vectors<uint>(scored, "SemanticMask")[index], answer.SemanticMask);
            CollectionAssert.AreEqual(new[] { row.Image!.Height, row.Image.Width }, answer.MaskSize);
            Assert.HasCount(row.Image.Height * row.Image.Width, answer.BinaryMask!);
            Assert.AreEqual(Table.Column<uint>(scored, "PredictedCategory")[index], answer.PredictedCategory);
        }
    }

    [TestMethod]
    public void Scores_masks_and_category_of_an_answer_agree()
    {
        using var engine = Engine();
        var answer = engine.Predict(Ask(Rows[0]));
        Assert.AreEqual(1, answer.ClassScores!.Sum(), 1e-5);
        Assert.AreEqual(answer.ClassScores!.Max(), answer.ClassScores![answer.PredictedCategory - 1]);
        Assert.IsTrue(answer.SemanticMask!.All(key => key == 0 || key == answer.PredictedCategory));
        Assert.IsTrue(answer.PresenceScores!.All(score => score is >= 0 and <= 1));
        Assert.HasCount(TinyData.MaskSide * TinyData.MaskSide, answer.LowResLogits!);
    }

    [TestMethod]
    public void Engines_on_parallel_threads_answer_as_one_does()
    {
        using var single = Engine();
        var expected = Rows.ConvertAll(row => single.Predict(Ask(row)).LowResLogits!);
        // Each thread asks in an order of its own, so that different images meet in the network.
        var threads = Enumerable.Range(0, 8).Select(start => Task.Factory.StartNew(() =>
        {
            using var engine = Engine();
            return Enumerable.Range(start, Rows.Count).Select(i => i % Rows.Count)
                .Select(i => (Row: i, Logits: engine.Predict(Ask(Rows[i])).LowResLogits!)).ToList();
        }, TestContext.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Task.WaitAll(threads, TestContext.CancellationToken);
        foreach (var (row, logits) in threads.SelectMany(thread => thread.Result))
        {
            for (var i = 0; i < logits.Length; i++)
                Assert.AreEqual(expected[row][i], logits[i], 1e-5f, $"row {row}, logit {i}");
        }
    }

    [TestMethod]
    public void Names_can_be_read_from_slots_and_keys()
    {
        var schema = Shared.GetOutputSchema(Load(Rows).Schema);
        foreach (var column in (string[])["ClassScores", "PresenceScores"])
        {
            var names = default(VBuffer<ReadOnlyMemory<char>>);
            schema[column].GetSlotNames(ref names);
            Assert.AreEqual("disc, bar", string.Join(", ", names.DenseValues()), column);
        }

        foreach (var column in (string[])["PredictedCategory", "SemanticMask"])
        {
            var names = default(VBuffer<ReadOnlyMemory<char>>);
            schema[column].GetKeyValues(ref names);
            Assert.AreEqual("disc, bar", string.Join(", ", names.DenseValues()), column);
        }

        CollectionAssert.AreEqual(new[] { "disc", "bar" }, Shared.Categories.ToArray());
    }

    [TestMethod]
    public void Built_in_transforms_work_on_the_output()
    {
        var data = Load(Rows);
        var scored = Shared.Transform(data);
        var pipeline = Ml.Transforms.Conversion.MapKeyToValue("Name", "PredictedCategory")
            .Append(Ml.Transforms.Conversion.MapKeyToValue("PixelNames", "SemanticMask"))
            .Append(Ml.Transforms.CopyColumns("Scores", "ClassScores"))
            .Append(Ml.Transforms.SelectColumns("Number", "Name", "PixelNames", "Scores"));
        var after = pipeline.Fit(scored).Transform(scored);
        CollectionAssert.AreEqual(Rows.ConvertAll(row => row.Number), Table.Column<int>(after, "Number"));
        var keys = Table.Column<uint>(scored, "PredictedCategory");
        CollectionAssert.AreEqual(keys.ConvertAll(key => Shared.Categories[(int)key - 1]),
            Table.Column<ReadOnlyMemory<char>>(after, "Name").ConvertAll(name => name.ToString()));
        foreach (var (pixels, names) in Table.Vectors<uint>(scored, "SemanticMask")
            .Zip(Table.Vectors<ReadOnlyMemory<char>>(after, "PixelNames")))
            CollectionAssert.AreEqual(pixels.Select(key => key == 0 ? "" : Shared.Categories[(int)key - 1]).ToList(),
                names.Select(name => name.ToString()).ToList());
        Assert.AreEqual(Rows.Count, WorkOf(() => Table.Read(after)).Prompts);
    }

    [TestMethod]
    public void An_answer_can_be_refined_with_its_own_logits()
    {
        using var engine = Engine();
        var first = engine.Predict(new() { Image = Rows[0].Image, Box = Rows[0].Box });
        var refined = engine.Predict(new() { Image = Rows[0].Image, Box = Rows[0].Box, MaskPrompt = first.LowResLogits });
        CollectionAssert.AreNotEqual(first.LowResLogits, refined.LowResLogits);
    }

    public required TestContext TestContext { get; init; }
}
