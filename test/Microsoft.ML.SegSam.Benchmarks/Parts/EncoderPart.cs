using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Benchmarks.Plain;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>The image encoder against the machine's matrix rate, and against the plain form of the same weights.</summary>
internal static class EncoderPart
{
    private const double Agreement = 1e-3;

    /// <param name="name">Of the encoder, in keys.</param>
    public static void Measure(Recorder recorder, string name, SegSamConfig config, int repetitions)
    {
        if (recorder.IsQuick)
            repetitions = 1;
        using var network = Networks.Create(config);
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var yardstick = new Yardstick();
        var image = Networks.Images(1, config.InputSize);
        var plain = Plain(network);
        recorder.AddDifference(
            $"encoder/{name}/difference", "largest difference from the plain form",
            Networks.Difference(network.Encode(image), plain(image)), Agreement);

        var times = Timing.TakeTurns(repetitions, yardstick.FlopsPerSecond,
            Timing.Of(() => network.Encode(image)),
            Timing.Of(() => plain(image)));
        Record(recorder, $"encoder/{name}/float32", "in float32", config, times[0], times[1], times[2]);
        var (needed, all) = (NeededWork.EncoderFlops(config), NeededWork.PlainEncoderFlops(config));
        recorder.Note($"Needed work: {Statistics.Short(needed / 1e9)} GFLOP per image; "
            + $"the plain form does {Statistics.Short(all / needed)} times as much.");
        if (new TorchDevice(CPU).HasBFloat16)
            Lowered(recorder, name, network, image, plain, repetitions);
        else
            recorder.Note("bfloat16 is not measured: this processor has no instructions for it, and the library does not use it there.");
    }

    /// <summary>The plain form of a network's encoder.</summary>
    public static Func<Tensor, Tensor> Plain(SegSamNetwork network) => network.Config.Kind switch
    {
        EncoderKind.Vit => new PlainEncoder(network).Encode,
        EncoderKind.TinyVit => new PlainTinyVit(network).Encode,
        _ => throw new NotSupportedException($"The encoder {network.Config.Kind} has no plain form."),
    };

    private static void Lowered(
        Recorder recorder, string name, SegSamNetwork network, Tensor image, Func<Tensor, Tensor> plain, int repetitions)
    {
        using var yardstick = new Yardstick(ScalarType.BFloat16);
        using var kept = MixedPrecision.CacheCasts(network.ImageEncoder); // as a model does
        void Encode()
        {
            using var precision = MixedPrecision.Use(true);
            network.Encode(image);
        }

        Encode();
        var times = Timing.TakeTurns(repetitions, yardstick.FlopsPerSecond, Timing.Of(Encode), Timing.Of(() => plain(image)));
        Record(recorder, $"encoder/{name}/bfloat16", "in bfloat16", network.Config, times[0], times[1], times[2]);
    }

    private static void Record(
        Recorder recorder, string key, string precision, SegSamConfig config,
        double[] rates, double[] ours, double[] plain)
    {
        recorder.Add(key + "/share",
            $"share of the matrix rate, {precision}", "share",
            [.. ours.Zip(rates, (time, rate) => NeededWork.EncoderFlops(config) / time / rate)]);
        recorder.AddRatio(key + "/plain", $"times faster than the plain form in float32, {precision}", plain, ours);
    }
}
