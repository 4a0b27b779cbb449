using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Hosting;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>The machine's own rates, at the beginning and at the end of the run.</summary>
internal static class RatePart
{
    private const int Megabytes = 256, Buffer = 1 << 20;

    /// <param name="when">"before" or "after".</param>
    public static void Measure(Recorder recorder, string when)
    {
        TorchNatives.EnsureLoaded();
        var repetitions = recorder.IsQuick ? 3 : 9;
        using (var yardstick = new Yardstick())
        {
            recorder.Add($"rate/matrix/{when}",
                $"float32 matrix products by libtorch, {when} the run", "GFLOP/s",
                [.. Enumerable.Range(0, repetitions).Select(_ => yardstick.FlopsPerSecond() / 1e9)]);
        }
        using (var onnx = new OnnxProduct())
        {
            recorder.Add($"rate/onnx/{when}",
                $"the same by ONNX Runtime, {when} the run", "GFLOP/s",
                [.. Enumerable.Range(0, repetitions).Select(_ => onnx.FlopsPerSecond() / 1e9)]);
        }
        if (new TorchDevice(CPU).HasBFloat16)
        {
            using var lowered = new Yardstick(ScalarType.BFloat16);
            recorder.Add($"rate/bfloat16/{when}",
                $"the same by libtorch in bfloat16, {when} the run", "GFLOP/s",
                [.. Enumerable.Range(0, repetitions).Select(_ => lowered.FlopsPerSecond() / 1e9)]);
        }

        var path = Path.GetTempFileName();
        try
        {
            var buffer = new byte[Buffer];
            new Random(1).NextBytes(buffer);
            using (var file = File.OpenWrite(path))
            {
                for (var i = 0; i < Megabytes; i++)
                    file.Write(buffer);
            }

            Read();
            recorder.Add($"rate/file/{when}", $"reading a file in the page cache, {when} the run", "MB/s",
                [.. Enumerable.Range(0, repetitions).Select(_ => Megabytes * Buffer / 1e6 / Timing.Seconds(Read))]);

            void Read()
            {
                using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
                for (long at = 0, count; (count = RandomAccess.Read(file, buffer, at)) > 0;)
                    at += count;
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
