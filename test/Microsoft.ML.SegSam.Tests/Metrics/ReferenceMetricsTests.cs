using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

/// <summary>Dice and IoU against figures of the published evaluation code, which adds 1e-7 above and below.</summary>
[TestClass]
public sealed class ReferenceMetricsTests
{
    [TestMethod]
    [DataRow("logits")]
    [DataRow("logits_good")]
    [DataRow("probabilities_no_negative")]
    [DataRow("all_positive_logits_taken_as_probabilities")]
    [DataRow("exactly_half")]
    [DataRow("both_empty")]
    [DataRow("pred_empty")]
    [DataRow("gt_empty")]
    [DataRow("three_channels")]
    public void Dice_and_iou_equal_the_reference_within_a_millionth(string name)
    {
        var file = File.ReadAllBytes(SharedFolder.Require("golden", "metrics.safetensors"));
        var dice = MemoryMarshal.Cast<byte, float>(Tensor(file, $"{name}.dice")).ToArray();
        var iou = MemoryMarshal.Cast<byte, float>(Tensor(file, $"{name}.iou")).ToArray();
        var scores = MemoryMarshal.Cast<byte, float>(Tensor(file, $"{name}.in.pred")).ToArray();
        var truth = Tensor(file, $"{name}.in.gt").ToArray();

        // The reference takes scores for logits when any is negative, else for probabilities.
        var threshold = scores.Min() < 0 ? 0f : 0.5f;
        bool[] predicted = [.. scores.Select(score => score > threshold)];
        bool[] annotated = [.. truth.Select(value => value != 0)];
        var length = predicted.Length / dice.Length;
        for (var i = 0; i < dice.Length; i++)
        {
            var overlap = Overlap.Count(predicted.AsSpan(i * length, length), annotated.AsSpan(i * length, length));
            Assert.AreEqual(dice[i], overlap.Dice, 1e-6);
            Assert.AreEqual(iou[i], overlap.IoU, 1e-6);
        }
    }

    // A safetensors file: the header's length, the header as JSON (type, shape and place of each tensor), the data.
    private static ReadOnlySpan<byte> Tensor(byte[] file, string name)
    {
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        var place = header.RootElement.GetProperty(name).GetProperty("data_offsets");
        return file.AsSpan((8 + headerLength + place[0].GetInt32())..(8 + headerLength + place[1].GetInt32()));
    }
}
