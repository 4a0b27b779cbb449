using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Benchmarks.Plain;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Prediction;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>
/// Answers about one encoded image as the predictor gives them, with their names, against SAM's decoder alone in ONNX Runtime and the
/// plain form of both decoders.
/// </summary>
internal static class PromptPart
{
    private const double Agreement = 1e-3;
    private const int Many = 64;

    public static void Measure(Recorder recorder, int size, int repetitions)
    {
        if (recorder.IsQuick)
            repetitions = 1;
        using var transformer = Networks.Transformer(Networks.DecoderOnly(size), batchSize: Many);
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var (model, plain) = (transformer.Model, new PlainDecoder(transformer.Model.Network));
        using var predictor = new SegSamPredictor(transformer);
        using var encoded = predictor.Encode(SliceRow.Picture(1, size));
        var (embedding, one) = (encoded.EmbeddingFor(model), Networks.Boxes(1, size));
        var visual = tensor(embedding, [1, model.Config.Width, model.Config.Grid, model.Config.Grid]);
        var expected = plain.Decode(visual, one);
        using (var layers = Networks.Create(model.Config)) // of the same weights
            Compare(recorder, size, layers.DecodeInChunks(visual, one), expected);
        var ours = model.Network.DecodeInChunks(visual, one).MaskLogits;
        recorder.Add($"answer/{size}/form", "as computed here: difference of the masks' logits from the plain form, by their size", "",
            ours.Minus(expected.MaskLogits).norm().item<float>() / expected.MaskLogits.norm().item<float>());
        using var sam = OnnxPeer.SamDecoder(model, embedding, Networks.Box(0, size));
        using var both = OnnxPeer.Decoders(model, embedding, Networks.Box(0, size));
        recorder.AddDifference($"onnxruntime/answer/{size}/difference", "ONNX Runtime: largest difference of the mask from the plain form",
            Networks.Difference(tensor(sam.Run()), expected.BestMask().Logits.flatten()), Agreement);

        Prompt[] all = [.. Enumerable.Range(0, Many).Select(i => new Prompt(Networks.Box(i, size)))];
        Prompt[] points = [.. Enumerable.Range(0, Many).Select(i => new Prompt(Points: Networks.Box(i, size)[..2], PointLabels: [1]))];
        Action ask = () => model.Predict(encoded, all[..1], multimask: false, zooms: false),
            askMany = () => model.Predict(encoded, all, multimask: false, zooms: false),
            propose = () => model.Propose(encoded, points);
        foreach (var work in (Action[])[ask, askMany, propose, () => both.Run()])
            work();
        var times = Timing.TakeTurns(repetitions, Timing.Of(ask), Timing.Of(askMany), Timing.Of(propose),
            Timing.Of(() => sam.Run()), Timing.Of(() => both.Run()), Timing.Of(() => plain.Decode(visual, one)));
        recorder.AddPeers($"answer/{size}", $"a named answer at {size}; ONNX Runtime: SAM's decoder alone", times[0], times[3], times[5]);
        recorder.AddRatio($"onnxruntime/answer/{size}/both",
            "the same, times faster than ONNX Runtime with both decoders", times[4], times[0]);
        recorder.AddPeers($"prompt/{size}", $"each further of {Many} prompts about an image at {size}",
            [.. times[1].Zip(times[0], (many, single) => (many - single) / (Many - 1))], times[3], times[5]);
        recorder.AddPeers($"proposal/{size}", $"the masks of a point in automatic mode at {size}",
            [.. times[2].Select(time => time / Many)], times[3], times[5]);
    }

    private static void Compare(Recorder recorder, int size, SegSamOutput ours, SegSamOutput plain)
    {
        var difference = new[]
        {
            (ours.MaskLogits, plain.MaskLogits),
            (ours.PredictedIoUs, plain.PredictedIoUs),
            (ours.SemanticLogits, plain.SemanticLogits),
            (ours.ClassLogits, plain.ClassLogits),
            (ours.PresenceLogits, plain.PresenceLogits),
        }.Max(pair => Networks.Difference(pair.Item1, pair.Item2));
        recorder.AddDifference(
            $"answer/{size}/difference", "float32 layers: largest difference from the plain form", difference, Agreement);
    }
}
