using System.Globalization;
using System.Text.Json;
using CsCheck;
using Microsoft.ML.SegSam.Metrics.Volumes;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Labels;

namespace Microsoft.ML.SegSam.Tests.Metrics.Volumes;

[TestClass]
public sealed class VolumeMetricsTests
{
    private static readonly Gen<(int[] Size, int[] A, int[] B, double[] Spacing, double Tolerance)> Cases =
        from width in Gen.Int[1, 70]
        from height in Gen.Int[1, 5]
        from depth in Gen.Int[1, 4]
        from a in Gen.Int[0, 2].Array[width * height * depth]
        from b in Gen.Int[0, 2].Array[width * height * depth]
        from spacing in Gen.Double[0.1, 4].Array[3]
        from tolerance in Gen.Double[0, 5]
        select (new[] { width, height, depth }, a, b, spacing, tolerance);

    [TestMethod]
    public void Figures_equal_those_of_all_pairs_of_voxels() => Cases.Sample(each =>
    {
        var (size, a, b, spacing, tolerance) = each;
        var metrics = Compare(size, a, b, spacing, tolerance);
        foreach (var (label, figures) in metrics.PerLabel)
        {
            var (ofA, ofB) = (Surface(a, size, label), Surface(b, size, label));
            var (countA, countB, both) = (a.Count(v => v == label), b.Count(v => v == label),
                a.Zip(b).Count(pair => pair.First == label && pair.Second == label));
            Assert.AreEqual(2.0 * both / (countA + countB), figures.Dice, 1e-12);
            Assert.AreEqual((double)both / (countA + countB - both), figures.IoU, 1e-12);
            Assert.AreEqual(countA * spacing[0] * spacing[1] * spacing[2] / 1000, figures.PredictedMilliliters, 1e-12);
            if (countA == 0 || countB == 0)
            {
                Assert.AreEqual((0, double.PositiveInfinity), (figures.Nsd, figures.Hd95));
                continue;
            }

            double[] toB = Distances(ofA, ofB), toA = Distances(ofB, ofA);
            double[] all = [.. toB, .. toA];
            Assert.AreEqual(all.Max(), figures.Hd, 1e-9);
            Assert.AreEqual(all.Average(), figures.Assd, 1e-9);
            Assert.AreEqual((double)all.Count(distance => distance <= tolerance) / all.Length, figures.Nsd, 1e-9);
            Assert.AreEqual(Math.Max(Percentile(toB), Percentile(toA)), figures.Hd95, 1e-9);
        }

        double[] Distances(List<int[]> from, List<int[]> to) => [.. from.Select(p => to.Min(q =>
            Math.Sqrt(Enumerable.Range(0, 3).Sum(axis => Math.Pow((p[axis] - q[axis]) * spacing[axis], 2))))).Order()];
    }, iter: 60);

    /// <summary>A large box is worked on in strips.</summary>
    [TestMethod]
    public void Strips_of_any_width_give_the_same_distances() => Cases.Sample(each =>
    {
        var (size, a, b, spacing, _) = each;
        var (first, second) = (Labels(size, a, spacing), Labels(size, b, spacing));
        var box = VoxelBox.Around(1, first.Geometry, first.Runs, second.Runs);
        if (box.IsEmpty)
            return;
        var (from, to) = (VoxelSet.Of(1, box, first.Runs, size[0]).Boundary(), VoxelSet.Of(1, box, second.Runs, size[0]).Boundary());
        var whole = SurfaceDistances.Between(from, to, first.Geometry.Spacing);
        for (var width = 1; width < box.Width; width += 1 + width / 2)
        {
            CollectionAssert.AreEqual(whole,
                SurfaceDistances.Between(from, to, first.Geometry.Spacing, mostInMemory: width * box.Height * box.Depth));
        }
    }, iter: 40);

