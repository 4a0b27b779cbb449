using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Prediction;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>The most memory of a fresh process that encodes one image, and whether what a burst of prompts takes stays level.</summary>
internal static class MemoryPart
{
    private const int Side = 256, Burst = 64;

    public static void Measure(Recorder recorder)
    {
        var (repetitions, size) = recorder.IsQuick ? (1, "512") : (2, "1024");
        var ours = Enumerable.Range(0, repetitions).Select(_ => Child.Run(Once.Command, nameof(PeakOfOurs), size)["peak"]).ToArray();
        var plain = Enumerable.Range(0, repetitions).Select(_ => Child.Run(Once.Command, nameof(PeakOfPlain), size)["peak"]).ToArray();
        recorder.Add("memory/encode", $"peak of ViT-B at {size}", "MB", ours);
        recorder.Add("memory/encode/plain", "peak of the plain form", "MB", plain);
        recorder.AddRatio("memory/encode/ratio", "peak, share of the plain form's", ours, plain, "share");
        var calls = recorder.IsQuick ? 50 : 1000;
        var burst = Child.Run(Once.Command, nameof(AfterBurst), $"{calls}");
        recorder.Add("memory/burst", $"resident memory without garbage after a burst of {Burst} prompts at {Side}", "MB", burst["burst"]);
        recorder.Add("memory/burst/growth",
            $"the same after {calls} further calls, relative to that", "times", burst["calls"] / burst["burst"]);
    }

    public static void PeakOfOurs(string size)
    {
        using var transformer = Networks.Transformer(Networks.Config(SegSamEncoder.VitB, Once.Number(size)), batchSize: 1);
        transformer.Model.Encode([Networks.Image(Once.Number(size))]);
        Child.Print("peak", ProcessMemory.Peak);
    }

    public static void PeakOfPlain(string size)
    {
        using var network = Networks.Create(Networks.Config(SegSamEncoder.VitB, Once.Number(size)));
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        EncoderPart.Plain(network)(Networks.Images(1, network.Config.InputSize));
        Child.Print("peak", ProcessMemory.Peak);
    }

    public static void AfterBurst(string calls)
    {
        using var transformer = Networks.Transformer(Networks.DecoderOnly(Side), batchSize: 8);
        using var predictor = new SegSamPredictor(transformer);
        using var image = predictor.Encode(SliceRow.Picture(1, Side));
        var prompts = SegSamPrompt.Boxes([.. Enumerable.Range(0, Burst).SelectMany(i => Networks.Box(i, Side))]);
        predictor.Predict(image, prompts);
        Child.Print("burst", Kept());
        for (var call = 0; call < Once.Number(calls); call++)
            predictor.Predict(image, prompts[call % Burst]);
        Child.Print("calls", Kept());
    }

    // Without garbage, which .NET lets grow to the size of the processor's cache before it looks for it.
    private static double Kept()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        return ProcessMemory.Private;
    }
}
