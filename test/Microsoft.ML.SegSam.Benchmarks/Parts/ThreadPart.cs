using System.Globalization;
using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Network;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>Several threads that predict with one transformer at the same time, and one beside another busy process.</summary>
internal static class ThreadPart
{
    public static void Measure(Recorder recorder)
    {
        var (encoder, size, rows, repetitions) = recorder.IsQuick ? (SegSamEncoder.Tiny, 128, 4, 1) : (SegSamEncoder.VitB, 256, 4, 3);
        using var transformer = Networks.Transformer(Networks.Config(encoder, size), batchSize: 1);
        var slices = Enumerable.Range(0, rows).Select(i => SliceRow.Create(i, 256)).ToArray();
        var alone = Predict(transformer, slices);
        var (counts, difference) = ((int[])[1, 2, 8], 0.0);
        var times = Timing.TakeTurns(repetitions, [.. counts.Select(count => Timing.Of(() => Together(count)))]);
        recorder.Add("threads/difference", "largest difference of any score from one thread's predictions", "", difference);
        foreach (var (i, count) in counts.Index().Skip(1))
            recorder.Add($"threads/{count}",
                $"{count} threads at once: rows per second, share of one thread's with all cores",
                "share", [.. times[0].Zip(times[i], (one, many) => count * one / many)]);

        Beside(recorder, transformer, slices, repetitions);

        void Together(int count)
        {
            var answers = new List<float[]>[count];
            var threads = Enumerable.Range(0, count).Select(i => new Thread(() => answers[i] = Predict(transformer, slices))).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            difference = Math.Max(difference, answers.Max(answer => Scoring.Difference(answer, alone)));
        }
    }

    /// <summary>Keeps one core busy until it is ended.</summary>
    public static void Busy(string _)
    {
        for (var number = 1.0; number > 0; number = Math.Sqrt(number) + 1)
        {
        }
    }

    private static void Beside(Recorder recorder, SegSamTransformer transformer, SliceRow[] slices, int repetitions)
    {
        void Alone() => Predict(transformer, slices);
        double WithBusy()
        {
            using var busy = Child.Start(readsOutput: false, Once.Command, nameof(Busy), "");
            try
            {
                Thread.Sleep(500); // until it computes
                return Timing.Seconds(Alone);
            }
            finally
            {
                busy.Kill();
                busy.WaitForExit();
            }
        }

        var times = Timing.TakeTurns(repetitions, Timing.Of(Alone), WithBusy);
        var fair = (Environment.ProcessorCount - 0.5) / Environment.ProcessorCount;
        var remark = string.Create(CultureInfo.InvariantCulture, $"(fair sharing leaves {100 * fair:0} %)");
        recorder.AddRatio("threads/busy",
            "beside a process that keeps a core busy: rows per second, share of those without it " + remark,
            times[0], times[1], "share");
    }

    private static List<float[]> Predict(SegSamTransformer transformer, SliceRow[] slices)
    {
        var seen = new List<float[]>();
        Scoring.Read(transformer.Transform(new MLContext(seed: 1).Data.LoadFromEnumerable(slices)), seen.Add);
        return seen;
    }
}
