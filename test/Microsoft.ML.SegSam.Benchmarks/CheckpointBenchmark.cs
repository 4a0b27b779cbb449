using System.Globalization;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks;

/// <summary>
/// Loading a checkpoint of SAM ViT-B at 1024 against reading its bytes. The file holds random numbers in the real shapes.
/// </summary>
internal static class CheckpointBenchmark
{
    private static readonly string[] Measured =
    [
        nameof(CheckpointMeasurements.ReadThroughBuffer), nameof(CheckpointMeasurements.ReadIntoMemory),
        nameof(CheckpointMeasurements.Load), nameof(CheckpointMeasurements.BuildAndTouch),
    ];

    public static int Run(int repetitions)
    {
        var folder = Directory.CreateTempSubdirectory("segsam-benchmark-");
        try
        {
            var path = Path.Combine(folder.FullName, "sam_vit_b_random.pth");
            var tensors = MakeFile(path);
            var megabytes = new FileInfo(path).Length / 1e6;
            const string Conditions = "fresh processes each, taking turns; the file is in the page cache";
            Say($"{tensors} tensors, {megabytes:0.0} MB; medians (lowest) of {repetitions} {Conditions}");
            using (var warm = File.OpenRead(path))
                warm.CopyTo(Stream.Null);
            var runs = Enumerable.Range(0, repetitions)
                .Select(_ => Measured.ToDictionary(what => what, what => Child.Run(what, path)))
                .ToList();
            Print(megabytes, (what, name) => [.. runs.Select(run => run[what].GetValueOrDefault(name, double.NaN)).Order()]);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int MakeFile(string path)
    {
        TorchNatives.EnsureLoaded();
        using var noGrad = no_grad();
        using var generator = new Generator(1, CPU);
        using var network = new SegSamNetwork(CheckpointMeasurements.Config);
        foreach (var (_, value) in network.state_dict())
            value.normal_(generator: generator);
        SamWeights.Save(path, network, Preprocessing.Sam);
        using var file = CheckpointFile.Open(path);
        return file.Tensors.Count;
    }

    private static void Print(double megabytes, Func<string, string, double[]> figures)
    {
        double[] Time(string name) =>
            figures(name.StartsWith("Load", StringComparison.Ordinal) ? nameof(CheckpointMeasurements.Load) : name, name);
        var buffer = Time(nameof(CheckpointMeasurements.ReadThroughBuffer));
        var memory = Time(nameof(CheckpointMeasurements.ReadIntoMemory));
        Say($"{"",-42}{"ms",14}  x through buffer  x into memory");
        foreach (var (name, text) in (ReadOnlySpan<(string, string)>)
        [
            (nameof(CheckpointMeasurements.ReadThroughBuffer), "read through a buffer of 1 MiB"),
            (nameof(CheckpointMeasurements.ReadIntoMemory), "read into fresh memory of the file's size"),
            ("Load", "load, first in the process"),
            ("LoadCompiling", "  of it compiling code (any size of file)"),
            ("LoadAgain", "load, second in the process"),
        ])
        {
            var times = Time(name);
            var median = Median(times);
            Say($"{text,-42}{$"{median:0} ({times[0]:0})",14}{median / Median(buffer),18:0.00}{median / Median(memory),15:0.00}");
        }

        Say($"{"",-42}{"MB built",14}{"MB loaded",18}{"added",15}");
        foreach (var (name, text) in (ReadOnlySpan<(string, string)>)
        [
            ("VmHWM", "most in memory at once (VmHWM)"),
            ("RssAnon", "private at the end (RssAnon)"),
        ])
        {
            var built = Median(figures(nameof(CheckpointMeasurements.BuildAndTouch), name));
            var loaded = Median(figures(nameof(CheckpointMeasurements.Load), name));
            Say($"{text,-42}{built,14:0.0}{loaded,18:0.0}{(loaded - built) / megabytes,15:0.0%}");
        }
    }

    private static double Median(double[] ordered) => ordered[ordered.Length / 2];

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
