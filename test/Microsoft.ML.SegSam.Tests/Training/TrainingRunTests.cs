using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Training;

[TestClass]
public sealed class TrainingRunTests
{
    private static readonly List<TinyRow> Rows = TinyData.Rows(images: 2);
    private static readonly List<TinyRow> Held = TinyData.Rows(images: 1, seed: 9);

    [TestMethod]
    public void Each_epoch_is_reported_once_to_the_caller_and_to_the_log()
    {
        var ml = new MLContext(seed: 1);
        var lines = new List<LoggingEventArgs>();
        ml.Log += (_, line) => lines.Add(line);
        var reports = new Reports();
        using var model = Fit(ml, epochs: 3, reports: reports, validation: Held);

        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, reports.All.ConvertAll(report => report.Epoch));
        foreach (var report in reports.All)
        {
            Assert.AreEqual(3, report.Epochs);
            CollectionAssert.AreEquivalent(SegSamLoss.PartNames.ToList(), report.LossParts.Keys.ToList());
            Assert.IsTrue(report.LossParts.Values.All(double.IsFinite) && double.IsFinite(report.Loss));
            Assert.StartsWith("CPU (", report.Device);
            Assert.AreEqual("float32", report.Precision);
            Assert.IsGreaterThan(0, report.PromptsPerSecond);
            CollectionAssert.AreEquivalent(Enum.GetValues<ValidationMetric>(), report.Validation!.Keys.ToArray());
            Assert.IsTrue(report.Validation.Values.All(value => value is >= 0 and <= 1));
            Assert.AreEqual(report.Validation[ValidationMetric.MeanDice], report.ValidationDice);
        }

