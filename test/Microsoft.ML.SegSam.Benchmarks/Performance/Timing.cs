using System.Diagnostics;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

internal static class Timing
{
    /// <summary>Seconds of each piece of work, taking turns. Run each once before: the first time is another quantity.</summary>
    /// <returns>For each piece its repetitions.</returns>
    public static double[][] TakeTurns(int repetitions, params Func<double>[] works)
    {
        var times = works.Select(_ => new double[repetitions]).ToArray();
        for (var i = 0; i < repetitions; i++)
        {
            for (var work = 0; work < works.Length; work++)
                times[work][i] = works[work]();
        }

        return times;
    }

    /// <summary>Work whose tensors are freed within the time.</summary>
    public static Func<double> Of(Action work) => () => Seconds(work);

    public static double Seconds(Action work)
    {
        var watch = Stopwatch.StartNew();
        using (NewDisposeScope())
            work();
        return watch.Elapsed.TotalSeconds;
    }
}
