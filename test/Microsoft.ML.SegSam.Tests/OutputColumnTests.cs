using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

using static FittedModel;

/// <summary>Names and annotations of the output columns.</summary>
[TestClass]
public sealed class OutputColumnTests
{
    private static readonly List<TinyRow> Rows = TinyData.Rows(images: 3);

    [TestMethod]
    public void Two_models_fit_into_one_chain_by_their_prefixes_saved_and_loaded()
    {
        var data = Load(Rows);
        using var first = Ml.Transforms.SegSam(TinyData.Options() with { OutputColumnPrefix = "First" }).Fit(data);
        using var second = Ml.Transforms.SegSam(TinyData.Options(box: null, points: "Points") with { OutputColumnPrefix = "Second." })
            .Fit(data);
        var chain = new TransformerChain<ITransformer>(first, second);
        var scored = chain.Transform(data);
        string[] names = ["BinaryMask", "SemanticMask", "MaskSize", "ClassScores", "PredictedCategory", "PresenceScores", "PredictedIoU"];
        CollectionAssert.AreEqual(names.Select(name => "First" + name).Concat(names.Select(name => "Second." + name)).ToList(),
            scored.Schema.Skip(data.Schema.Count).Select(column => column.Name).ToList());
        CollectionAssert.AreEqual(Table.Column<float>(first.Transform(data), "FirstPredictedIoU"),
            Table.Column<float>(scored, "FirstPredictedIoU"));
        CollectionAssert.AreEqual(Table.Column<float>(second.Transform(data), "Second.PredictedIoU"),
            Table.Column<float>(scored, "Second.PredictedIoU"));
        CollectionAssert.AreNotEqual(Table.Column<float>(scored, "FirstPredictedIoU"), Table.Column<float>(scored, "Second.PredictedIoU"));
        Assert.AreEqual((1u, 2u, 2u), (SetOf(scored, "FirstClassScores"), SetOf(scored, "Second.ClassScores"),
            SetOf(scored, "Second.PredictedCategory")));

        var (loaded, _) = EstimatorWorkout.Reload(Ml, chain, data.Schema);
        Table.AssertEqual(Table.Read(scored), Table.Read(loaded.Transform(data)), "loaded");
        SchemaCheck.AssertEqual(scored.Schema, loaded.Transform(data).Schema);
        (loaded as IDisposable)?.Dispose();
    }

    [TestMethod]
    public void The_shape_before_fitting_has_the_same_names_and_annotations()
    {
        var options = TinyData.Options() with { OutputColumnPrefix = "My" };
        SchemaCheck.AssertKept(Ml.Transforms.SegSam(options).GetOutputSchema(SchemaCheck.ShapeOf(Load(Rows).Schema)), With(options)
            .Transform(Load(Rows)).Schema);
    }

    [TestMethod]
    [DataRow(" ")]
    [DataRow("\t")]
    [DataRow(null)]
    public void A_prefix_of_nothing_is_refused(string? prefix) => Assert.Contains("SegSamOptions.OutputColumnPrefix is '",
        Assert.ThrowsExactly<ArgumentException>(() =>
            Ml.Transforms.SegSam(TinyData.Options() with { OutputColumnPrefix = prefix! })).Message);

    [TestMethod]
    public void ML_NETs_evaluator_of_classifiers_finds_the_class_scores()
    {
        var names = Shared.Categories;
        var predicted = Table.Column<uint>(Shared.Transform(Load(Rows)), "PredictedCategory");
        // All rows are right but the second: 5 of 6.
        var labeled = Rows.Select((row, i) => row with { Category = names[i == 1 ? 2 - (int)predicted[i] : (int)predicted[i] - 1] });
        var keys = Ml.Data.LoadFromEnumerable(names.Select(name => new { Name = name }));
        var data = Ml.Transforms.Conversion.MapValueToKey("Label", "Category", keyData: keys).Fit(Load(labeled)).Transform(Load(labeled));
        var metrics = Ml.MulticlassClassification.Evaluate(Shared.Transform(data), labelColumnName: "Label", scoreColumnName: "ClassScores",
            predictedLabelColumnName: "PredictedCategory");
        Assert.AreEqual(5 / 6d, metrics.MicroAccuracy, 1e-9);
        Assert.AreEqual(5d, metrics.ConfusionMatrix.Counts[0][0] + metrics.ConfusionMatrix.Counts[1][1]);
        var scores = Table.Column<VBuffer<float>>(Shared.Transform(data), "ClassScores").Select(row => row.DenseValues().ToArray())
            .ToList();
        var losses = scores.Select((row, i) => -Math.Log(row[i == 1 ? 2 - (int)predicted[i] : (int)predicted[i] - 1]));
        Assert.AreEqual(losses.Average(), metrics.LogLoss, 1e-4);
    }

    [TestMethod]
    public void Annotations_are_those_of_ML_NETs_own_classifiers()
    {
        var data = Ml.Transforms.Conversion.MapValueToKey("Label", "Category")
            .Append(Ml.Transforms.CopyColumns("Features", "DescriptionVector")).Fit(Load(Rows)).Transform(Load(Rows));
        var fixedSize = Ml.Transforms.CustomMapping<TinyRow, Fixed>((row, into) => into.Numbers = row.DescriptionVector!, null).Fit(data)
            .Transform(data);
        var theirs = Ml.MulticlassClassification.Trainers.NaiveBayes("Label", "Numbers").Fit(fixedSize).Transform(fixedSize).Schema;
        var ours = Shared.Transform(Load(Rows)).Schema;
        foreach (var (their, our) in ((string, string)[])[("Score", "ClassScores"), ("PredictedLabel", "PredictedCategory")])
        {
            var (expected, found) = (theirs[their].Annotations.Schema, ours[our].Annotations.Schema);
            CollectionAssert.IsSubsetOf(expected.Select(kind => $"{kind.Name}: {kind.Type}").ToList(),
                found.Select(kind => $"{kind.Name}: {kind.Type}").ToList(), our);
            foreach (var kind in (string[])["ScoreColumnKind", "ScoreValueKind"])
                Assert.AreEqual(TextOf(theirs[their], kind), TextOf(ours[our], kind), $"{kind} of {our}");
        }
    }

    private static uint SetOf(IDataView data, string column)
    {
        var id = 0u;
        data.Schema[column].Annotations.GetValue("ScoreColumnSetId", ref id);
        return id;
    }

    private static string TextOf(DataViewSchema.Column column, string kind)
    {
        var text = default(ReadOnlyMemory<char>);
        column.Annotations.GetValue(kind, ref text);
        return text.ToString();
    }

    private sealed class Fixed
    {
        [VectorType(3)]
        public float[] Numbers { get; set; } = [];
    }
}
