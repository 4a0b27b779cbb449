using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Prediction;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

[TestClass]
public sealed class WorkTests
{
    private static readonly List<TinyRow> Rows = TinyData.Rows(images: 3);

    [TestMethod]
    public void All_columns_of_a_row_share_one_answer_and_the_rows_of_an_image_one_encoding() =>
        Assert.AreEqual((3L, 6L), WorkOf(() => Table.Read(Shared.Transform(Load(Rows)))));

    [TestMethod]
    public void An_image_met_again_in_a_later_batch_is_not_encoded_again()
    {
        var apart = Enumerable.Range(0, 3).SelectMany(_ => new[] { Rows[0], Rows[2], Rows[4], Rows[1] });
        Assert.AreEqual((3L, 12L), WorkOf(() => Table.Read(Shared.Transform(Load(apart)))));
    }

    [TestMethod]
    public void Preview_which_reads_every_column_twice_costs_no_more() =>
        Assert.AreEqual((3L, 6L), WorkOf(() => Assert.HasCount(6, Shared.Transform(Load(Rows)).Preview().RowView)));

    [TestMethod]
    public void Transform_alone_costs_nothing() => Assert.AreEqual((0L, 0L), WorkOf(() => Shared.Transform(Load(Rows))));

    [TestMethod]
    public void Columns_passed_through_cost_nothing() =>
        Assert.AreEqual((0L, 0L), WorkOf(() => Assert.HasCount(6, Table.Column<int>(Shared.Transform(Load(Rows)), "Number"))));

    [TestMethod]
    public void An_active_column_that_nobody_reads_costs_nothing()
    {
        var scored = Shared.Transform(Load(Rows));
        Assert.AreEqual((0L, 0L), WorkOf(() =>
        {
            using var cursor = scored.GetRowCursor(scored.Schema);
            while (cursor.MoveNext())
            {
            }
        }));
    }

    [TestMethod]
    [DataRow("PredictedIoU", "Image, Box, Points, PointLabels, MaskPrompt")]
    [DataRow("Number", "Number")]
    [DataRow("Number, Box, BinaryMask", "Number, Image, Box, Points, PointLabels, MaskPrompt")]
    public void Only_what_an_answer_needs_is_asked_of_the_source(string wanted, string needed)
    {
        var mapper = ((ITransformer)Shared).GetRowToRowMapper(Load(Rows).Schema);
        var dependencies = mapper.GetDependencies(wanted.Split(", ").Select(name => mapper.OutputSchema[name]));
        CollectionAssert.AreEquivalent(needed.Split(", "), dependencies.Select(column => column.Name).ToList());
    }

    [TestMethod]
    public void Rows_that_nobody_asks_about_are_skipped()
    {
        var last = FittedModel.With(TinyData.Options("Box", batchSize: 1)).Transform(Load(Rows));
        Assert.AreEqual((1L, 1L), WorkOf(() =>
        {
            using var cursor = last.GetRowCursor([last.Schema["PredictedIoU"]]);
            var quality = cursor.GetGetter<float>(last.Schema["PredictedIoU"]);
            while (cursor.MoveNext())
            {
                var value = float.NaN;
                if (cursor.Position == 5)
                    quality(ref value);
            }
        }));
    }

    [TestMethod]
    public void Rows_without_image_or_prompt_are_not_computed() =>
        Assert.AreEqual((0L, 0L), WorkOf(() => Table.Read(Shared.Transform(Load(
            [Rows[0] with { Image = null }, Rows[0] with { Box = null, Points = null, PointLabels = null, MaskPrompt = null }])))));

    [TestMethod]
    public void A_prediction_engine_encodes_the_image_of_two_boxes_once()
    {
        using var engine = Engine();
        var first = new TinyAnswer();
        var second = new TinyAnswer();
        Assert.AreEqual((1L, 2L), WorkOf(() =>
        {
            first = engine.Predict(new() { Image = Rows[0].Image, Box = Rows[0].Box });
            second = engine.Predict(new() { Image = Rows[0].Image, Box = [30, 40, 60, 60] });
        }));
        CollectionAssert.AreNotEqual(first.LowResLogits, second.LowResLogits);
    }
}