    [TestMethod]
    public void A_large_box_needs_little_memory()
    {
        const int Side = 512, Depth = 300;
        LabelVolume Plate(int slice)
        {
            var runs = new LabelRuns.Builder(Depth);
            runs.Add(slice, 0, Side * Side, 1);
            return new(new(Side, Side, Depth, new([0.7, 0, 0, 0, 0, 0.7, 0, 0, 0, 0, 1.5, 0])), runs.Build(), new Dictionary<int, string>(),
                VolumeOrigin.Unknown);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var figures = VolumeMetrics.Between(Plate(0), Plate(Depth - 1), 2, null).PerLabel[1];
        Assert.IsLessThan(400 << 20, GC.GetAllocatedBytesForCurrentThread() - before); // 600 MB would hold the box once, in numbers
        foreach (var distance in (double[])[figures.Hd95, figures.Hd, figures.Assd])
            Assert.AreEqual(1.5 * (Depth - 1), distance, 1e-9);
        Assert.AreEqual(0, figures.Nsd);
    }

    [TestMethod]
    public void Labels_of_one_volume_only_are_left_out_of_the_means_of_distances()
    {
        var metrics = Compare([4, 1, 1], [1, 1, 0, 2], [1, 0, 3, 0], [1, 1, 1], 0);
        Assert.AreEqual(2, metrics.DistancesLeftOut);
        Assert.AreEqual(2 / 3d / 3, metrics.Dice, 1e-12);
        Assert.AreEqual(1, metrics.Hd);
        Assert.AreEqual(double.PositiveInfinity, metrics.PerLabel[3].Hd);
        var none = Compare([4, 1, 1], new int[4], new int[4], [1, 1, 1], 2);
        Assert.IsTrue(double.IsNaN(none.Dice) && none.PerLabel.Count == 0);
    }

    [TestMethod]
    public void A_label_may_have_a_tolerance_of_its_own()
    {
        var (a, b) = (Labels([6, 1, 1], [1, 0, 0, 2, 0, 0], [1, 1, 1]), Labels([6, 1, 1], [0, 1, 0, 0, 2, 0], [1, 1, 1]));
        var metrics = VolumeMetrics.Between(a, b, 0.5, new Dictionary<int, double> { [2] = 1 });
        Assert.AreEqual((0.0, 1.0), (metrics.PerLabel[1].Nsd, metrics.PerLabel[2].Nsd));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => VolumeMetrics.Between(a, b, -1, null));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => VolumeMetrics.Between(a, b, 1, new Dictionary<int, double> { [2] = double.NaN }));
    }

    [TestMethod]
    public void By_name_labels_of_one_name_belong_together_whatever_their_numbers()
    {
        LabelVolume Named(int[] labels, params (int Label, string Name)[] names) => Labels([8, 1, 1], labels, [1, 1, 1]).Renumbered(
            labels.Distinct().ToDictionary(label => label, label => label), names.ToDictionary(name => name.Label, name => name.Name));
        var predicted = Named([1, 2, 2, 0, 3, 3, 0, 4], (1, "Spinal cord"), (2, "liver"), (3, "cyst"), (4, "spinal cord"));
        var truth = Named([7, 0, 2, 2, 0, 0, 0, 7], (2, "liver "), (7, "spinal_cord"), (9, "Cyst"));
        var metrics = VolumeMetrics.Between(predicted, truth, 2, null, byName: true);
        Assert.AreEqual("2 liver  0.5, 7 spinal_cord 1, 9 Cyst 0", string.Join(", ", metrics.PerLabel.Select(pair =>
            FormattableString.Invariant($"{pair.Key} {pair.Value.Name} {pair.Value.Dice}"))));
        Assert.IsEmpty(metrics.Warnings);
        metrics = VolumeMetrics.Between(truth, predicted, 2, null, byName: true);
        Assert.AreEqual("1 Spinal cord, 2 liver, 3 cyst", string.Join(", ", metrics.PerLabel.Select(pair =>
            FormattableString.Invariant($"{pair.Key} {pair.Value.Name}"))));

        var other = Named([5, 0, 0, 0, 0, 0, 0, 5], (5, "heart"));
        StringAssert.Contains(Refused(other, truth), "No name of the prediction (heart) is a name of the truth (liver , spinal_cord)");
        StringAssert.Contains(Refused(predicted, Named([7, 6, 8, 8, 0, 0, 0, 0], (7, "liver"))),
            "Of the truth these labels have no name: 6, 8");

        static string Refused(LabelVolume predicted, LabelVolume truth) =>
            Assert.ThrowsExactly<ArgumentException>(() => VolumeMetrics.Between(predicted, truth, 2, null, byName: true)).Message;
    }

    [TestMethod]
    public void Volumes_on_different_voxels_are_refused_with_both()
    {
        var labels = Labels([4, 3, 2], new int[24], [1, 1, 1]);
        var message = Refused(labels, Labels([4, 3, 2], new int[24], [1, 1, 1.002]));
        StringAssert.Contains(message, "4 x 3 x 2");
        StringAssert.Contains(message, "0.002 mm apart");
        StringAssert.Contains(Refused(labels, Labels([4, 2, 3], new int[24], [1, 1, 1])), "4 x 2 x 3");
        StringAssert.Contains(Refused(labels, TinyDicom.Label(4, 3, 2, new([-1, 0, 0, 3, 0, 1, 0, 0, 0, 0, 1, 0]), new int[24])),
            "(3, 0, 0) mm");
        _ = VolumeMetrics.Between(labels, Labels([4, 3, 2], new int[24], [1, 1, 1.0009]), 2, null);
        var sheared = TinyDicom.Label(4, 3, 2, new([1, 0, 0, 0, 0, 1, 0.2, 0, 0, 0, 1, 0]), new int[24]);
        StringAssert.Contains(Refused(sheared, sheared), "not at right angles");

        static string Refused(LabelVolume predicted, LabelVolume truth) =>
            Assert.ThrowsExactly<ArgumentException>(() => VolumeMetrics.Between(predicted, truth, 2, null)).Message;
    }

    [TestMethod]
    public void Tables_and_exports_hold_all_figures()
    {
        var metrics = Compare([4, 1, 1], [1, 1, 0, 2], [1, 0, 3, 0], [1, 1, 1], 0);
        StringAssert.Contains(metrics.ToString(), "mean over labels");
        StringAssert.Contains(metrics.ToString(), "infinite");
        StringAssert.Contains(metrics.ToString(), "NSD at 0 mm");
        var lines = metrics.ToCsv().TrimEnd('\n').Split('\n');
        Assert.HasCount(1 + 3 + 1, lines);
        Assert.HasCount(1, lines.Select(line => line.Split(',').Length).Distinct().ToList());
        Assert.AreEqual(metrics.PerLabel[1].Dice,
            double.Parse(lines[1].Split(',')[Array.IndexOf(lines[0].Split(','), "dice")], CultureInfo.InvariantCulture));
        using var json = JsonDocument.Parse(metrics.ToJson());
        Assert.AreEqual(metrics.Dice, json.RootElement.GetProperty("dice").GetDouble());
        Assert.AreEqual(JsonValueKind.Null, json.RootElement.GetProperty("perLabel").GetProperty("2").GetProperty("hd").ValueKind);
        StringAssert.Contains(((Microsoft.ML.SegSam.Display.INotebookView)metrics).ToHtml(), "<table");
    }

    private static VolumeMetrics Compare(int[] size, int[] predicted, int[] truth, double[] spacing, double tolerance) =>
        VolumeMetrics.Between(Labels(size, predicted, spacing), Labels(size, truth, spacing), tolerance, null);

    private static LabelVolume Labels(int[] size, int[] labels, double[] spacing) => TinyDicom.Label(size[0], size[1], size[2],
        new([spacing[0], 0, 0, 0, 0, spacing[1], 0, 0, 0, 0, spacing[2], 0]), labels);

    // Voxels of a label with a neighbor that is none.
    private static List<int[]> Surface(int[] labels, int[] size, int label)
    {
        bool Is(int x, int y, int z) => x >= 0 && x < size[0] && y >= 0 && y < size[1] && z >= 0 && z < size[2]
            && labels[(z * size[1] + y) * size[0] + x] == label;
        return
        [
            .. from z in Enumerable.Range(0, size[2])
               from y in Enumerable.Range(0, size[1])
               from x in Enumerable.Range(0, size[0])
               where Is(x, y, z) && !(Is(x - 1, y, z) && Is(x + 1, y, z) && Is(x, y - 1, z) && Is(x, y + 1, z) && Is(x, y, z - 1)
                   && Is(x, y, z + 1))
               select new[] { x, y, z },
        ];
    }

    private static double Percentile(double[] ascending)
    {
        var rank = 0.95 * (ascending.Length - 1);
        var below = (int)Math.Floor(rank);
        return ascending[below] + (rank - below) * (ascending[Math.Min(below + 1, ascending.Length - 1)] - ascending[below]);
    }
}
