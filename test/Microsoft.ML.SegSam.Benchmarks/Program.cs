using System.Globalization;
using Microsoft.ML.SegSam.Benchmarks;
using Microsoft.ML.SegSam.Benchmarks.Parts;
using Microsoft.ML.SegSam.Benchmarks.Performance;

return args switch
{
    ["checkpoint"] => CheckpointBenchmark.Run(repetitions: 9),
    ["checkpoint", var count]
        when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var repetitions)
            && repetitions > 0 =>
        CheckpointBenchmark.Run(repetitions),
    ["performance", .. var rest] when PerformanceOptions.Parse(rest) is { } options => PerformanceCommand.Run(options),
    [Child.Measure, var what, var path] => CheckpointMeasurements.Run(what, path),
    [PerformanceCommand.PartCommand, var name, var folder, var mode] => PerformanceCommand.RunPart(name, folder, mode),
    [Once.Command, var what, var argument] => Once.Run(what, argument),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Build in Release, on a quiet machine. Commands:");
    Console.Error.WriteLine("  checkpoint [repetitions]   loading SAM's ViT-B .pth against reading its bytes: time and memory");
    Console.Error.WriteLine($"  {PerformanceOptions.Usage}");
    Console.Error.WriteLine(
        "                             everything else, about 20 minutes: writes performance.md, .json and plots; "
        + "goes on with an interrupted run");
    return 2;
}
