using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Benchmarks.Plain;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>The image encoder as a model computes it here, against ONNX Runtime and the plain form with the same weights.</summary>
internal static class EncoderPart
{
    private const double Agreement = 1e-3; // of float32

    /// <param name="name">Of the encoder, in keys.</param>
    /// <param name="words">What is encoded, in words.</param>
    public static void Measure(Recorder recorder, string name, string words, SegSamConfig config, int repetitions)
    {
        using var transformer = Networks.Transformer(config, batchSize: 1);
        var (model, key) = (transformer.Model, $"encoder/{name}");
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var yardstick = new Yardstick();
        var (image, plain) = (Networks.Image(config.InputSize), Plain(model.Network));
        var pixels = ImageTensor.Stack([image], model.Preprocessing.Scaling, CPU);
        using var onnx = OnnxPeer.Encoder(model, pixels.data<float>().ToArray());
        var expected = plain(pixels).flatten();
        recorder.AddDifference($"{key}/difference", "float32 layers: largest difference from the plain form",
            Networks.Difference(model.Network.Encode(pixels).flatten(), expected), Agreement);
        recorder.AddDifference($"onnxruntime/{key}/difference", "ONNX Runtime: largest difference from the plain form",
            Networks.Difference(tensor(onnx.Run()), expected), Agreement);
        var ours = tensor(model.Encode([image])[0]);
        recorder.Add($"{key}/form", "as computed here: difference from the plain form, by its size", "",
            ours.Minus(expected).norm().item<float>() / expected.norm().item<float>());

        var times = Timing.TakeTurns(recorder.IsQuick ? 1 : repetitions,
            yardstick.FlopsPerSecond, Timing.Of(() => model.Encode([image])), Timing.Of(() => plain(pixels)), Timing.Of(() => onnx.Run()));
        recorder.AddPeers(key, words, times[1], onnx: times[3], plain: times[2]);
        recorder.Add($"{key}/share", "needed work, share of what the float32 matrix rate would do in that time", "share",
            [.. times[1].Zip(times[0], (time, rate) => NeededWork.EncoderFlops(config) / time / rate)]);
        var (needed, all) = (NeededWork.EncoderFlops(config), NeededWork.PlainEncoderFlops(config));
        recorder.Note($"Needed work: {Statistics.Short(needed / 1e9)} GFLOP per image; "
            + $"the plain form does {Statistics.Short(all / needed)} times as much.");
    }

    /// <summary>The plain form of a network's encoder.</summary>
    public static Func<Tensor, Tensor> Plain(SegSamNetwork network) => network.Config.Kind switch
    {
        EncoderKind.Vit => new PlainEncoder(network).Encode,
        EncoderKind.TinyVit => new PlainTinyVit(network).Encode,
        _ => throw new NotSupportedException($"The encoder {network.Config.Kind} has no plain form."),
    };
}
