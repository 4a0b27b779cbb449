using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

[TestClass]
public sealed class ScoredColumnsTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private static readonly string[] AllOptional = ["PresenceScores", "PresentCategories", "ImageId"];

    [TestMethod]
    [DataRow("BinaryMask")]
    [DataRow("SemanticMask")]
    [DataRow("MaskSize")]
    [DataRow("ClassScores")]
    [DataRow("PredictedCategory")]
    [DataRow("Mask")]
    [DataRow("Category")]
    [DataRow("PresenceScores")]
    public void A_missing_column_is_named_with_what_is_there(string missing)
    {
        var data = With(definition => definition.Remove(definition[missing]));
        var message = Refusal(data);
        Assert.StartsWith($"Column '{missing}' is missing; expected ", message);
        Assert.EndsWith($" The data has: {string.Join(", ", data.Schema.Select(column => $"'{column.Name}'"))}.", message);
    }

    [TestMethod]
    [DataRow("BinaryMask", "a vector of Boolean")]
    [DataRow("SemanticMask", "a vector of UInt32 keys whose values are the category names")]
    [DataRow("MaskSize", "a vector of 2 Int32")]
    [DataRow("ClassScores", "a vector of Single")]
    [DataRow("PredictedCategory", "a UInt32 key whose values are the category names")]
    [DataRow("Mask", "MLImage, or Vector<Byte> of an encoded file (the true mask)")]
    [DataRow("Category", "text, or a UInt32 key")]
    [DataRow("PresenceScores", "a vector of Single with the category names as slot names")]
    [DataRow("PresentCategories", "a vector of text")]
    public void A_column_of_another_type_is_refused_with_what_was_expected(string wrong, string expected)
    {
        var data = Ml.Transforms.CopyColumns(wrong, "PredictedIoU").Fit(With(_ => { })).Transform(With(_ => { }));
        Assert.StartsWith($"Column '{wrong}' is Single; expected {expected}", Refusal(data));
    }

    [TestMethod]
    public void An_image_id_that_is_no_text_is_refused_with_a_way_out()
    {
        var source = With(definition => definition.Remove(definition["PresentCategories"]));
        var data = Ml.Transforms.CopyColumns("ImageId", "PredictedIoU").Fit(source).Transform(source);
        var message = Refusal(data);
        Assert.StartsWith("Column 'ImageId' is Single; expected text", message);
        Assert.Contains("ConvertType", message);
    }

    [TestMethod]
    public void Keys_without_names_are_refused() =>
        Assert.StartsWith("Column 'PredictedCategory' is Key<UInt32, 0-1>; expected a UInt32 key whose values are the category",
            Refusal(With(definition => ScoredData.SetNames(definition, "PredictedCategory", names: null))));

    [TestMethod]
    [DataRow("SemanticMask")]
    [DataRow("PresenceScores")]
    public void Columns_that_name_other_categories_are_refused(string column)
    {
        var message = Refusal(With(definition => ScoredData.SetNames(definition, column, ["liver", "kidney"])));
        Assert.StartsWith($"Columns 'PredictedCategory' and '{column}' name different categories: " +
            "kidney, liver and liver, kidney.", message);
    }

    [TestMethod]
    public void Two_sources_of_the_present_categories_are_one_too_many()
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Ml.Segmentation.Evaluate(With(_ => { }),
            new() { PresentCategoriesColumnName = "PresentCategories", ImageIdColumnName = "ImageId" }));
        Assert.Contains("give one of them", failure.Message);
    }

    [TestMethod]
    public void A_column_the_caller_names_must_be_there()
    {
        var data = With(_ => { });
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Ml.Segmentation.Evaluate(data, new() { MaskColumnName = "Truth" }));
        Assert.StartsWith("Column 'Truth' is missing; expected MLImage", failure.Message);
    }

    private static IDataView With(Action<SchemaDefinition> change)
    {
        var definition = ScoredData.Definition(AllOptional, ScoredData.Categories);
        change(definition);
        return Ml.Data.LoadFromEnumerable<ScoredRow>([], definition);
    }

    private static string Refusal(IDataView data) =>
        Assert.ThrowsExactly<ArgumentException>(() => Ml.Segmentation.Evaluate(data)).Message;
}
