using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Benchmarks;

/// <summary>What is measured, each in a process of its own: "name value" lines, milliseconds or MB.</summary>
internal static class CheckpointMeasurements
{
    private const int BufferLength = 1 << 20;

    public static SegSamConfig Config { get; } = SegSamConfig.For(SegSamEncoder.VitB, 1024);

    public static int Run(string what, string path)
    {
        switch (what)
        {
            case nameof(ReadThroughBuffer): Time(what, () => ReadThroughBuffer(path)); break;
            case nameof(ReadIntoFreshMemory): Time(what, () => ReadIntoFreshMemory(path)); break;
            case nameof(Load): Load(path); break;
            case nameof(BuildAndTouch): BuildAndTouch(); break;
            case "Far":
                using (var f = File.Create(path))
                {
                    var zip = new StoredZipWriter(f);
                    zip.Add("archive/data.pkl", "N."u8); zip.Add("archive/version", "3\n"u8); zip.Add("archive/data/0", "near"u8);
                    f.Position = 5L << 30; zip.Add("archive/data/1", "far away"u8); zip.Finish();
                }
                break;
            case nameof(Map): Map(path); break;
            default: throw new ArgumentException(what);
        }

        return 0;
    }

    /// <summary>Every byte once, in order, into one buffer that stays in the processor's cache.</summary>
    public static void ReadThroughBuffer(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var buffer = new byte[BufferLength];
        for (long at = 0, read; (read = RandomAccess.Read(file, buffer, at)) > 0; at += read)
        {
        }
    }

    /// <summary>Every byte once, in order, into memory of the file's size that the process just got: what any loader that keeps the bytes must do.</summary>
    public static unsafe void ReadIntoFreshMemory(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        var memory = (byte*)NativeMemory.Alloc((nuint)length);
        for (long at = 0, read; (read = RandomAccess.Read(file, new Span<byte>(memory + at, (int)Math.Min(BufferLength, length - at)), at)) > 0; at += read)
        {
        }

        NativeMemory.Free(memory);
    }

    public static void Load(string path)
    {
        TorchNatives.EnsureLoaded();
        TorchSharp.torch.empty(1).Dispose();
        var networks = new List<SegSamNetwork>();
        foreach (var round in (string[])["first", "second"])
        {
            var watch = Stopwatch.StartNew();
            using var file = CheckpointFile.Open(path);
            Report($"{round} open", watch);
            var network = new SegSamNetwork(Config);
            networks.Add(network);
            Report($"{round} build", watch);
            var targets = network.state_dict();
            if (Environment.GetEnvironmentVariable("PAR") is { } p)
                Parallel.ForEach(file.Tensors, new ParallelOptions { MaxDegreeOfParallelism = int.Parse(p) }, tensor => tensor.ReadInto(targets[tensor.Name]));
            else
            foreach (var tensor in file.Tensors)
                tensor.ReadInto(targets[tensor.Name]);
            network.eval();
            Report($"{round} read", watch);
            if (round == "first")
                ReportMemory();
        }
    }

    public static void Map(string path)
    {
        TorchNatives.EnsureLoaded();
        TorchSharp.torch.empty(1).Dispose();
        var networks = new List<SegSamNetwork>();
        foreach (var round in (string[])["first", "second", "third", "fourth"])
        {
            var watch = Stopwatch.StartNew();
            using var file = CheckpointFile.Open(path);
            Report($"{round} open", watch);
            var network = new SegSamNetwork(Config);
            networks.Add(network);
            Report($"{round} build", watch);
            var targets = network.state_dict();
            using (var scope = TorchSharp.torch.NewDisposeScope())
            using (TorchSharp.torch.no_grad())
            {
            var all = TorchSharp.torch.from_file(path, false, new FileInfo(path).Length / 4, TorchSharp.torch.ScalarType.Float32);
            foreach (var tensor in file.Tensors)
            {
                var t = targets[tensor.Name];
                var n = t.numel();
                t.set_(all.narrow(0, tensor.Place / 4, n).view(t.shape));
            }
            }
            network.eval();
            Report($"{round} read", watch);
            if (round == "first")
                ReportMemory();
            if (round == "fourth")
            {
                double sum = 0;
                foreach (var (_, v) in targets) sum += v.numel() > 0 && !v.is_meta ? v.detach().flatten()[0].item<float>() : 0;
                Print("sum", sum);
                Report("touched", watch);
            }
        }
    }

    public static void BuildAndTouch()
    {
        TorchNatives.EnsureLoaded();
        using var noGrad = TorchSharp.torch.no_grad();
        using var network = new SegSamNetwork(Config);
        foreach (var (_, value) in network.state_dict())
            value.fill_(1);
        network.eval();
        ReportMemory();
    }

    private static void Time(string what, Action run)
    {
        var watch = Stopwatch.StartNew();
        run();
        Report(what, watch);
    }

    private static void Report(string what, Stopwatch watch) => Print($"{what} (jit {System.Runtime.JitInfo.GetCompilationTime(true).TotalMilliseconds:0} {System.Runtime.JitInfo.GetCompiledMethodCount(true)})", watch.Elapsed.TotalMilliseconds);

    private static void ReportMemory()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.Split(':') is [("VmHWM" or "VmRSS" or "RssAnon" or "RssFile") and var name, var size])
                Print(name, int.Parse(size.Replace("kB", ""), CultureInfo.InvariantCulture) / 1e3 * 1.024);
        }
    }

    private static void Print(string what, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what.Replace(' ', '-')} {value:0.00}"));
}
