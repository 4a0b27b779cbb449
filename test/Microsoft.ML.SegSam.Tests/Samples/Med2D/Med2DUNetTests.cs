using System.Text.Json;
using Med2D.UNets;
using Microsoft.ML.SegSam.Imaging;
using Phantoms;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples.Med2D;

[TestClass]
public sealed class Med2DUNetTests
{
    [TestMethod]
    public void On_phantoms_it_segments_well_after_a_short_training()
    {
        using var run = new Med2DRun();
        AddPhantoms(run, "phantoms", "train", "x-ray", slices: 120, seed: 1);
        AddPhantoms(run, "phantoms", "test", "x-ray", slices: 30, seed: 2);
        Med2DRun.Done("train", "--data", run.Table(), "--out", run.At("nets"), "--form", "u-nets", "--input", "64", "--epochs", "6");
        var record = JsonDocument.Parse(File.ReadAllText(run.At("nets", "run.json"))).RootElement;
        var trained = record.GetProperty("models").GetProperty("phantoms");
        Assert.AreEqual((720, 180), (trained.GetProperty("work").GetProperty("imagesSeen").GetInt32(),
            trained.GetProperty("work").GetProperty("steps").GetInt32()));
        Assert.IsInRange(1_900_000, 2_000_000, trained.GetProperty("parameters").GetInt64());

        var report = run.Report("--model", run.At("nets"));
        var scored = report.GetProperty("sources").GetProperty("phantoms");
        Assert.IsGreaterThan(0.85, scored.GetProperty("unprompted").GetProperty("semanticDice").GetDouble());
        Assert.IsGreaterThan(0.85, scored.GetProperty("box").GetProperty("semanticDice").GetDouble());
        Assert.AreEqual(JsonValueKind.Null, scored.GetProperty("box").GetProperty("classAccuracy").ValueKind);
        Assert.IsFalse(scored.TryGetProperty("point1", out _));
    }

    [TestMethod]
    public void Each_source_has_its_own_and_a_stopped_run_continues_with_the_next()
    {
        using var run = new Med2DRun();
        run.AddDiscs("a", "train", images: 4, seed: 1);
        run.AddDiscs("b/c", "train", images: 4, seed: 2);
        run.AddDiscs("a", "test", images: 2, seed: 3);
        run.AddDiscs("stranger", "test", images: 2, seed: 4);
        using var cancel = new CancellationTokenSource();
        string[] Train(string name) =>
            ["train", "--data", run.Table(), "--out", run.At(name), "--form", "u-nets", "--input", "32", "--epochs", "3"];
        var (code, _, error) = Med2DRun.Run(new Med2DTrainTests.CancelAt("a: step 3 of 3", cancel), cancel.Token, Train("stopped"));
        Assert.AreEqual(130, code, error);
        Assert.Contains("Stopped; the same command continues with b/c.", error);
        Assert.Contains("is unfinished; repeat the command that began it",
            Med2DRun.Fails(1, "evaluate", "--data", run.Table(), "--out", run.At("no"), "--model", run.At("stopped")));
        (code, _, error) = Med2DRun.Run(Train("stopped"));
        Assert.AreEqual(0, code, error);
        Assert.DoesNotContain("a: step", error);
        Med2DRun.Done(Train("whole"));
        foreach (var file in (string[])["a.unet", "b_c.unet"])
            Assert.AreSequenceEqual(File.ReadAllBytes(run.At("whole", file)), File.ReadAllBytes(run.At("stopped", file)));

        var report = run.Report("--model", run.At("whole"));
        var stranger = report.GetProperty("sources").GetProperty("stranger").GetProperty("box");
        Assert.AreEqual((4, 4), (stranger.GetProperty("objects").GetInt32(), stranger.GetProperty("unknownCategoryObjects").GetInt32()));
        Assert.AreEqual(JsonValueKind.Null, stranger.GetProperty("binaryDice").ValueKind);
        Assert.AreNotEqual(JsonValueKind.Null,
            report.GetProperty("sources").GetProperty("a").GetProperty("unprompted").GetProperty("semanticDice").ValueKind);
    }

    [TestMethod]
    [DataRow("left_lung", true)]
    [DataRow("Right ventricle", true)]
    [DataRow("anterior_hippocampus", true)]
    [DataRow("cleft_palate", false)]
    [DataRow("nucleus", false)]
    public void Names_of_a_side_are_not_mirrored(string category, bool hasSide) =>
        Assert.AreEqual(hasSide, UNetAugmentation.HasSide(category));

    private static void AddPhantoms(Med2DRun run, string source, string split, string modality, int slices, int seed)
    {
        foreach (var slice in PhantomGenerator.Create(seed, slices, size: 64, new() { Modalities = [modality] }))
        {
            var image = run.Write($"{split}-{slice.Id}.png", slice.ToPng());
            foreach (var item in slice.Objects)
            {
                var mask = run.Write($"{split}-{slice.Id}-{item.Category}.png",
                    PngEncoder.Of(SegmentationMask.FromPixels(item.Mask, slice.Height, slice.Width)));
                run.Lines.Add($"{source},{modality},{image},{mask},{item.Category.Replace(' ', '_')},,{split}");
            }
        }
    }
}
