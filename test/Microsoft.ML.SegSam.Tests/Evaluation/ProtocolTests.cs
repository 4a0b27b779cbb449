using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

/// <summary>The evaluation protocol on a model that has hardly learned anything: its predictions have errors to put points into.</summary>
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
        var again = Ml.Segmentation.EvaluateProtocol(Shared, EvaluationRow.Load(Rows), EvaluationPrompts.Load(path));
        Assert.AreEqual(Whole.Value.ToJson(), again.ToJson());
        var others = EvaluationPrompts.Create(EvaluationRow.Load(Rows), seed: 5);
        Assert.AreNotEqual(Whole.Value.ToJson(), Ml.Segmentation.EvaluateProtocol(Shared, EvaluationRow.Load(Rows), others).ToJson(),
            "The seed decides the points.");
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
    public void A_model_for_boxes_and_one_for_points_are_prompted_with_both()
    {
        foreach (var options in (SegSamOptions[])[TinyData.Options("Box"), TinyData.Options(box: null, points: "Points")])
            Assert.AreEqual(Whole.Value.ToJson(), Evaluate(FittedModel.With(options), Rows).ToJson());
    }

    [TestMethod]
    public void Each_image_is_encoded_once_for_all_prompts() =>
        Assert.AreEqual((3L, 6L * (1 + 5)), WorkOf(() => Evaluate(Shared, Rows)));

    [TestMethod]
    public void Points_are_refined_as_a_user_would_by_the_columns()
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
                var point = Prompts.NextPoint(prompt, number, truth, answer.BinaryMask)!;
                question.Points = [.. question.Points!, point.X, point.Y];
                question.PointLabels = [.. question.PointLabels!, point.OnObject ? 1 : 0];
                question.MaskPrompt = []; // a network of random weights at first starts again: see SegSamPrompt.AndMask
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
            // In the protocol's order, so that sums round alike.
            .SelectMany(image => image.OrderBy(pair => pair.Second.Key, StringComparer.Ordinal))
            .Select(pair => pair.First with
            {
                Box = [.. pair.Second.Box.Select(at => (float)at)], Points = null, PointLabels = null, MaskPrompt = null,
            });
        var scored = FittedModel.With(TinyData.Options("Box", batchSize: 1)).Transform(Load(boxes));
        Assert.AreEqual(Ml.Segmentation.Evaluate(scored, new() { ImageIdColumnName = "ImageId" }).ToJson(),
            Whole.Value[PromptKind.Box].Masks.ToJson());
    }

    [TestMethod]
    public void Cases_and_modalities_are_those_of_the_prompts()
    {
        var found = Whole.Value[PromptKind.OnePoint];
        Assert.AreEqual(2, found.OverCases.Count);
        CollectionAssert.AreEqual(new[] { ("ct", 4), ("mr", 2) },
            found.MasksPerModality.Select(each => (each.Key, each.Value.Rows)).ToArray());
        Assert.AreEqual((4, 3), (Whole.Value.Seed, Whole.Value.Images));
    }

    [TestMethod]
    public void A_chain_of_transforms_is_run_up_to_the_network()
    {
        var copied = Ml.Transforms.CopyColumns("Truth", "Mask").Fit(EvaluationRow.Load(Rows));
        var chain = new TransformerChain<ITransformer>(new TransformerChain<ITransformer>(copied), Shared);
        Assert.AreEqual(Whole.Value.ToJson(),
            Ml.Segmentation.EvaluateProtocol(chain, EvaluationRow.Load(Rows), Prompts, new() { MaskColumnName = "Truth" }).ToJson());
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Evaluate(copied, Rows));
        Assert.Contains("The model holds no SegSamTransformer; its steps are: ColumnCopyingTransformer. Expected what Fit or Load returned",
            failure.Message);
    }

    [TestMethod]
    public void Progress_reports_every_image_and_canceling_stops()
    {
        var reports = new List<OperationProgress>();
        using var source = new CancellationTokenSource();
        var progress = new Direct(report =>
        {
            reports.Add(report);
            if (reports.Count == 2)
                source.Cancel();
        });
        Assert.ThrowsExactly<OperationCanceledException>(() =>
            Ml.Segmentation.EvaluateProtocol(Shared, EvaluationRow.Load(Rows), Prompts, progress: progress,
                cancellationToken: source.Token));
        CollectionAssert.AreEqual(new[] { (2, 6, "1 of 3 images, 2 of 6 objects"), (4, 6, "2 of 3 images, 4 of 6 objects") },
            reports.Select(each => (each.Done, each.Total, each.Description)).ToArray());
        StringAssert.Matches(reports[1].ToString(), new("^2 of 3 images, 4 of 6 objects, [0-9]+ s left$"));
    }

    [TestMethod]
    public void Rows_that_do_not_fit_the_prompts_are_named()
    {
        Assert.Contains("Column 'Mask', row 0 (counting from 0): there are no prompts for category 'disc' in image 'other'",
            Refusal(Rows[0] with { ImageId = "other" }));
        Assert.Contains("is not the one that the prompts were made from; the data have changed",
            Refusal(Rows[0] with { Mask = Rows[1].Mask }));
        Assert.Contains("the mask is 56 x 40 pixels and its image 64 x 64", Refusal(Rows[0] with { Mask = Rows[2].Mask }));
        Assert.Contains("Column 'Image', row 0 (counting from 0): there is no image", Refusal(Rows[0] with { Image = null }));
        Assert.Contains("There are no rows to evaluate",
            Assert.ThrowsExactly<InvalidOperationException>(() => Evaluate(Shared, [])).Message);
    }

    [TestMethod]
    public void Evaluating_a_part_of_the_prompts_is_warned_of()
    {
        var (ml, messages) = (new MLContext(seed: 1), new List<string>());
        ml.Log += (_, log) => messages.Add(log.Message);
        ml.Segmentation.EvaluateProtocol(Shared, EvaluationRow.Load([Rows[0]]), Prompts);
        Assert.Contains(message => message.Contains("5 objects of the prompts are not among the rows", StringComparison.Ordinal), messages);
    }

    [TestMethod]
    public void No_tensor_is_left_behind()
    {
        Evaluate(Shared, [Rows[0]]);
        var before = CountLiveTensors();
        Evaluate(Shared, [Rows[0]]);
        Assert.AreEqual(before, CountLiveTensors());
    }

    private static ProtocolMetrics Evaluate(ITransformer model, IEnumerable<EvaluationRow> rows) =>
        Ml.Segmentation.EvaluateProtocol(model, EvaluationRow.Load(rows), Prompts);

    private static string Refusal(EvaluationRow row) =>
        Assert.ThrowsExactly<InvalidOperationException>(() => Evaluate(Shared, [row])).Message;

    private static bool[] ColorOf(MLImage mask) => [.. mask.Pixels.ToArray().Chunk(4).Select(pixel => pixel[0] != 0)];

    private static void AssertDice(PromptKindMetrics found, bool[] truth, TinyAnswer answer) =>
        Assert.AreEqual(Overlap.Count(answer.BinaryMask!, truth).Dice, found.Masks.Binary.Dice, 1e-12, $"{found.Prompt}");

    private sealed class Direct(Action<OperationProgress> report) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value) => report(value);
    }
}