        Assert.AreEqual(TimeSpan.Zero, reports.All[^1].TimeLeft);
        var epochs = lines.FindAll(line => line.Message.Contains("Epoch ", StringComparison.Ordinal));
        CollectionAssert.AreEqual(reports.All.ConvertAll(report => $"[Source=SegSamEstimator; Fit, Kind=Info] {report}"),
            epochs.ConvertAll(line => line.Message));
        Assert.HasCount(1, lines.FindAll(line => line.Message.Contains("2 images, 4 objects, 2 categories", StringComparison.Ordinal)));
        Assert.IsTrue(epochs.TrueForAll(line => line.Source == "SegSamEstimator; Fit"));
    }

    [TestMethod]
    public void Without_validation_rows_there_is_no_Dice_and_the_last_weights_count()
    {
        var reports = new Reports();
        using var model = Fit(new(seed: 1), epochs: 2, reports: reports);
        Assert.IsTrue(reports.All.TrueForAll(report => report.ValidationDice is null && report.IsBest));
    }

    [TestMethod]
    public void Canceled_before_the_first_step_nothing_is_left() =>
        Assert.Throws<OperationCanceledException>(() => Fit(new(seed: 1), epochs: 1, token: new CancellationToken(canceled: true)));

    [TestMethod]
    public void Canceled_in_the_middle_the_model_is_usable_and_the_log_warns()
    {
        var ml = new MLContext(seed: 1);
        var warnings = new List<string>();
        ml.Log += (_, line) =>
        {
            if (line.Kind == Runtime.ChannelMessageKind.Warning)
                warnings.Add(line.Message);
        };
        using var source = new CancellationTokenSource();
        var reports = new Reports(_ => source.Cancel());
        using var model = Fit(ml, epochs: 5, reports: reports, token: source.Token);
        Assert.HasCount(1, reports.All);
        Assert.HasCount(1, warnings);
        Assert.Contains("Training was canceled; the model keeps the best weights so far.", warnings[0]);
        Assert.HasCount(Rows.Count, Table.Read(model.Transform(TinyData.Load(ml, Rows))));
    }

    [TestMethod]
    public void Validation_keeps_the_weights_of_the_best_epoch()
    {
        const double Jumpy = 0.01; // so that the last epoch is not simply the best
        var reports = new Reports();
        using var model = Fit(new(seed: 3), epochs: 4, reports: reports, validation: Held, learningRate: Jumpy);
        var best = double.NegativeInfinity;
        foreach (var report in reports.All)
        {
            Assert.AreEqual(report.ValidationDice > best, report.IsBest, report.ToString());
            best = Math.Max(best, report.ValidationDice!.Value);
        }

        var bestEpoch = reports.All.Last(report => report.IsBest).Epoch;
        Assert.IsLessThan(4, bestEpoch, "Choose a seed whose last epoch is not the best.");

        // The same run stopped right after that epoch has its weights.
        using var source = new CancellationTokenSource();
        var stop = new Reports(report =>
        {
            if (report.Epoch == bestEpoch)
                source.Cancel();
        });
        using var stopped = Fit(new(seed: 3), epochs: 4, reports: stop, learningRate: Jumpy, token: source.Token);
        Assert.IsEmpty(Differences(stopped, model));
    }

    [TestMethod]
    public void Without_a_better_Dice_for_so_many_epochs_training_ends()
    {
        const double Jumpy = 0.01;
        var (whole, patient) = (new Reports(), new Reports());
        using var all = Fit(new(seed: 3), epochs: 4, reports: whole, validation: Held, learningRate: Jumpy);
        var best = whole.All.FindLastIndex(report => report.IsBest);
        Assert.IsLessThan(3, best, "Choose a seed whose last epoch is not the best.");
        var ml = new MLContext(seed: 3);
        var options = new SegSamOptions
        {
            BoxColumnName = "Box", InputSize = 64, Epochs = 4, LearningRate = Jumpy, Progress = patient, Patience = 1,
        };
        using var stopped = ml.Transforms.SegSam(options).Fit(TinyData.Load(ml, Rows), TinyData.Load(ml, Held));
        var firstMiss = whole.All.FindIndex(report => !report.IsBest);
        Assert.HasCount(firstMiss + 1, patient.All);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() =>
            ml.Transforms.SegSam(options).Fit(TinyData.Load(ml, Rows))).Message,
            "Patience is 1, but there are no validation rows to measure BestMetric on");
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_model_and_another_seed_another()
    {
        using var first = Fit(new(seed: 5), epochs: 1);
        using var second = Fit(new(seed: 5), epochs: 1);
        using var other = Fit(new(seed: 6), epochs: 1);
        var ml = new MLContext(seed: 1);
        Assert.IsEmpty(Differences(first, second));
        Table.AssertEqual(Table.Read(first.Transform(TinyData.Load(ml, Held))), Table.Read(second.Transform(TinyData.Load(ml, Held))),
            "same seed");
        Assert.Contains("image_encoder.patch_embed.proj.weight", Differences(first, other));
    }

    [TestMethod]
    public void Temporary_files_lie_where_the_context_says_and_are_gone_after_fitting()
    {
        using var folder = new TemporaryFolder();
        var during = -1;
        var reports = new Reports(_ => during = OpenFilesIn(folder.Path));
        using (Fit(new(seed: 1) { TempFilePath = folder.Path }, epochs: 1, reports: reports, validation: Held))
            Assert.IsEmpty(Directory.GetFiles(folder.Path));
        if (OperatingSystem.IsLinux())
            Assert.AreEqual(2, during, "One file each for training and validation rows.");

        Assert.ThrowsExactly<InvalidOperationException>(() =>
            TinyFit(new(seed: 1) { TempFilePath = folder.Path }, [Rows[0], Rows[1] with { Mask = null }]));
        Assert.IsEmpty(Directory.GetFiles(folder.Path), "Nor does a failure leave any.");
    }

    // They have no names; Linux tells of them all the same.
    private static int OpenFilesIn(string folder) =>
        OperatingSystem.IsLinux() ? new DirectoryInfo("/proc/self/fd").GetFiles()
            .Count(file => file.LinkTarget?.StartsWith(folder, StringComparison.Ordinal) == true) : 0;

    private static SegSamTransformer TinyFit(MLContext ml, List<TinyRow> rows) =>
        ml.Transforms.SegSam(TinyData.Options()).Fit(TinyData.Load(ml, rows));

    private static SegSamTransformer Fit(MLContext ml, int epochs, Reports? reports = null, List<TinyRow>? validation = null,
        double learningRate = 5e-4, CancellationToken token = default)
    {
        var options = new SegSamOptions
        {
            BoxColumnName = "Box", InputSize = 64, Epochs = epochs, LearningRate = learningRate, Progress = reports,
            CancellationToken = token,
        };
        return ml.Transforms.SegSam(options).Fit(TinyData.Load(ml, Rows), validation is null ? null : TinyData.Load(ml, validation));
    }

    private static List<string> Differences(SegSamTransformer first, SegSamTransformer second)
    {
        var others = second.Model.Network.state_dict();
        return [.. first.Model.Network.state_dict().Where(pair => !pair.Value.bytes.SequenceEqual(others[pair.Key].bytes))
            .Select(pair => pair.Key)];
    }

    private sealed class Reports(Action<TrainingProgress>? then = null) : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> All { get; } = [];

        public void Report(TrainingProgress value)
        {
            All.Add(value);
            then?.Invoke(value);
        }
    }
}
