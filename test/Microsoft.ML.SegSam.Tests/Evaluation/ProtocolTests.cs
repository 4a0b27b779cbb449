using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

/// <summary>The evaluation protocol on a model that has hardly learned anything: its answers have errors to click into.</summary>
[TestClass]
public sealed class ProtocolTests
{
    private static readonly List<EvaluationRow> Rows = EvaluationRow.Rows(images: 3);
    private static readonly EvaluationPrompts Prompts = EvaluationPrompts.Create(EvaluationRow.Load(Rows), seed: 4);
    private static readonly Lazy<ProtocolMetrics> Whole = new(() => Evaluate(Shared, Rows));

    [TestMethod]
    public void The_same_file_gives_the_same_figures()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "prompts.json");
        Prompts.Save(path);
        var again = Ml.Segmentation().EvaluateProtocol(Shared, EvaluationRow.Load(Rows), EvaluationPrompts.Load(path));
        Assert.AreEqual(Whole.Value.ToJson(), again.ToJson());
        var others = EvaluationPrompts.Create(EvaluationRow.Load(Rows), seed: 5);
        Assert.AreNotEqual(Whole.Value.ToJson(), Ml.Segmentation().EvaluateProtocol(Shared, EvaluationRow.Load(Rows), others).ToJson(), "The seed decides the clicks.");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(100)]
    public void Neither_the_size_of_batches_nor_the_order_of_rows_changes_a_figure(int batchSize)
    {
        EvaluationRow[] mixed = [Rows[5], Rows[0], Rows[2], Rows[4], Rows[1], Rows[3]]; // images apart
        Assert.AreEqual(Whole.Value.ToJson(), Evaluate(FittedModel.With(TinyData.Options("Box", batchSize: batchSize)), mixed).ToJson());
    }

    [TestMethod]
    public void A_model_for_boxes_and_one_for_clicks_are_asked_by_both()
    {
        foreach (var options in (SegSamOptions[])[TinyData.Options("Box"), TinyData.Options(box: null, points: "Points")])
            Assert.AreEqual(Whole.Value.ToJson(), Evaluate(FittedModel.With(options), Rows).ToJson());
    }

    [TestMethod]
    public void Each_image_is_encoded_once_for_all_prompts() =>
        Assert.AreEqual((3L, 6L * (1 + 5)), WorkOf(() => Evaluate(Shared, Rows)));

    [TestMethod]
    public void Clicks_are_refined_as_a_user_would_by_the_columns()
    {
        using var engine = Engine();
        foreach (var row in Rows[..3])
        {
            var found = Evaluate(Shared, [row]);
            var prompt = Prompts.Prompts.Single(each => (each.ImageId, each.Category) == (row.ImageId, row.Category));
            var truth = ColorOf(row.Mask!);
            var box = engine.Predict(new() { Image = row.Image, Box = [.. prompt.Box.Select(at => (float)at)] });
            AssertDice(found[PromptKind.Box], truth, box);

            var question = new TinyQuestion { Image = row.Image, Points = [prompt.Point[0], prompt.Point[1]], PointLabels = [1] };
            var answer = engine.Predict(question);
            AssertDice(found[PromptKind.OnePoint], truth, answer);
            for (var number = 2; number <= 5; number++)
            {
                var click = Prompts.NextClick(prompt, number, truth, answer.BinaryMask)!;
                question.Points = [.. question.Points!, click.X, click.Y];
                question.PointLabels = [.. question.PointLabels!, click.OnObject ? 1 : 0];
                question.MaskPrompt = answer.LowResLogits;
                answer = engine.Predict(question);
                if (number == 3)
                    AssertDice(found[PromptKind.ThreePoints], truth, answer);
            }

            AssertDice(found[PromptKind.FivePoints], truth, answer);
        }
    }

    [TestMethod]
    public void The_masks_of_the_box_prompts_score_as_Evaluate_says()
    {
        var boxes = TinyData.Rows(images: 3).Zip(Prompts.Prompts).GroupBy(pair => pair.First.ImageId)
            .SelectMany(image => image.OrderBy(pair => pair.Second.Key, StringComparer.Ordinal)) // the protocol's order, so that sums round alike
            .Select(pair => pair.First with { Box = [.. pair.Second.Box.Select(at => (float)at)], Points = null, PointLabels = null, MaskPrompt = null });
        var scored = FittedModel.With(TinyData.Options("Box", batchSize: 1)).Transform(Load(boxes));
        Assert.AreEqual(Ml.Segmentation().Evaluate(scored, imageIdColumnName: "ImageId").ToJson(), Whole.Value[PromptKind.Box].Masks.ToJson());
    }

    [TestMethod]
    public void Cases_and_modalities_are_those_of_the_prompts()
    {
        var found = Whole.Value[PromptKind.OnePoint];
        Assert.AreEqual(2, found.OverCases.Count);
        CollectionAssert.AreEqual(new[] { ("ct", 4), ("mr", 2) }, found.PerModality.Select(each => (each.Modality, each.Masks.Rows)).ToArray());
        Assert.AreEqual((4, 3), (Whole.Value.Seed, Whole.Value.Images));
    }

    [TestMethod]
    public void A_chain_of_transforms_is_run_up_to_the_network()
    {
        var copied = Ml.Transforms.CopyColumns("Truth", "Mask").Fit(EvaluationRow.Load(Rows));
        var chain = new TransformerChain<ITransformer>(new TransformerChain<ITransformer>(copied), Shared);
        Assert.AreEqual(Whole.Value.ToJson(), Ml.Segmentation().EvaluateProtocol(chain, EvaluationRow.Load(Rows), Prompts, maskColumnName: "Truth").ToJson());
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Evaluate(copied, Rows));
        Assert.Contains("The model holds no SegSamTransformer; its steps are: ColumnCopyingTransformer. Expected what Fit or Load returned", failure.Message);
    }

    [TestMethod]
    public void Progress_tells_every_image_and_cancelling_stops()
    {
        var reports = new List<EvaluationProgress>();
        using var source = new CancellationTokenSource();
        var progress = new Direct(report =>
        {
            reports.Add(report);
            if (reports.Count == 2)
                source.Cancel();
        });
        Assert.ThrowsExactly<OperationCanceledException>(() =>
            Ml.Segmentation().EvaluateProtocol(Shared, EvaluationRow.Load(Rows), Prompts, progress: progress, cancellationToken: source.Token));
        CollectionAssert.AreEqual(new[] { (1, 3, 2, 6), (2, 3, 4, 6) }, reports.Select(each => (each.Images, each.AllImages, each.Objects, each.AllObjects)).ToArray());
        Assert.StartsWith("Image 2/3, object 4/6, ", reports[1].ToString());
    }

    [TestMethod]
    public void Rows_that_do_not_fit_the_prompts_are_named()
    {
        Assert.Contains("Column 'Mask', row 0 (counting from 0): there are no prompts for category 'disc' in image 'other'", Refusal(Rows[0] with { ImageId = "other" }));
        Assert.Contains("is not the one that the prompts were made from; the data have changed", Refusal(Rows[0] with { Mask = Rows[1].Mask }));
        Assert.Contains("the mask is 56 x 40 pixels and its image 64 x 64", Refusal(Rows[0] with { Mask = Rows[2].Mask }));
        Assert.Contains("Column 'Image', row 0 (counting from 0): there is no image", Refusal(Rows[0] with { Image = null }));
        Assert.Contains("There are no rows to evaluate", Assert.ThrowsExactly<InvalidOperationException>(() => Evaluate(Shared, [])).Message);
    }

    [TestMethod]
    public void Evaluating_a_part_of_the_prompts_is_warned_of()
    {
        var (ml, messages) = (new MLContext(seed: 1), new List<string>());
        ml.Log += (_, log) => messages.Add(log.Message);
        ml.Segmentation().EvaluateProtocol(Shared, EvaluationRow.Load([Rows[0]]), Prompts);
        Assert.Contains(message => message.Contains("5 objects of the prompts are not among the rows", StringComparison.Ordinal), messages);
    }

    [TestMethod]
    public void No_tensor_is_left_behind()
    {
        Evaluate(Shared, [Rows[0]]);
        var before = LiveTensors.Count;
        Evaluate(Shared, [Rows[0]]);
        Assert.AreEqual(before, LiveTensors.Count);
    }

    private static ProtocolMetrics Evaluate(ITransformer model, IEnumerable<EvaluationRow> rows) =>
        Ml.Segmentation().EvaluateProtocol(model, EvaluationRow.Load(rows), Prompts);

    private static string Refusal(EvaluationRow row) => Assert.ThrowsExactly<InvalidOperationException>(() => Evaluate(Shared, [row])).Message;

    private static bool[] ColorOf(MLImage mask) => [.. mask.Pixels.ToArray().Chunk(4).Select(pixel => pixel[0] != 0)];

    private static void AssertDice(PromptKindMetrics found, bool[] truth, TinyAnswer answer) =>
        Assert.AreEqual(Overlap.Count(answer.BinaryMask!, truth).Dice, found.Masks.BinaryDice, 1e-12, $"{found.Prompt}");

    private sealed class Direct(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => report(value);
    }
}
