using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

[TestClass]
public sealed class BatchingTests
{
    private const float Tolerance = 1e-5f;

    // Every kind of prompt, gaps among them, all in one batch.
    private static List<TinyRow> Mixed()
    {
        var rows = TinyData.Rows(images: 4);
        rows[0] = rows[0] with { Points = null, PointLabels = null, MaskPrompt = null };
        rows[1] = rows[1] with { Box = null, MaskPrompt = null };
        rows[2] = rows[2] with { Box = null, Points = null, PointLabels = null };
        rows[4] = rows[4] with { Points = [10, 10, 30, 30, 5, 20], PointLabels = [1, 0, 0] };
        rows[5] = rows[5] with { Image = null, File = null };
        rows[6] = rows[6] with { Points = null, PointLabels = null, MaskPrompt = null };
        return rows;
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(5)]
    [DataRow(8)]
    [DataRow(100)]
    public void A_batch_answers_as_row_by_row(int batchSize)
    {
        var data = Load(Mixed());
        var single = Transform(data, batchSize: 1);
        var batched = Transform(data, batchSize);
        foreach (var column in (string[])["LowResLogits", "ClassScores", "PresenceScores"])
            AssertNear(Table.Vectors<float>(single, column), Table.Vectors<float>(batched, column), column);
        AssertNear([[.. Table.Column<float>(single, "PredictedIoU")]], [[.. Table.Column<float>(batched, "PredictedIoU")]], "PredictedIoU");

        foreach (var (expected, actual) in Table.Vectors<bool>(single, "BinaryMask").Zip(Table.Vectors<bool>(batched, "BinaryMask")))
        {
            // Only a logit of nearly zero may fall on the other side.
            Assert.AreEqual(expected.Length, actual.Length);
            Assert.IsLessThanOrEqualTo(expected.Length / 500, expected.Zip(actual).Count(pair => pair.First != pair.Second));
        }
    }

    [TestMethod]
    public void Prompts_of_one_image_get_answers_of_their_own()
    {
        var rows = Mixed();
        var scored = Table.Vectors<float>(Transform(Load([rows[6], rows[7]]), batchSize: 8), "LowResLogits");
        CollectionAssert.AreNotEqual(scored[0], scored[1]);
    }

    [TestMethod]
    public void Part_of_the_rows_answers_as_all_of_them()
    {
        var data = Load(Mixed());
        var all = Table.Vectors<float>(Transform(data, batchSize: 3), "LowResLogits");
        var middle = Table.Vectors<float>(Ml.Data.TakeRows(Ml.Data.SkipRows(Transform(data, batchSize: 3), 3), 4), "LowResLogits");
        AssertNear(all[3..7], middle, "after scoring");
        AssertNear(all[3..7], Table.Vectors<float>(Transform(Ml.Data.TakeRows(Ml.Data.SkipRows(data, 3), 4), batchSize: 3),
            "LowResLogits"), "before scoring");
    }

