using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Geometry;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

[TestClass]
[TestCategory("GoldenVolumes")]
public sealed class VolumeMetricsGoldenTests
{
    private const string Key = "measures/masks.npz";

    [TestMethod]
    public void Measures_are_those_of_independent_software()
    {
        var entry = GoldenVolumes.Entry(Key);
        var spacing = GoldenVolumes.Numbers(entry.GetProperty("spacing")); // slice, row, column
        var affine = new AffineMatrix([spacing[2], 0, 0, 3, 0, spacing[1], 0, -4, 0, 0, spacing[0], 5]);
        var predicted = NpyReader.Read(GoldenVolumes.PathOf(Key), "predicted");
        var truth = NpyReader.Read(GoldenVolumes.PathOf(Key), "truth");
        var catalog = new MLContext(seed: 1).Segmentation;
        foreach (var one in entry.GetProperty("cases").EnumerateArray())
        {
            var (name, index) = (GoldenVolumes.Text(one, "name"), one.GetProperty("index").GetInt32());
            foreach (var expected in one.GetProperty("measures").EnumerateArray())
            {
                var found = catalog.EvaluateVolumes(Labels(predicted, index), Labels(truth, index),
                    expected.GetProperty("tolerance").GetDouble());
                if (name == "both_empty")
                {
                    Assert.IsEmpty(found.PerLabel); // a label that is nowhere is no label
                    continue;
                }

                var label = found.PerLabel[1];
                foreach (var (measure, value) in ((string, double)[])[("dice", label.Dice), ("iou", label.IoU), ("nsd", label.Nsd),
                    ("hd95", label.Hd95), ("hd", label.Hd), ("assd", label.Assd)])
                {
                    var number = expected.GetProperty(measure);
                    if (number.ValueKind == System.Text.Json.JsonValueKind.Null)
                        Assert.AreEqual(double.PositiveInfinity, value, $"{name} {measure}");
                    else
                        Assert.AreEqual(number.GetDouble(), value, 1e-9, $"{name} {measure}");
                }
            }
        }

        LabelVolume Labels((int[] Shape, byte[] Values) masks, int index)
        {
            var (slices, rows, columns) = (masks.Shape[1], masks.Shape[2], masks.Shape[3]);
            var count = slices * rows * columns;
            return TinyDicom.Label(columns, rows, slices, affine,
                [.. masks.Values.AsSpan(index * count, count).ToArray().Select(value => value == 0 ? 0 : 1)]);
        }
    }
}
