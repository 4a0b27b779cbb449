using CsCheck;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Training;

namespace Microsoft.ML.SegSam.Tests.Training;

/// <summary>Simulated prompts (method, 6.2 and 11.7).</summary>
[TestClass]
public sealed class PromptSimulatorTests
{
    private const int Side = 12;

    private static readonly Gen<byte[]> Masks = Gen.Frequency((3, Gen.Bool), (1, Gen.Const(false)))
        .Select(bit => bit ? (byte)1 : (byte)0).Array[Side * Side];

    [TestMethod]
    public void Corrections_lie_where_mask_and_prediction_differ_and_say_which_is_right() =>
        Gen.Select(Masks, Masks, Gen.Int[1, 9], Gen.Int[0, 1000]).Sample((mask, prediction, count, seed) =>
        {
            bool[] predicted = [.. prediction.Select(value => value != 0)];
            var prompt = new PromptSimulator(Side, new Random(seed)).Corrections(mask, predicted, count);
            Assert.AreEqual(count, prompt.PointCount);
            var wrong = Enumerable.Range(0, mask.Length).Any(i => mask[i] != 0 != predicted[i]);
            for (var i = 0; i < count; i++)
            {
                var at = (int)prompt.Points[2 * i] + Side * (int)prompt.Points[2 * i + 1];
                if (!wrong)
                {
                    Assert.AreEqual(-1f, prompt.PointLabels[i]);
                }
                else
                {
                    Assert.AreEqual((mask[at] == 1, !predicted[at]), (prompt.PointLabels[i] == 1, mask[at] == 1),
                        "Label 1 where missed, 0 where spilled over.");
                }
            }
        }, iter: 300, threads: 1);

    [TestMethod]
    public void Without_an_error_the_clicks_are_no_points()
    {
        var mask = new byte[Side * Side];
        mask[30] = 1;
        var prompt = new PromptSimulator(Side, new Random(1)).Corrections(mask, mask.Select(value => value != 0).ToArray(), 3);
        CollectionAssert.AreEqual(new float[] { -1, -1, -1 }, prompt.PointLabels);
    }

    [TestMethod]
    public void A_shifted_box_keeps_its_size_and_moves_no_further_than_allowed() =>
        Gen.Select(Gen.Int[0, 200], Gen.Int[1, 56], Gen.Int[1, 56], Gen.Double[0, 0.5], Gen.Int[0, 1000])
            .Sample((x, width, height, fraction, seed) =>
            {
                var box = new PromptSimulator(256, new Random(seed)).Jitter([x, x, x + width, x + height], fraction);
                Assert.AreEqual(width, box[2] - box[0], 1e-3);
                Assert.AreEqual(height, box[3] - box[1], 1e-3);
                var reach = Math.Min(5, fraction * Math.Min(width, height));
                Assert.IsLessThanOrEqualTo(reach + 1e-3, Math.Abs(box[0] - x));
                Assert.IsLessThanOrEqualTo(reach + 1e-3, Math.Abs(box[1] - x));
            }, iter: 500, threads: 1);

    [TestMethod]
    public void Shifts_use_all_the_room_they_have()
    {
        var simulator = new PromptSimulator(256, new Random(3));
        var shifts = Enumerable.Range(0, 400).Select(_ => simulator.Jitter([100, 100, 140, 140], 0.5)[0] - 100).ToList();
        Assert.IsLessThan(-4.8, shifts.Min());
        Assert.IsGreaterThan(4.8, shifts.Max());
    }

    [TestMethod]
    public void A_point_lies_on_the_object() =>
        Gen.Select(Masks.Where(mask => mask.Contains((byte)1)), Gen.Int[0, 1000]).Sample((mask, seed) =>
        {
            var point = new PromptSimulator(Side, new Random(seed)).Point(mask);
            return point.PointLabels is [1] && mask[(int)point.Points[0] + Side * (int)point.Points[1]] == 1;
        }, iter: 200, threads: 1);

    [TestMethod]
    public void Every_pixel_of_the_object_is_drawn_sooner_or_later()
    {
        var mask = new byte[Side * Side];
        mask[0] = mask[77] = mask[^1] = 1;
        var simulator = new PromptSimulator(Side, new Random(1));
        var drawn = Enumerable.Range(0, 60).Select(_ => simulator.Point(mask))
            .Select(point => (int)point.Points[0] + Side * (int)point.Points[1]).Distinct();
        CollectionAssert.AreEquivalent(new[] { 0, 77, Side * Side - 1 }, drawn.ToArray());
    }

