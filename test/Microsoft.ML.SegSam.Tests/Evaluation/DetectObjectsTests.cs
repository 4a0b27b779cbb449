using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

[TestClass]
public sealed class DetectObjectsTests
{
    private static readonly List<TinyRow> Rows = TinyData.RowsWithGaps();

    /// <summary>Keeps masks that the small model rates low.</summary>
    private static SegSamMaskGenerator Generator { get; } =
        new(new(Shared), new() { PointsPerSide = 3, PredIouThreshold = 0, StabilityScoreThreshold = 0 });

    [TestMethod]
    public void The_columns_are_those_of_ML_NETs_object_detection()
    {
        var schema = Ml.Segmentation.DetectObjects(Load(Rows), Generator).Schema;
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single), schema["PredictedBoundingBoxes"].Type);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single), schema["Score"].Type);
        Assert.AreEqual(new VectorDataViewType(new KeyDataViewType(typeof(uint), 2)), schema["PredictedLabel"].Type);
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        schema["PredictedLabel"].GetKeyValues(ref names);
        CollectionAssert.AreEqual(Shared.Categories.ToList(), names.DenseValues().Select(name => name.ToString()).ToList());
        CollectionAssert.IsSubsetOf(Load(Rows).Schema.Select(column => column.Name).ToList(),
            schema.Select(column => column.Name).ToList());
    }

    [TestMethod]
    [DataRow("Image")]
    [DataRow("File")]
    public void Each_image_has_the_boxes_scores_and_names_of_its_masks(string column)
    {
        var found = Ml.Segmentation.DetectObjects(Load(Rows), Generator, column);
        var names = Ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(found).Transform(found);
        var (boxes, scores) = (Table.Vectors<float>(found, "PredictedBoundingBoxes"), Table.Vectors<float>(found, "Score"));
        var labels = Table.Vectors<ReadOnlyMemory<char>>(names, "PredictedLabel");
        Assert.HasCount(Rows.Count, boxes);
        for (var i = 0; i < Rows.Count; i++)
        {
            var masks = Rows[i].Image is { } image ? Generator.Generate(image) : [];
            var expected = masks.SelectMany(each => each.Mask.Box is { } box ? (float[])[box.X0, box.Y0, box.X1, box.Y1] : []);
            CollectionAssert.AreEqual(expected.ToList(), boxes[i], $"row {i}");
            CollectionAssert.AreEqual(masks.Select(each => each.Score).ToList(), scores[i], $"row {i}");
            CollectionAssert.AreEqual(masks.Select(each => each.Category).ToList(), labels[i].Select(name => name.ToString()).ToList(),
                $"row {i}");
        }

        Assert.IsNotEmpty(scores[0]);
        Assert.IsEmpty(scores[1], "The row has no image.");
    }

    [TestMethod]
    public void Nothing_is_searched_for_columns_that_are_not_read()
    {
        var found = Ml.Segmentation.DetectObjects(Load(Rows), Generator);
        Assert.AreEqual((0, 0), WorkOf(() => Table.Column<int>(found, "Number")));
    }

    [TestMethod]
    public void A_missing_image_column_and_bytes_that_are_no_image_are_named()
    {
        Assert.StartsWith("Column 'Picture' is missing; expected MLImage",
            Assert.ThrowsExactly<ArgumentException>(() => Ml.Segmentation.DetectObjects(Load(Rows), Generator, "Picture")).Message);
        var found = Ml.Segmentation.DetectObjects(Load([Rows[0] with { File = [1, 2, 3] }]), Generator, "File");
        Assert.StartsWith("Column 'File', row 0 (counting from 0): The 3 bytes are not a supported image file",
            Assert.ThrowsExactly<InvalidOperationException>(() => Table.Vectors<float>(found, "Score")).Message);
    }

    [TestMethod]
    [DataRow("Image")]
    [DataRow("File")]
    public void Canceling_stops_while_rows_are_read(string column)
    {
        using var cancel = new CancellationTokenSource();
        var found = Ml.Segmentation.DetectObjects(Load(Rows), Generator, column, cancel.Token);
        cancel.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => Table.Vectors<float>(found, "Score"));
    }
}
