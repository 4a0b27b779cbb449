using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

[TestClass]
public sealed class EvaluationOptionsTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static readonly string[] Outputs =
        ["BinaryMask", "SemanticMask", "MaskSize", "ClassScores", "PredictedCategory", "PresenceScores"];

    [TestMethod]
    [DataRow("Second")]
    [DataRow("segsam.")]
    public void Outputs_are_read_by_their_prefix(string prefix)
    {
        var data = ScoredData.Of(Rows(), ["PresenceScores", "ImageId"]);
        var options = new EvaluationOptions { ImageColumnName = "Mask" };
        var expected = Ml.Segmentation.MakeContactSheet(data, options: options);
        Assert.AreNotEqual(double.NaN, expected.Metrics.PresenceF1);

        var renamed = Renamed(data, prefix);
        options = options with { OutputColumnPrefix = prefix };
        Assert.AreEqual(expected.Metrics.ToJson(), Ml.Segmentation.Evaluate(renamed, options).ToJson());
        var sheet = Ml.Segmentation.MakeContactSheet(renamed, options: options);
        Assert.AreEqual((expected.ToString(), expected.Metrics.ToJson()), (sheet.ToString(), sheet.Metrics.ToJson()));
        Assert.IsTrue(expected.Render().Bytes.Span.SequenceEqual(sheet.Render().Bytes.Span));
    }

    [TestMethod]
    public void A_missing_output_is_named_with_its_prefix()
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(
            () => Ml.Segmentation.Evaluate(ScoredData.Of(Rows()), new() { OutputColumnPrefix = "Other." }));
        Assert.StartsWith("Column 'Other.BinaryMask' is missing; expected a vector of Boolean", failure.Message);
        Assert.Contains("OutputColumnPrefix is 'Other.', the prefix of its output columns.", failure.Message);
    }

    [TestMethod]
    public void Contradicting_outputs_are_named_with_their_prefix()
    {
        var row = Rows()[0];
        row.SemanticMask = ScoredRow.Dense(1u, 1u, 0u);
        var data = Renamed(ScoredData.Of([row]), "My");
        Assert.StartsWith("Row 0 (counting from 0): MyMaskSize says 2 x 4 pixels, but MyBinaryMask has 8 and MySemanticMask 3.",
            Assert.ThrowsExactly<InvalidOperationException>(() =>
                Ml.Segmentation.Evaluate(data, new() { OutputColumnPrefix = "My" })).Message);
    }

    [TestMethod]
    public void A_model_whose_images_have_another_column_is_checked_by_that_column()
    {
        var (row, other) = (Rows()[0], Rows()[1]);
        (row.ImageId, other.ImageId) = ("slice", "slice");
        var data = ScoredData.Of([row, other], ["PresenceScores", "ImageId"]);
        Assert.AreEqual(2, Ml.Segmentation.Evaluate(data).Rows, "There is no column Image.");
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() =>
            Ml.Segmentation.Evaluate(data, new() { ImageColumnName = "Mask" }));
        Assert.Contains("image id 'slice' stands for another image here than in row 0", failure.Message);
    }

    [TestMethod]
    public void Options_that_make_no_sense_are_named_by_every_method()
    {
        (EvaluationOptions Options, string Expected)[] wrong =
        [
            (new() { ImageColumnName = "" }, "ImageColumnName is ''; expected the name of the image column."),
            (new() { MaskColumnName = " " }, "MaskColumnName is ' '; expected the name of the column of true masks."),
            (new() { CategoryColumnName = null! }, "CategoryColumnName is 'null'; expected the name of the column of true categories."),
            (new() { PresentCategoriesColumnName = "" }, "PresentCategoriesColumnName is ''; expected the name of a column, or null."),
            (new() { ImageIdColumnName = "" }, "ImageIdColumnName is ''; expected the name of a column, or null."),
            (new() { OutputColumnPrefix = null! }, "OutputColumnPrefix is 'null'; expected a prefix, or \"\" for none."),
            (new() { SurfaceTolerance = -1 }, "Expected: a finite tolerance of the surface Dice, 0 or more"),
        ];
        var data = ScoredData.Of([]);
        var rows = EvaluationRow.Rows(images: 1);
        var prompts = EvaluationPrompts.Create(EvaluationRow.Load(rows));
        foreach (var (options, expected) in wrong)
        {
            Assert.StartsWith(expected, Assert.Throws<ArgumentException>(() => Ml.Segmentation.Evaluate(data, options)).Message);
            Assert.StartsWith(expected,
                Assert.Throws<ArgumentException>(() => Ml.Segmentation.MakeContactSheet(data, options: options)).Message);
            Assert.StartsWith(expected, Assert.Throws<ArgumentException>(
                () => Ml.Segmentation.EvaluateProtocol(FittedModel.Shared, EvaluationRow.Load(rows), prompts, options)).Message);
        }
    }

    private static List<ScoredRow> Rows()
    {
        List<ScoredRow> rows =
        [
            ScoredRow.Draw("kidney", "##.. ....", "#... ....", "11.. 2...", predicted: 1),
            ScoredRow.Draw("liver", "..## ..##", "..## ...#", "..22 ..22", predicted: 2),
            ScoredRow.Unscored("kidney", "##.. ...."),
        ];
        foreach (var (i, row) in rows.Index())
            row.ImageId = $"slice {i}";
        return rows;
    }

    private static IDataView Renamed(IDataView data, string prefix)
    {
        var outputs = Outputs.Where(name => data.Schema.GetColumnOrNull(name) is not null).ToArray();
        foreach (var name in outputs)
            data = Ml.Transforms.CopyColumns(prefix + name, name).Fit(data).Transform(data);
        return Ml.Transforms.DropColumns(outputs).Fit(data).Transform(data);
    }
}