    [TestMethod]
    public void The_box_is_that_of_the_largest_part()
    {
        var mask = new byte[Side * Side];
        mask[0] = 1;
        foreach (var (x, y) in new[] { (4, 5), (5, 5), (6, 5), (6, 6) })
            mask[y * Side + x] = 1;
        CollectionAssert.AreEqual(new float[] { 4, 5, 7, 7 }, new PromptSimulator(Side, new Random(1)).BoxOf(mask));
    }

    [TestMethod]
    public void A_mistaken_mask_resembles_the_object_without_being_it()
    {
        const int Grid = 16;
        var mask = Rectangle(16, 16, 48, 48);
        bool[] truth = [.. Enumerable.Range(0, Grid * Grid).Select(i => mask[i / Grid * 4 * 64 + i % Grid * 4] == 1)];
        var simulator = new PromptSimulator(64, new Random(2));
        var overlaps = new List<double>();
        for (var draw = 0; draw < 200; draw++)
        {
            var logits = simulator.Mistaken(mask);
            Assert.HasCount(Grid * Grid, logits);
            Assert.IsTrue(logits.All(logit => Math.Abs(logit) <= 8), "Logits are those of sure masks at most.");
            bool[] predicted = [.. logits.Select(logit => logit > 0)];
            overlaps.Add((double)truth.Zip(predicted).Count(pair => pair is (true, true))
                / truth.Zip(predicted).Count(pair => pair.First || pair.Second));
        }

        Assert.IsGreaterThan(0.6, overlaps.Average());
        Assert.IsLessThan(0.9, overlaps.Average());
        Assert.Contains(overlap => overlap < 0.6, overlaps, "Some are far off.");
    }

    [TestMethod]
    public void A_correction_has_a_point_on_the_object_and_points_in_the_errors_of_its_mask() =>
        Gen.Select(Gen.Int[0, 4], Gen.Bool, Gen.Int[0, 1000]).Sample((corrections, withBox, seed) =>
        {
            var mask = Rectangle(10, 21, 30, 50);
            var prompt = new PromptSimulator(64, new Random(seed)).Corrected(mask, corrections, withBox ? [10, 21, 29, 49] : null);
            Assert.AreEqual((corrections == 0 ? 0 : 1 + corrections, withBox, true), PromptCollator.Kind(prompt));
            for (var i = 0; i < prompt.PointCount; i++)
            {
                var (x, y, label) = ((int)prompt.Points[2 * i], (int)prompt.Points[2 * i + 1], prompt.PointLabels[i]);
                var (isOn, isInMask) = (mask[y * 64 + x] == 1, prompt.MaskLogits![y / 4 * 16 + x / 4] > 0);
                Assert.IsTrue(i == 0 ? isOn && label == 1 : label == -1 || (label == 1, isInMask) == (isOn, !isOn));
            }
        }, iter: 200, threads: 1);

    [TestMethod]
    public void The_same_seed_draws_the_same_prompts()
    {
        var mask = Enumerable.Range(0, Side * Side).Select(i => (byte)(i % 3 == 0 ? 1 : 0)).ToArray();
        CollectionAssert.AreEqual(Draw(4), Draw(4));
        CollectionAssert.AreNotEqual(Draw(4), Draw(5));

        float[] Draw(int seed)
        {
            var simulator = new PromptSimulator(Side, new Random(seed));
            return [.. simulator.Point(mask).Points, .. simulator.Jitter([1, 1, 9, 9], 0.5),
                .. simulator.Corrections(mask, new bool[mask.Length], 5).Points, .. simulator.Mistaken(mask)];
        }
    }

    // In an image of 64 x 64.
    private static byte[] Rectangle(int left, int top, int right, int bottom) =>
        [.. Enumerable.Range(0, 64 * 64).Select(i => (X: i % 64, Y: i / 64))
            .Select(at => at.X >= left && at.X < right && at.Y >= top && at.Y < bottom ? (byte)1 : (byte)0)];
}
