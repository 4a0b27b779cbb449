using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>The most memory of a fresh process that encodes one image.</summary>
internal static class MemoryPart
{
    public static void Measure(Recorder recorder)
    {
        var (repetitions, size) = recorder.IsQuick ? (1, "512") : (2, "1024");
        var ours = Enumerable.Range(0, repetitions).Select(_ => Child.Run(Once.Command, nameof(PeakOfOurs), size)["peak"]).ToArray();
        var plain = Enumerable.Range(0, repetitions).Select(_ => Child.Run(Once.Command, nameof(PeakOfPlain), size)["peak"]).ToArray();
        recorder.Add("memory/encode", $"peak of ViT-B at {size}", "MB", ours);
        recorder.Add("memory/encode/plain", "peak of the plain form", "MB", plain);
        recorder.AddRatio("memory/encode/ratio", "peak, share of the plain form's", ours, plain, "share");
    }

    public static void PeakOfOurs(string size) => Encode(size, network => network.Encode);

    public static void PeakOfPlain(string size) => Encode(size, EncoderPart.Plain);

    private static void Encode(string size, Func<SegSamNetwork, Func<Tensor, Tensor>> encoder)
    {
        using var network = Networks.Create(Networks.Config(SegSamEncoder.VitB, Once.Number(size)));
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        encoder(network)(Networks.Images(1, network.Config.InputSize));
        Child.Print("peak", ProcessMemory.Peak);
    }
}