    [TestMethod]
    public void Reading_every_third_row_answers_as_reading_all()
    {
        var scored = Transform(Load(Mixed()), batchSize: 2);
        var expected = Table.Vectors<float>(scored, "LowResLogits");
        using var cursor = scored.GetRowCursor([scored.Schema["LowResLogits"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["LowResLogits"]);
        var buffer = default(VBuffer<float>);
        while (cursor.MoveNext())
        {
            if (cursor.Position % 3 != 2)
                continue;
            getter(ref buffer);
            AssertNear([expected[(int)cursor.Position]], [buffer.DenseValues().ToArray()], $"row {cursor.Position}");
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Shuffled_rows_keep_their_answers(bool shuffleBefore)
    {
        var data = Load(Mixed());
        var expected = ByNumber(Transform(data, batchSize: 3, image: "File"));
        var shuffled = shuffleBefore
            ? Transform(Ml.Data.ShuffleRows(data, seed: 5), batchSize: 3, image: "File")
            : Ml.Data.ShuffleRows(Transform(data, batchSize: 3, image: "File"), seed: 5);
        var order = Table.Column<int>(shuffled, "Number");
        CollectionAssert.AreNotEqual(order.Order().ToList(), order, "Choose a seed that shuffles.");
        var actual = ByNumber(shuffled);
        CollectionAssert.AreEquivalent(expected.Keys, actual.Keys);
        foreach (var number in expected.Keys)
            AssertNear([expected[number]], [actual[number]], $"row {number}");
    }

    [TestMethod]
    public void A_cursor_asked_to_shuffle_keeps_columns_together()
    {
        var scored = Transform(Ml.Data.Cache(Load(Mixed())), batchSize: 3, image: "File"); // a cache can be read in any order
        Assert.IsTrue(scored.CanShuffle);
        var expected = ByNumber(scored);
        using var cursor = scored.GetRowCursor(scored.Schema, new Random(3));
        var number = cursor.GetGetter<int>(scored.Schema["Number"]);
        var logits = cursor.GetGetter<VBuffer<float>>(scored.Schema["LowResLogits"]);
        var order = new List<int>();
        while (cursor.MoveNext())
        {
            var (row, buffer) = (0, default(VBuffer<float>));
            number(ref row);
            logits(ref buffer);
            order.Add(row);
            AssertNear([expected[row]], [buffer.DenseValues().ToArray()], $"row {row}");
        }

        CollectionAssert.AreNotEqual(order.Order().ToList(), order, "Choose a seed that shuffles.");
        CollectionAssert.AreEquivalent(expected.Keys, order);
    }

    [TestMethod]
    public void Cursors_side_by_side_do_not_disturb_each_other()
    {
        var scored = Transform(Load(Mixed()), batchSize: 3);
        var expected = Table.Read(scored);
        var cursors = Enumerable.Range(0, 3).Select(_ => scored.GetRowCursor(scored.Schema)).ToList();
        var readers = cursors.Select(cursor => Task.Run(() => Table.Read(cursor, scored.Schema))).ToArray();
        Task.WaitAll(readers);
        cursors.ForEach(cursor => cursor.Dispose());
        foreach (var reader in readers)
            Table.AssertEqual(expected, reader.Result, "a cursor among others");
    }

    [TestMethod]
    public void A_set_of_cursors_is_one_cursor()
    {
        var scored = Transform(Load(Mixed()), batchSize: 3);
        var cursors = scored.GetRowCursorSet(scored.Schema, 4);
        Assert.HasCount(1, cursors);
        using (cursors[0])
            Table.AssertEqual(Table.Read(scored), Table.Read(cursors[0], scored.Schema), "the set");
    }

    [TestMethod]
    public void A_cursor_off_the_rows_answers_nothing()
    {
        var scored = Transform(Load(Mixed()), batchSize: 3);
        using var cursor = scored.GetRowCursor([scored.Schema["PredictedIoU"]]);
        var quality = cursor.GetGetter<float>(scored.Schema["PredictedIoU"]);
        var value = 0f;
        Assert.ThrowsExactly<InvalidOperationException>(() => quality(ref value));
        while (cursor.MoveNext())
        {
        }

        Assert.IsFalse(cursor.MoveNext());
        Assert.AreEqual(-1, cursor.Position);
        Assert.ThrowsExactly<InvalidOperationException>(() => quality(ref value));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cursor.GetGetter<int>(scored.Schema["Number"]));
        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<double>(scored.Schema["PredictedIoU"]));
    }

    private static IDataView Transform(IDataView data, int batchSize, string image = "Image") =>
        FittedModel.With(TinyData.Options("Box", "Points", "MaskPrompt", image, batchSize)).Transform(data);

    private static Dictionary<int, float[]> ByNumber(IDataView scored)
    {
        var logits = scored.Schema["LowResLogits"];
        using var cursor = scored.GetRowCursor([scored.Schema["Number"], logits]);
        var (number, values) = (cursor.GetGetter<int>(scored.Schema["Number"]), cursor.GetGetter<VBuffer<float>>(logits));
        var rows = new Dictionary<int, float[]>();
        while (cursor.MoveNext())
        {
            var (row, buffer) = (0, default(VBuffer<float>));
            number(ref row);
            values(ref buffer);
            rows.Add(row, buffer.DenseValues().ToArray());
        }

        return rows;
    }

    private static void AssertNear(IReadOnlyList<float[]> expected, IReadOnlyList<float[]> actual, string what)
    {
        Assert.HasCount(expected.Count, actual, what);
        foreach (var (row, (first, second)) in expected.Zip(actual).Index())
        {
            Assert.HasCount(first.Length, second, $"{what}, row {row}");
            for (var i = 0; i < first.Length; i++)
                Assert.IsTrue(float.IsNaN(first[i]) ? float.IsNaN(second[i])
                    : MathF.Abs(first[i] - second[i]) <= Tolerance * Math.Max(1, MathF.Abs(first[i])),
                    $"{what}, row {row}, value {i}: {first[i]} and {second[i]}");
        }
    }
}
