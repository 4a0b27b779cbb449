using System.Globalization;
using Microsoft.ML.SegSam.Benchmarks;

return args switch
{
    ["checkpoint"] => CheckpointBenchmark.Run(repetitions: 9),
    ["checkpoint", var count] when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var repetitions) && repetitions > 0 =>
        CheckpointBenchmark.Run(repetitions),
    [Child.Measure, var what, var path] => CheckpointMeasurements.Run(what, path),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Build in Release, on a quiet machine. Commands:");
    Console.Error.WriteLine("  checkpoint [repetitions]   loading SAM's ViT-B .pth against reading its bytes: time and memory");
    return 2;
}
