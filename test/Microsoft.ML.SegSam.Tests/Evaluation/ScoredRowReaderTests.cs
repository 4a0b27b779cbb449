using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Metrics;
using static Microsoft.ML.SegSam.Tests.Evaluation.ScoredRow;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

[TestClass]
public sealed class ScoredRowReaderTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [TestMethod]
    public void Sparse_vectors_are_read_as_the_dense_ones_they_stand_for()
    {
        var dense = Draw("kidney", truth: "..## ..#.", binary: "..#. ..#.", semantic: "..11 2...", predicted: 1);
        var sparse = Draw("kidney", truth: "..## ..#.", binary: "..#. ..#.", semantic: "..11 2...", predicted: 1);
        sparse.BinaryMask = new VBuffer<bool>(8, 2, [true, true], [2, 6]);
        sparse.SemanticMask = new VBuffer<uint>(8, 3, [1, 1, 2], [2, 3, 4]);
        sparse.ClassScores = new VBuffer<float>(2, 1, [1f], [1]);
        // The sparse rows stand between dense ones, whose values must not shine through.
        var full = Draw("liver", "#### ####", "#### ####", "2222 2222", predicted: 2);
        Assert.AreEqual(Evaluate(full, dense, full, dense).ToString(), Evaluate(full, sparse, full, sparse).ToString());
    }

    [TestMethod]
    public void Masks_of_different_sizes_follow_each_other()
    {
        var small = Draw("liver", "#.", "#.", "2.", predicted: 2);
        var metrics = Evaluate(Draw("liver", "#### ####", "#### ####", "2222 2222", predicted: 2), small, Good());
        Assert.AreEqual((1 + 1 + 2 / 3d) / 3, metrics.Binary.Dice, 1e-12);
        Assert.AreEqual(1d, metrics.Semantic.Dice, 1e-12);
        Assert.AreEqual((1 + 1 + 2 / 4d) / 3, metrics.MaskAgreement, 1e-12);
    }

    [TestMethod]
    public void An_encoded_file_and_a_key_serve_as_truth_like_an_image_and_text()
    {
        var row = Good();
        (row.Mask, row.Category) = (null, null);
        (row.EncodedMask, row.CategoryKey) = (Png("##.. ...."), FromEnumerable(key: 1));
        string[] columns = ["EncodedMask", "CategoryKey"];
        var metrics = Ml.Segmentation.Evaluate(ScoredData.Of([row], columns),
            new() { MaskColumnName = columns[0], CategoryColumnName = columns[1] });
        Assert.AreEqual(Evaluate(Good()).ToString(), metrics.ToString());
        Assert.AreEqual("kidney", metrics.PerCategory.Single().Key);
    }

    [TestMethod]
    public void Masks_loaded_from_files_are_those_of_their_rows()
    {
        var folder = Directory.CreateTempSubdirectory("segsam-");
        try
        {
            // LoadImages disposes the image it is handed back, so each row must be read before the next.
            ScoredRow[] rows = [Good(), Draw("liver", "#### ####", "#### ##..", "2222 2222", predicted: 2), Good()];
            foreach (var (index, row) in rows.Index())
            {
                row.ImageId = $"{index}.png";
                row.Mask!.Save(Path.Combine(folder.FullName, row.ImageId));
            }

            var data = ScoredData.Of(rows, ["PresenceScores", "ImageId"]);
            var loaded = Ml.Transforms.LoadImages("Loaded", folder.FullName, "ImageId").Fit(data).Transform(data);
            var expected = Ml.Segmentation.Evaluate(data);
            Assert.AreEqual(expected.ToString(), Ml.Segmentation.Evaluate(loaded, new() { MaskColumnName = "Loaded" }).ToString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void Images_of_the_rows_stay_usable()
    {
        var row = Good();
        Evaluate(row, Good());
        Assert.AreEqual(8 * 4, row.Mask!.Pixels.Length);
    }

    [TestMethod]
    public void No_rows_are_refused() => Assert.StartsWith("There are no rows to evaluate.", Refusal(ScoredData.Of([])));

    [TestMethod]
    public void A_row_without_a_mask_is_named()
    {
        var row = Good();
        row.Mask = null;
        Assert.StartsWith("Column 'Mask', row 1 (counting from 0): there is no mask;", Refusal(ScoredData.Of([Good(), row])));
    }

    [TestMethod]
    public void A_disposed_mask_is_no_mask()
    {
        var row = Good();
        row.Mask!.Dispose();
        Assert.StartsWith("Column 'Mask', row 1 (counting from 0): there is no mask;", Refusal(ScoredData.Of([Good(), row])));
    }

    [TestMethod]
    [DataRow(0, "there is no mask;")]
    [DataRow(5, "The 5 bytes are not a supported image file")]
    public void A_file_that_is_no_image_is_named(int length, string expected)
    {
        var row = Good();
        row.EncodedMask = new byte[length];
        Assert.StartsWith($"Column 'EncodedMask', row 0 (counting from 0): {expected}",
            Refusal(ScoredData.Of([row], ["EncodedMask"]), mask: "EncodedMask"));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    public void A_row_without_a_category_is_named(string? category)
    {
        var row = Good();
        row.Category = category;
        Assert.StartsWith("Column 'Category', row 1 (counting from 0): the value is missing;",
            Refusal(ScoredData.Of([Good(), row])));
    }

    [TestMethod]
    public void A_missing_key_is_a_missing_category() =>
        Assert.StartsWith("Column 'CategoryKey', row 0 (counting from 0): the value is missing;",
            Refusal(ScoredData.Of([Good()], ["CategoryKey"]), category: "CategoryKey"));

    [TestMethod]
    [DataRow("##. ...", "2 x 3")]
    [DataRow("##.. .... ....", "3 x 4")]
    public void A_true_mask_of_another_size_is_named_with_both_sizes(string truth, string size)
    {
        var row = Good();
        row.Mask = Image(truth);
        Assert.StartsWith($"Row 1 (counting from 0): the true mask is {size} pixels (height x width), the predicted one 2 x 4.",
            Refusal(ScoredData.Of([Good(), row])));
    }

    [TestMethod]
    public void Masks_turned_on_their_side_are_not_taken_for_equal() =>
        Assert.Contains("4 x 2 pixels (height x width), the predicted one 2 x 4",
            Refusal(ScoredData.Of([Draw("kidney", "#. .. .. ..", "#... ....", "1... ....", predicted: 1)])));

    [TestMethod]
    public void Prediction_columns_that_contradict_each_other_are_refused()
    {
        var row = Good();
        row.SemanticMask = Dense(1u, 1u, 0u);
        Assert.StartsWith("Row 0 (counting from 0): MaskSize says 2 x 4 pixels, but BinaryMask has 8 and SemanticMask 3.",
            Refusal(ScoredData.Of([row])));
    }

    [TestMethod]
    public void Rows_without_prediction_and_unknown_categories_are_warned_of_in_the_log()
    {
        var ml = new MLContext(seed: 1);
        var warnings = new List<string>();
        ml.Log += (_, line) =>
        {
            if (line.Message.Contains("Kind=Warning", StringComparison.Ordinal))
                warnings.Add(line.Message);
        };
        ml.Segmentation.Evaluate(ScoredData.Of([Good()]));
        Assert.IsEmpty(warnings);
        ml.Segmentation.Evaluate(ScoredData.Of([Good(), Unscored("spleen {0}", "##.. ....")]));
        Assert.HasCount(2, warnings);
        Assert.Contains("1 of 2 rows have no prediction", warnings[0]);
        Assert.Contains("spleen {0}", warnings[1]);
    }

    // A new row for each use: it holds an image.
    private static ScoredRow Good() =>
        Draw("kidney", truth: "##.. ....", binary: "#... ....", semantic: "11.. 2...", predicted: 1);

    private static SegmentationMetrics Evaluate(params ScoredRow[] rows) => Ml.Segmentation.Evaluate(ScoredData.Of(rows));

    private static string Refusal(IDataView data, string mask = "Mask", string category = "Category") =>
        Assert.ThrowsExactly<InvalidOperationException>(() => 
            Ml.Segmentation.Evaluate(data, new() { MaskColumnName = mask, CategoryColumnName = category })).Message;
}
