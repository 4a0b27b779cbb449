using System.Text.Json;
using Ablation;
using Microsoft.ML.SegSam.Tests.Support;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class AblationTests
{
    private static readonly Figures Half = new(0.5, 0.5, 0.5, 0.5, 0.5, 10);

    [TestMethod]
    public void A_cell_is_the_mean_and_the_sample_deviation()
    {
        Assert.AreEqual("0.600 ± 0.100", Statistic.Of([0.5, 0.6, 0.7]).ToString());
        Assert.AreEqual("−0.100 ± 0.000", Statistic.Of([-0.1, -0.1]).ToSigned());
        Assert.AreEqual("0.400", Statistic.Of([0.4]).ToString());
    }

    [TestMethod]
    public void A_gain_is_taken_seed_by_seed()
    {
        RunResult[] runs = [One("a", 1, 0.2), One("a", 2, 0.8), One("b", 1, 0.3), One("b", 2, 0.9)];
        var gain = new Summary([.. Variant.All.Take(2)], runs).Gains.First(gain => gain.Measure == "binary Dice"
            && gain.Prompting == Prompting.Box && !gain.FewShot);
        Assert.AreEqual("semantic-aware decoder", gain.What);
        Assert.AreEqual("+0.100 ± 0.000", gain.Gain.ToSigned());
    }

    [TestMethod]
    public void Every_step_joins_variants_that_there_are()
    {
        var keys = Variant.All.Select(variant => variant.Key).ToList();
        CollectionAssert.AllItemsAreUnique(keys);
        foreach (var (without, with, what) in Summary.Steps)
            Assert.IsTrue(keys.Contains(without) && keys.Contains(with), what);
    }

    [TestMethod]
    public void A_finished_run_is_found_again_but_not_for_another_recipe_and_damage_is_told()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path, "recipe");
        var state = store.StateOf("a", 1);
        File.WriteAllText(state, "");
        store.Keep(One("a", 1, 0.25));
        Assert.AreEqual(0.25, store.Find("a", 1)!.Figures[0].Common.BinaryDice);
        Assert.IsFalse(File.Exists(state));
        Assert.IsNull(store.Find("a", 2));
        Assert.IsNull(new RunStore(folder.Path, "another").Find("a", 1));
        File.WriteAllText(Path.ChangeExtension(state, "json"), "{");
        Assert.Contains("Delete it", Assert.ThrowsExactly<InvalidDataException>(() => store.Find("a", 1)).Message);
    }

    [TestMethod]
    [DataRow("--seeds", "0", "--seeds must be a whole number of at least 1")]
    [DataRow("--overlap", "2", "--overlap must be a number from 0 to 1")]
    [DataRow("--only", "a,x", "--only must name some of a, b")]
    [DataRow("--speed", "9", "'--speed' is not an option")]
    public void A_wrong_argument_is_named(string option, string value, string message) =>
        Assert.Contains(message, Assert.ThrowsExactly<FormatException>(() => AblationSettings.Parse([option, value])).Message);

    [TestMethod]
    public void The_page_and_the_figures_hold_every_cell()
    {
        using var folder = new TemporaryFolder();
        var settings = new AblationSettings { Out = folder.Path };
        Report.Write(settings, [.. Variant.All.SelectMany((variant, i) =>
            (RunResult[])[One(variant.Key, 1, 0.1 * i), One(variant.Key, 2, 0.1 * i)])]);
        var page = File.ReadAllText(Path.Combine(folder.Path, "ablation.md"));
        foreach (var variant in Variant.All)
        {
            Assert.AreEqual(4, page.Split('\n').Count(line => line.StartsWith($"| {variant.Title} |", StringComparison.Ordinal)),
                variant.Title);
        }

        using var figures = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "ablation.json")));
        Assert.AreEqual(Variant.All.Count * 2 * 2 * Summary.Measures.Count, figures.RootElement.GetProperty("cells").GetArrayLength());
        Assert.AreEqual(2, figures.RootElement.GetProperty("cells")[0].GetProperty("count").GetInt32());
    }

    [TestMethod]
    public void Killed_at_three_random_moments_the_program_ends_with_the_figures_of_a_run_that_never_stopped()
    {
        using var folder = new TemporaryFolder();
        string[] Arguments(string name) =>
        [
            ChildProcess.Ablation, "--only", "d", "--seeds", "1", "--slices", "24", "--test", "8", "--epochs", "3",
            "--work", Path.Combine(folder.Path, name, "work"), "--out", Path.Combine(folder.Path, name),
        ];
        Finish("whole");
        var random = new Random(1);
        for (var kill = 0; kill < 3; kill++)
            ChildProcess.KillDotnet(TimeSpan.FromSeconds(2 + 5 * random.NextDouble()), Arguments("killed"));
        Finish("killed");
        Assert.AreEqual(Cells("whole"), Cells("killed"));

        void Finish(string name)
        {
            var (code, _, error) = ChildProcess.Dotnet(Arguments(name));
            Assert.AreEqual(0, code, error);
        }

        string Cells(string name)
        {
            using var figures = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, name, "ablation.json")));
            return figures.RootElement.GetProperty("cells").GetRawText();
        }
    }

    private static RunResult One(string variant, int seed, double dice)
    {
        var figures = Half with { BinaryDice = dice };
        PromptFigures[] all = [.. Enum.GetValues<Prompting>().Select(prompting => new PromptFigures(prompting, figures, figures))];
        return new(variant, seed, "recipe", 1, all);
    }
}
