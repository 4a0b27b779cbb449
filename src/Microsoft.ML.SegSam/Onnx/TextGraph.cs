using Microsoft.ML.SegSam.Network;

namespace Microsoft.ML.SegSam.Onnx;

// B images, P prompts, K categories, d_t text width, g = S/16, C decoder width.

/// <summary>What reads the category texts, as a graph: text-to-vision enhancement and the class head.</summary>
internal static class TextGraph
{
    private const float Smallest = 1e-12f; // norm that a vector is divided by, as in PyTorch

    /// <summary>The summary token t_text: see <see cref="TextToVision"/>.</summary>
    /// <param name="textBank">[K,d_t].</param>
    /// <param name="pixels">[B,g·g,C].</param>
    /// <param name="positions">[1,g·g,C].</param>
    /// <param name="promptTokens">[P,n,C].</param>
    /// <returns>[B,1,C], or [P,1,C] where it reads the prompt too.</returns>
    public static GraphValue Summarize(
        GraphValue textBank, GraphValue pixels, GraphValue positions, GraphValue promptTokens, SegSamConfig config)
    {
        const string Place = "text_to_vision.";
        var (graph, epsilon, heads) = (textBank.Graph, config.DecoderEpsilon, config.DecoderHeads);
        var texts = textBank.Linear(Place + "text_projection").Norm(Place + "text_norm", epsilon).Unsqueeze(0);   // [1,K,C]
        var evidence = (texts + texts.Attention(pixels + positions, pixels, Place + "text_to_image", heads))
            .Norm(Place + "evidence_norm", epsilon);                                                        // [B,K,C]
        var query = pixels.Mean(1).Linear(Place + "image_projection") + graph.Weight(Place + "summary_token");    // [B,1,C]
        if (config.TextConditioning == TextConditioning.ImageAndPrompt)
            query += promptTokens.Mean(1).Linear(Place + "prompt_projection");
        var summary = (query + query.Attention(evidence, evidence, Place + "summary_to_text", heads)).Norm(Place + "summary_norm", epsilon);
        var text = (summary + summary.Linear(Place + "mlp.lin1").Relu().Linear(Place + "mlp.lin2")).Norm(Place + "output_norm", epsilon);
        return config.TextLayerScale is null ? text : text * graph.Weight(Place + "layer_scale");
    }

    /// <summary>Class logits [..,K+1] of tokens [..,C]: see <see cref="ClassHeads"/>.</summary>
    public static GraphValue Classify(GraphValue tokens, GraphValue textBank, SegSamConfig config)
    {
        const string Place = "class_head.";
        if (config.ClassHead != ClassHead.TextSimilarity)
            return tokens.Perceptron(Place + "mlp", 3);
        var graph = tokens.Graph;
        var token = Normalize(tokens.Perceptron(Place + "mlp", 3) + tokens);
        var text = Normalize(textBank.Linear(Place + "text_projection") + graph.Weight(Place + "text_offset"));   // [K,C]
        var logits = token.MatMul(text.Transpose(1, 0)) * graph.Weight(Place + "log_scale").Exp();
        var nothing = (tokens * 0).Sum(-1);                                                                 // [..,1]
        return GraphValue.Concat(-1, logits, nothing);
    }

    private static GraphValue Normalize(GraphValue x) =>
        x / x.Graph.Node("ReduceL2", [x], ("axes", (long[])[-1])).Node("Max", x.Graph.Number(Smallest));
}
