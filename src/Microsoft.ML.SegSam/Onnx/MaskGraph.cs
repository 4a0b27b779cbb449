using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;

namespace Microsoft.ML.SegSam.Onnx;

// P prompts, g = S/16, H x W original image.

/// <summary>From the decoders' masks to the ones that a prompt is answered with, as a graph.</summary>
internal static class MaskGraph
{
    /// <summary>The candidate with the highest predicted IoU, by the rules of <see cref="SegSamOutput"/>.</summary>
    /// <returns>Logits [P,1,4g,4g] and predicted IoU [P,1].</returns>
    public static (GraphValue Logits, GraphValue PredictedIoU) Best(GraphPredictions predicted, GraphPrompts prompts, SegSamConfig config)
    {
        if (config.SingleMask)
            return (predicted.Masks.Slice(1, 0, 1), predicted.PredictedIoUs.Slice(1, 0, 1));
        var graph = predicted.Masks.Graph;
        var best = graph.Node("ArgMax", [predicted.PredictedIoUs.Slice(1, 1, 1 + config.MultimaskOutputs)], ("axis", 1L))
            + graph.Integers(1);                                                                            // [P,1]
        if (config.MultimaskForPoint)
            best *= PromptGraph.IsSinglePoint(prompts).ToInteger().Unsqueeze(1);
        var index = best.Unsqueeze(2);                                                                      // [P,1,1]
        return (Pick(predicted.Masks), Pick(predicted.PredictedIoUs));

        GraphValue Pick(GraphValue candidates) => graph.Node("GatherND", [candidates, index], ("batch_dims", 1L));
    }

    /// <summary>
    /// Logits at the size of the original image, [P,1,H,W], as <see cref="MaskGeometry"/> computes them for whole images; empty where the
    /// size is 0.
    /// </summary>
    /// <param name="logits">[P,1,4g,4g].</param>
    /// <param name="originalSize">[2]: H, W.</param>
    public static GraphValue AtOriginalSize(GraphValue logits, GraphValue originalSize, int inputSize, ResizeRule rule)
    {
        var graph = logits.Graph;
        var empty = graph.Integers(0, 0);
        return graph.If(originalSize.Min(0).Greater(0), Enlarge, () => Cut(logits, empty, empty));

        GraphValue Enlarge()
        {
            var original = originalSize.ToInteger();
            var input = logits.Resize(GraphValue.Concat(0, logits.Shape(0, 2), graph.Integers(inputSize, inputSize)));
            var (offset, scaled) = Place(originalSize, inputSize, rule);
            return Cut(input, offset, offset + scaled).Resize(GraphValue.Concat(0, logits.Shape(0, 2), original));
        }
    }

    // Where the image lies in the input, as ImageGeometry.For: offset [2] and size [2], both y, x.
    private static (GraphValue Offset, GraphValue Scaled) Place(GraphValue originalSize, int inputSize, ResizeRule rule)
    {
        var graph = originalSize.Graph;
        var (whole, none) = (graph.Integers(inputSize, inputSize), graph.Integers(0, 0));
        switch (rule)
        {
            case ResizeRule.LongestSide: // rounded half up, in double precision
                var exact = originalSize.ToDouble();
                var scale = graph.Number(inputSize).ToDouble() / exact.Max(0);
                var scaled = (exact * scale + graph.Number(0.5f).ToDouble()).Node("Floor").ToInteger();
                return (none, scaled.Node("Max", graph.Integers(1)));
            case ResizeRule.PadOrStretch: // small images keep their pixels
                var fits = graph.Number(inputSize).Greater(originalSize.Max(0));
                var original = originalSize.ToInteger();
                return (GraphValue.Where(fits, (whole - original) / graph.Integers(2), none), GraphValue.Where(fits, original, whole));
            default:
                return (none, whole);
        }
    }

    private static GraphValue Cut(GraphValue map, GraphValue start, GraphValue end) =>
        map.Node("Slice", start, end, map.Graph.Integers(2, 3));
}
