using Microsoft.ML.SegSam.Benchmarks;

return args switch
{
    ["checkpoint", .. var rest] => CheckpointBenchmark.Run(rest is [var text, ..] ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 9),
    [nameof(CheckpointMeasurements), var what, var path] => CheckpointMeasurements.Run(what, path),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("checkpoint [repetitions]   loading a ViT-B .pth of SAM against reading its bytes: time and memory");
    return 2;
}
