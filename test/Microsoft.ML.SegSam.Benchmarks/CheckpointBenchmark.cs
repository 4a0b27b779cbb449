using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks;

internal static class CheckpointBenchmark
{
    public static int Run(int repetitions)
    {
        Console.WriteLine(repetitions);
        var path = Path.Combine(Path.GetTempPath(), "segsam-benchmark-vit_b.pth");
        TorchNatives.EnsureLoaded();
        using var network = new SegSamNetwork(CheckpointMeasurements.Config);
        using var generator = new Generator(1, CPU);
        using var noGrad = no_grad();
        foreach (var (_, value) in network.state_dict())
            value.normal_(generator: generator);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        SamWeights.Save(path, network);
        Console.WriteLine($"{path} {new FileInfo(path).Length} {watch.ElapsedMilliseconds} ms");
        watch.Restart();
        SamWeights.Save(Path.ChangeExtension(path, ".safetensors"), network);
        Console.WriteLine($"{watch.ElapsedMilliseconds} ms");
        return 0;
    }
}
