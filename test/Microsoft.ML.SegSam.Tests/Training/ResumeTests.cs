using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;


namespace Microsoft.ML.SegSam.Tests.Training;

/// <summary>A run that was stopped, in whatever way, and goes on, ends exactly as one that never stopped.</summary>
[TestClass]
public sealed class ResumeTests
{
    private const int Epochs = 3, Images = 6; // 3 steps of 2 images in each epoch
    private static readonly List<TinyRow> Rows = TinyData.Rows(Images), Held = TinyData.Rows(images: 1, seed: 9);

    private static readonly Lazy<Run> Whole = new(() => Fit(Options(state: null)));
    private static readonly Lazy<Run> WholeOfGroups = new(() => Fit(InGroups(state: null)));

    [TestMethod]
    public void What_a_kill_leaves_at_any_step_is_enough_to_go_on()
    {
        using var folder = new TemporaryFolder();
        var state = Path.Combine(folder.Path, "state");
        var kept = new List<string>();
        using (new Copies(state, kept))
            AssertSame(Fit(Options(state)), firstReport: 0);
        Assert.IsGreaterThan(3, kept.Count);
        var random = new Random(1);
        foreach (var copy in kept.OrderBy(_ => random.Next()).Take(3))
        {
            File.Copy(copy, state, overwrite: true);
            File.WriteAllText(state + ".partial", "half a file"); // the kill came while the next one was written
            AssertSame(Fit(Options(state)));
        }
    }

    [TestMethod]
    public void Canceled_in_every_epoch_the_run_still_ends_the_same_and_then_there_is_nothing_to_do()
    {
        using var folder = new TemporaryFolder();
        var state = Path.Combine(folder.Path, "state");
        for (var epoch = 1; epoch < Epochs; epoch++)
        {
            using var source = new CancellationTokenSource();
            var stopped = Fit(Options(state) with { CancellationToken = source.Token }, _ => source.Cancel());
            Assert.HasCount(1, stopped.Reports);
        }

        AssertSame(Fit(Options(state)), firstReport: Epochs - 1);
        AssertSame(Fit(Options(state)), firstReport: Epochs);
    }

    [TestMethod]
    public void Groups_added_up_and_another_metric_continue_the_same_too()
    {
        using var folder = new TemporaryFolder();
        var state = Path.Combine(folder.Path, "state");
        for (var epoch = 1; epoch < Epochs; epoch++)
        {
            using var source = new CancellationTokenSource();
            Fit(InGroups(state) with { CancellationToken = source.Token }, _ => source.Cancel());
        }

        AssertSame(Fit(InGroups(state)), firstReport: Epochs - 1, WholeOfGroups.Value);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() =>
            Fit(InGroups(state) with { BestMetric = ValidationMetric.PresenceF1 })).Message,
            "belongs to another run: BestMetric is '\"PresenceF1\"', was '\"SemanticDice\"'.");
    }

    [TestMethod]
    public void A_state_of_another_run_is_refused_with_what_differs()
    {
        using var folder = new TemporaryFolder();
        var state = Path.Combine(folder.Path, "state");
        Fit(Options(state));
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(Options(state) with { BoxJitter = 0.2 }));
        StringAssert.Contains(failure.Message, "belongs to another run: BoxJitter is '0.2', was '0.1'.");
        failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(Options(state), rows: TinyData.Rows(Images, seed: 4)));
        StringAssert.Contains(failure.Message, "training rows is '6 images, 12 objects");
        AssertSame(Fit(Options(state)), firstReport: Epochs); // it is as it was
    }

    [TestMethod]
    public void A_damaged_state_and_one_that_cannot_be_written_are_told()
    {
        using var folder = new TemporaryFolder();
        var state = Path.Combine(folder.Path, "state");
        Fit(Options(state));
        var whole = File.ReadAllBytes(state);
        foreach (var bytes in (byte[][])[[], whole[..100], whole[..^1], "something else entirely"u8.ToArray()])
        {
            File.WriteAllBytes(state, bytes);
            StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Fit(Options(state))).Message,
                "If it is a damaged state, delete it to start over");
        }

        var nowhere = Path.Combine(folder.Path, "no such folder", "state");
        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => Fit(Options(nowhere))).Message, "cannot be written");
    }

    private static SegSamOptions Options(string? state) => TinyData.Options() with
    {
        Epochs = Epochs, ImagesPerStep = 2, BatchSize = 8, StateFile = state, SaveEverySteps = 1, InteractiveRounds = 1,
        RareCategorySampling = 0.5, Augmentation = new(),
    };

    // Six images in groups of two: a step of two groups, and one of the group that is left.
    private static SegSamOptions InGroups(string? state) => Options(state) with
    {
        AccumulateSteps = 2, BestMetric = ValidationMetric.SemanticDice, Patience = 5,
    };

    private static Run Fit(SegSamOptions options, Action<TrainingProgress>? then = null, List<TinyRow>? rows = null)
    {
        var ml = new MLContext(seed: 3);
        var reports = new List<string>();
        options = options with { Progress = new Reports(report =>
        {
            reports.Add(
                $"{report.Epoch} {report.Loss:R} {string.Join(' ', report.Validation!.Values.Select(value => value.ToString("R")))} "
                + $"{report.IsBest} {string.Join(' ', report.LossParts.Values.Select(value => value.ToString("R")))}");
            then?.Invoke(report);
        }) };
        using var model = ml.Transforms.SegSam(options).Fit(TinyData.Load(ml, rows ?? Rows), TinyData.Load(ml, Held));
        return new(model.Model.Network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.bytes.ToArray()), reports);
    }

    private static void AssertSame(Run run, int? firstReport = null, Run? whole = null)
    {
        whole ??= Whole.Value;
        Assert.IsEmpty(whole.Weights.Where(pair => !pair.Value.AsSpan().SequenceEqual(run.Weights[pair.Key])).Select(pair => pair.Key));
        CollectionAssert.AreEqual(whole.Reports[(firstReport ?? Epochs - run.Reports.Count)..], run.Reports);
    }

    private sealed record Run(Dictionary<string, byte[]> Weights, List<string> Reports);

    private sealed class Reports(Action<TrainingProgress> then) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => then(value);
    }

    /// <summary>Copies of a file as it is at many moments: what would be left if the process died then.</summary>
    private sealed class Copies : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _isOver;

        public Copies(string path, List<string> copies)
        {
            _thread = new(() =>
            {
                var last = DateTime.MinValue;
                while (!_isOver)
                {
                    Thread.Yield();
                    if (!File.Exists(path) || File.GetLastWriteTimeUtc(path) == last)
                        continue;
                    last = File.GetLastWriteTimeUtc(path);
                    copies.Add($"{path}.{copies.Count}");
                    File.Copy(path, copies[^1]);
                }
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _isOver = true;
            _thread.Join();
        }
    }
}
