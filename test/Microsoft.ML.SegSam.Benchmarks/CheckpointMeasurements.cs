using System.Diagnostics;
using System.Runtime;
using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks;

/// <summary>What a child measures, in milliseconds and MB of a million bytes.</summary>
internal static class CheckpointMeasurements
{
    private const int BufferLength = 1 << 20;

    public static SegSamConfig Config { get; } = SegSamConfig.For(SegSamEncoder.VitB, 1024) with { CategoryCount = 1 };

    public static int Run(string what, string path)
    {
        Action<string> measure = what switch
        {
            nameof(ReadThroughBuffer) => ReadThroughBuffer,
            nameof(ReadIntoMemory) => ReadIntoMemory,
            nameof(Load) => Load,
            nameof(BuildAndTouch) => _ => BuildAndTouch(),
            _ => throw new ArgumentException($"Unknown measurement '{what}'.", nameof(what)),
        };
        measure(path);
        return 0;
    }

    /// <summary>Every byte once, in order, into one buffer that stays in the processor's cache.</summary>
    public static void ReadThroughBuffer(string path)
    {
        var buffer = new byte[BufferLength];
        var watch = Stopwatch.StartNew();
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        for (long at = 0, read; (read = RandomAccess.Read(file, buffer, at)) > 0;)
            at += read;
        Child.Print(nameof(ReadThroughBuffer), watch.Elapsed.TotalMilliseconds);
    }

    /// <summary>Every byte once, in order, into memory that the process just got: what whoever keeps the bytes must do.</summary>
    public static unsafe void ReadIntoMemory(string path)
    {
        var watch = Stopwatch.StartNew();
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        var memory = (byte*)NativeMemory.Alloc((nuint)length);
        for (var at = 0L; at < length;)
            at += RandomAccess.Read(file, new Span<byte>(memory + at, (int)Math.Min(BufferLength, length - at)), at);
        Child.Print(nameof(ReadIntoMemory), watch.Elapsed.TotalMilliseconds);
    }

    /// <summary>
    /// A network that could answer, from nothing but the file; then a second one, for which nothing is compiled any more.
    /// </summary>
    public static void Load(string path)
    {
        StartTorch();
        var compiling = JitInfo.GetCompilationTime(currentThread: true);
        var watch = Stopwatch.StartNew();
        using var first = LoadNetwork(path);
        Child.Print("Load", watch.Elapsed.TotalMilliseconds);
        Child.Print("LoadCompiling", (JitInfo.GetCompilationTime(currentThread: true) - compiling).TotalMilliseconds);
        PrintMemory();
        watch.Restart();
        using var second = LoadNetwork(path);
        Child.Print("LoadAgain", watch.Elapsed.TotalMilliseconds);
    }

    /// <summary>The memory of the network alone.</summary>
    public static void BuildAndTouch()
    {
        StartTorch();
        using var noGrad = no_grad();
        using var network = new SegSamNetwork(Config);
        foreach (var (_, value) in network.state_dict())
            value.fill_(1);
        network.eval();
        PrintMemory();
    }

    private static SegSamNetwork LoadNetwork(string path)
    {
        using var file = CheckpointFile.Open(path);
        var pretrained = Pretrained.Recognize(file);
        var network = pretrained.Build(pretrained.Config with { CategoryCount = Config.CategoryCount }, seed: 1);
        network.eval();
        return network;
    }

    private static void StartTorch()
    {
        TorchNatives.EnsureLoaded();
        using var first = zeros(1);
    }

    private static void PrintMemory()
    {
        Child.Print("VmHWM", ProcessMemory.Peak);
        Child.Print("RssAnon", ProcessMemory.Private);
    }
}
