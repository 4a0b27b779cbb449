using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Saved;

/// <summary>
/// Models that an earlier version saved, with options and columns of other names, load and predict as they did: see README.txt.
/// </summary>
[TestClass]
public sealed class SavedModelTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [TestMethod]
    [DataRow("defaults")]
    [DataRow("every-option")]
    [DataRow("mobile")]
    public void A_model_of_an_earlier_version_predicts_as_it_did(string name)
    {
        using var byMlNet = (SegSamTransformer)Ml.Model.Load(PathOf(name + ".zip"), out _);
        AssertPredicts(name, byMlNet);
        using var byPath = SegSamTransformer.Load(PathOf(name + ".zip"));
        AssertPredicts(name, byPath);
    }

    [TestMethod]
    public void Options_are_read_by_their_old_names_and_those_that_are_gone_are_ignored()
    {
        using var model = SegSamTransformer.Load(PathOf("every-option.zip"));
        var options = model.Info.Options!;
        Assert.IsTrue(options.GradientCheckpointing, "once CheckpointActivations");
        Assert.AreEqual(ValidationMetric.PresenceF1, options.BestMetric, "once PresentF1");
        Assert.AreEqual(("File", "Truth", "Name", "Text"),
            (options.ImageColumnName, options.MaskColumnName, options.CategoryColumnName, options.DescriptionColumnName));
        Assert.AreEqual((3, 2, 2e-4, 100), (options.Epochs, options.Patience, options.LearningRate, options.SaveEverySteps));
        Assert.AreEqual("", options.OutputColumnPrefix);
    }

    [TestMethod]
    [DataRow("defaults", ModelPrompts.Box)]
    [DataRow("every-option", ModelPrompts.Box | ModelPrompts.Points | ModelPrompts.Mask)]
    [DataRow("mobile", ModelPrompts.Points | ModelPrompts.Mask)]
    public void A_model_saved_without_its_prompts_was_made_for_those_of_its_training(string name, ModelPrompts prompts)
    {
        using var model = SegSamTransformer.Load(PathOf(name + ".zip"));
        Assert.AreEqual(prompts, model.Info.Prompts);
        using var folder = new TemporaryFolder();
        var again = Path.Combine(folder.Path, "again.zip");
        Ml.Model.Save(model, null, again);
        using var saved = SegSamTransformer.Load(again);
        Assert.AreEqual(prompts, saved.Info.Prompts);
        AssertPredicts(name, saved);
    }

    private static void AssertPredicts(string name, SegSamTransformer model)
    {
        var expected = File.ReadAllLines(PathOf(name + ".txt"));
        var scored = model.Transform(Ml.Data.LoadFromBinary(PathOf("rows.idv")));
        var rows = Ml.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false).ToList();
        Assert.HasCount(expected.Length, rows);
        foreach (var (i, row) in rows.Index())
        {
            var parts = expected[i].Split(' ');
            string[] found =
            [
                string.Join('x', row.MaskSize), Runs(row.BinaryMask.Select(inside => inside ? 1u : 0)), Runs(row.SemanticMask),
                row.PredictedCategory.ToString(CultureInfo.InvariantCulture),
            ];
            CollectionAssert.AreEqual(parts[..4], found, $"{name}, row {i}");
            var presence = Array.IndexOf(parts, "presence");
            AssertNear(parts[5..presence], [row.PredictedIoU, .. row.ClassScores], $"{name}, row {i}, scores");
            AssertNear(parts[(presence + 1)..], row.PresenceScores, $"{name}, row {i}, presence");
        }
    }

    private static void AssertNear(string[] expected, float[] found, string where)
    {
        Assert.HasCount(expected.Length, found, where);
        foreach (var (text, value) in expected.Zip(found))
            Assert.AreEqual(float.Parse(text, CultureInfo.InvariantCulture), value, 1e-4f, where);
    }

    private static string Runs(IEnumerable<uint> values)
    {
        var runs = new List<(uint Value, int Count)>();
        foreach (var value in values)
        {
            if (runs is [.., var last] && last.Value == value)
                runs[^1] = (value, last.Count + 1);
            else
                runs.Add((value, 1));
        }

        return string.Join(',', runs.Select(run => $"{run.Value}*{run.Count}"));
    }

    private static string PathOf(string name) => Path.Combine(SharedFolder.Repository, "test", "Microsoft.ML.SegSam.Tests", "Saved", name);

    private sealed class Scored
    {
        public bool[] BinaryMask { get; set; } = [];

        [KeyType(5)]
        public uint[] SemanticMask { get; set; } = [];

        public int[] MaskSize { get; set; } = [];

        public float[] ClassScores { get; set; } = [];

        [KeyType(5)]
        public uint PredictedCategory { get; set; }

        public float[] PresenceScores { get; set; } = [];

        public float PredictedIoU { get; set; }
    }
}
