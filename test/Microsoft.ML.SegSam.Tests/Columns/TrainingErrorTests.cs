using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;


namespace Microsoft.ML.SegSam.Tests.Columns;

[TestClass]
public sealed class TrainingErrorTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static readonly SegSamOptions All = new()
    {
        BoxColumnName = "Box", PointsColumnName = "Points", PointLabelsColumnName = "PointLabels", MaskPromptColumnName = "MaskPrompt",
        DescriptionColumnName = "Description", PresentCategoriesColumnName = "Present", ImageIdColumnName = "ImageId",
        InputSize = 64, Epochs = 1,
    };

    [TestMethod]
    [DataRow("Image", "MLImage, or Vector<Byte>")]
    [DataRow("Box", "a vector of 4 floats x0 y0 x1 y1")]
    [DataRow("Points", "a vector of floats x y x y")]
    [DataRow("PointLabels", "a vector of floats, 1 = object")]
    [DataRow("MaskPrompt", "a vector of floats, the LowResLogits")]
    [DataRow("Mask", "MLImage, or Vector<Byte>")]
    [DataRow("Category", "text")]
    [DataRow("Description", "text, or a vector of floats")]
    [DataRow("Present", "a vector of texts")]
    [DataRow("ImageId", "text")]
    public void A_column_that_is_missing_or_of_another_type_is_named(string column, string expected)
    {
        var data = TinyData.Load(Ml, TinyData.Rows(images: 1));
        var without = Ml.Transforms.DropColumns(column).Fit(data).Transform(data);
        var there = string.Join(", ", without.Schema.Select(other => $"'{other.Name}'"));
        var estimator = Ml.Transforms.SegSam(All);
        foreach (var message in (string[])[Refusal(() => estimator.Fit(without)),
            Refusal(() => estimator.GetOutputSchema(SchemaCheck.ShapeOf(without.Schema)))])
        {
            Assert.StartsWith($"Column '{column}' is missing; expected {expected}", message);
            Assert.EndsWith($"The data has: {there}.", message);
        }

        var wrong = Ml.Transforms.CopyColumns(column, "Number").Fit(data).Transform(data);
        foreach (var message in (string[])[Refusal(() => estimator.Fit(wrong)),
            Refusal(() => estimator.GetOutputSchema(SchemaCheck.ShapeOf(wrong.Schema)))])
        {
            Assert.StartsWith($"Column '{column}' is Int32; expected {expected}", message);
        }

        static string Refusal(Func<object> act) => Assert.ThrowsExactly<ArgumentException>(act).Message;
    }

    [TestMethod]
    public void A_box_vector_of_another_length_is_refused_by_its_type()
    {
        var data = Ml.Data.LoadFromEnumerable(TinyData.Rows(images: 1)
            .Select(row => new { row.Image, row.Mask, row.Category, row.Box, row.Number }));
        var two = Ml.Transforms.Conversion.ConvertType("Number", outputKind: Microsoft.ML.Data.DataKind.Single)
            .Append(Ml.Transforms.Concatenate("Box", "Number", "Number")).Fit(data).Transform(data);
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.SegSam(TinyData.Options()).Fit(two));
        Assert.StartsWith("Column 'Box' is Vector<Single, 2>; expected a vector of 4 floats", failure.Message);
    }

    public static IEnumerable<(string Name, Action<TinyRow> Change, string Message)> BadRows =>
    [
        ("no image", row => row.Image = null, "Column 'Image', row 1 (counting from 0): there is no image"),
        ("no mask", row => row.Mask = null, "Column 'Mask', row 1 (counting from 0): there is no mask"),
        ("mask of another size", row => row.Mask = TinyData.Flat(3, 5),
            "Column 'Mask', row 1 (counting from 0): the mask is 5 x 3 pixels and its image 64 x 64"),
        ("empty mask", row => row.Mask = Microsoft.ML.Data.MLImage.CreateFromPixels(64, 64, Microsoft.ML.Data.MLPixelFormat.Bgra32,
            new byte[64 * 64 * 4]), "Column 'Mask', row 1 (counting from 0): the mask is empty"),
        ("no category", row => row.Category = null, "Column 'Category', row 1 (counting from 0): the category has no name"),
        ("blank category", row => row.Category = "  ", "Column 'Category', row 1 (counting from 0): the category has no name"),
        ("box of 3", row => row.Box = [1, 2, 3],
            "Column 'Box', row 1 (counting from 0): expected 4 numbers x0 y0 x1 y1 in pixels, found 3"),
        ("box upside down", row => row.Box = [10, 20, 5, 30],
            "Column 'Box', row 1 (counting from 0): expected x0 < x1 and y0 < y1, found (10, 20, 5, 30)"),
        ("flat box", row => row.Box = [10, 20, 30, 20], "Column 'Box', row 1 (counting from 0): expected x0 < x1 and y0 < y1"),
        ("box outside", row => row.Box = [64, 0, 80, 9], "Column 'Box', row 1 (counting from 0): expected a box that overlaps the image"),
        ("NaN box", row => row.Box = [0, float.NaN, 9, 9], "Column 'Box', row 1 (counting from 0): expected finite numbers"),
        ("infinite box", row => row.Box = [0, 0, float.PositiveInfinity, 9],
            "Column 'Box', row 1 (counting from 0): expected finite numbers"),
        ("odd points", row => row.Points = [1, 2, 3], "Column 'Points', row 1 (counting from 0): expected pairs x y, found 3 numbers"),
        ("point outside", row => row.Points = [65, 2],
            "Column 'Points', row 1 (counting from 0): expected points on the image, 64 wide and 64 high, found (65, 2)"),
        ("NaN point", row => row.Points = [float.NaN, 2], "Column 'Points', row 1 (counting from 0): expected points on the image"),
        ("point label 2", row => row.PointLabels = [2],
            "Column 'PointLabels', row 1 (counting from 0): expected 1 (object) or 0 (background), found 2"),
        ("two labels for one point", row => row.PointLabels = [1, 0],
            "Column 'PointLabels', row 1 (counting from 0): expected one label for each of the 1 points, found 2"),
        ("labels without points", row => row.Points = null,
            "Column 'PointLabels', row 1 (counting from 0): expected one label for each of the 0 points, found 1"),
        ("short mask prompt", row => row.MaskPrompt = new float[9],
            "Column 'MaskPrompt', row 1 (counting from 0): expected 16 x 16 = 256 logits of an earlier prediction, found 9"),
        ("NaN mask prompt", row => row.MaskPrompt = [.. Enumerable.Repeat(float.NaN, 256)],
            "Column 'MaskPrompt', row 1 (counting from 0): expected finite logits"),
    ];

    [TestMethod]
    [DynamicData(nameof(BadRows))]
    public void A_row_that_makes_no_sense_is_named_with_its_column(string name, Action<TinyRow> change, string message)
    {
        var options = TinyData.Options("Box", "Points", "MaskPrompt");
        Assert.StartsWith(message, Refusal(options, row => change(row)), name);
    }

    [TestMethod]
    [DataRow("File")]
    [DataRow("MaskFile")]
    public void Bytes_that_are_no_image_are_named(string column)
    {
        var message = Refusal(TinyData.Options(image: "File"), row =>
        {
            if (column == "File")
                row.File = [1, 2, 3];
            else
                row.MaskFile = row.MaskFile![..40];
        });
        Assert.StartsWith($"Column '{column}', row 1 (counting from 0): The ", message);
    }

    [TestMethod]
    public void Data_without_rows_are_refused()
    {
        Assert.StartsWith("The training data have no rows;", Assert.ThrowsExactly<InvalidOperationException>(
            () => Ml.Transforms.SegSam(TinyData.Options()).Fit(TinyData.Load(Ml, []))).Message);
        Assert.StartsWith("The validation data have no rows;", Assert.ThrowsExactly<InvalidOperationException>(
            () => Ml.Transforms.SegSam(TinyData.Options()).Fit(TinyData.Load(Ml, TinyData.Rows(1)), TinyData.Load(Ml, []))).Message);
    }

    [TestMethod]
    public void A_category_that_only_the_validation_data_have_is_refused()
    {
        var rows = TinyData.Rows(images: 1);
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Ml.Transforms.SegSam(TinyData.Options())
            .Fit(TinyData.Load(Ml, rows), TinyData.Load(Ml, [rows[0], rows[1] with { Category = "ring" }])));
        Assert.StartsWith("Column 'Category', row 1 (counting from 0): "
            + "the category 'ring' does not occur in the training data, which have: disc, bar", failure.Message);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    [DataRow(4)]
    public void Description_vectors_of_unequal_length_are_refused(int length)
    {
        var message = Refusal(Vectors(), row => row.DescriptionVector = new float[length]);
        Assert.StartsWith("Column 'DescriptionVector', row 1 (counting from 0): ", message);
        Assert.Contains($"'bar' holds {length} numbers, expected 3", message);
    }

    [TestMethod]
    public void A_description_vector_that_is_not_finite_is_refused() =>
        Assert.StartsWith("Column 'DescriptionVector', row 1 (counting from 0): the description vector holds NaN or infinity",
            Refusal(Vectors(), row => row.DescriptionVector = [0, float.NaN, 0]));

    [TestMethod]
    public void Description_vectors_train()
    {
        using var model = Ml.Transforms.SegSam(Vectors()).Fit(TinyData.Load(Ml, TinyData.Rows(images: 1)));
        CollectionAssert.AreEqual(new long[] { 2, 3 }, model.Model.Network.TextBank.shape);
    }

    private static SegSamOptions Vectors() =>
        new() { BoxColumnName = "Box", DescriptionColumnName = "DescriptionVector", InputSize = 64, Epochs = 1 };

    private static string Refusal(SegSamOptions options, Action<TinyRow> change)
    {
        var rows = TinyData.Rows(images: 1);
        rows[1] = rows[1] with { };
        change(rows[1]);
        return Assert.ThrowsExactly<InvalidOperationException>(() => Ml.Transforms.SegSam(options).Fit(TinyData.Load(Ml, rows))).Message;
    }
}
