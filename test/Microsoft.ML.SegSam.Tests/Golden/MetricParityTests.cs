using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>Dice and IoU against the published evaluation code, which adds 1e-7 above and below; boxes from masks.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class MetricParityTests
{
    private const double Measure = 1e-6; // our choice: ours are exact fractions
    private const string Group = "Metrics and boxes";

    public static IEnumerable<object[]> Samples => GoldenFolder.Cases("metrics*.safetensors", ".in.pred");

    public static IEnumerable<object[]> Masks => GoldenFolder.Cases("boxes_from_mask*.safetensors", ".mask");

    [TestMethod]
    [DynamicData(nameof(Samples))]
    public void Dice_and_IoU_agree(string file, string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFolder.Open(file);
        var scores = golden.Span<float>(name + ".in.pred").ToArray();
        // Scores are taken for logits when any of the batch is negative, else for probabilities.
        var threshold = scores.Min() < 0 ? 0f : 0.5f;
        bool[] predicted = [.. scores.Select(score => score > threshold)];
        bool[] truth = [.. golden.Bytes(name + ".in.gt").ToArray().Select(value => value != 0)];
        var count = (int)golden.Shape(name + ".in.pred")[0];
        var length = predicted.Length / count;
        MaskOverlap[] overlaps =
            [.. Enumerable.Range(0, count).Select(i =>
                Overlap.Count(predicted.AsSpan(i * length, length), truth.AsSpan(i * length, length)))];
        double[] dice = [.. overlaps.Select(overlap => overlap.Dice)], iou = [.. overlaps.Select(overlap => overlap.IoU)];
        Parity.Check(Group, "Dice", Precision.Single, name, golden.Tensor(name + ".dice"), tensor(dice), Measure);
        Parity.Check(Group, "IoU", Precision.Single, name, golden.Tensor(name + ".iou"), tensor(iou), Measure);
        var means = GoldenFolder.Json("losses_metrics.json").GetProperty("metrics").GetProperty(name).GetProperty("seg_metrics_iou_dice");
        Parity.Check(Group, "means over a batch", Precision.Single, name,
            tensor((double[])[.. means.EnumerateArray().Select(mean => mean.GetDouble())]),
            tensor((double[])[iou.Average(), dice.Average()]),
            Measure);
    }

    [TestMethod]
    [DynamicData(nameof(Masks))]
    public void The_box_of_the_largest_region_is_the_same(string file, string name)
    {
        var golden = GoldenFolder.Open(file);
        var shape = golden.Shape(name + ".mask");
        var box = MaskRegions.LargestBox(golden.Bytes(name + ".mask"), (int)shape[0], (int)shape[1])!.Value;
        float[] numbers = [box.X0, box.Y0, box.X1, box.Y1];
        var expected = name + ".boxes_1";
        Parity.CheckSame(Group, "boxes from masks (bytes that differ)",
            expected, golden.Bytes(expected), MemoryMarshal.AsBytes<float>(numbers));
    }
}
