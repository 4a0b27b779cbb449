using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Onnx;

namespace Microsoft.ML.SegSam.Onnx;

/// <summary>A network as ONNX models of standard operators, with the names of SAM's official export where it has one.</summary>
internal sealed class OnnxModels(SegSamNetwork network, ResizeRule resize, bool halfPrecision)
{
    public const string Image = "image", Embeddings = "image_embeddings", Coordinates = "point_coords", Labels = "point_labels",
        MaskInput = "mask_input", HasMask = "has_mask_input", OriginalSize = "orig_im_size", TextBank = "text_bank", Boxes = "boxes",
        Masks = "masks", PredictedIoUs = "iou_predictions", LowResMasks = "low_res_masks", SemanticMasks = "semantic_masks",
        LowResSemanticMasks = "low_res_semantic_masks", ClassScores = "class_scores", PresenceScores = "presence_scores",
        Candidates = "low_res_candidates", CandidateIoUs = "candidate_iou_predictions";

    /// <summary>What every prediction consists of, at the decoders' resolution.</summary>
    public static readonly string[] Answers = [LowResMasks, LowResSemanticMasks, PredictedIoUs, ClassScores, PresenceScores];

    private const string ImageCount = "images", PromptCount = "prompts", PointCount = "points", Height = "height", Width = "width";

    private readonly SegSamConfig _config = network.Config;
    private readonly NetworkWeights _weights = new(network, halfPrecision);

    /// <summary>From normalized images to their embeddings.</summary>
    public ModelProto Encoder()
    {
        var graph = new GraphBuilder(_weights);
        var embeddings = EncoderGraph.Encode(graph.Input(Image, ImageCount, 3, _config.InputSize, _config.InputSize), _config);
        graph.Output(Embeddings, embeddings, ImageCount, _config.EmbeddingWidth, _config.Grid, _config.Grid);
        return Model(graph);
    }

    /// <summary>From the embeddings of one image (or one for each prompt) and prompts to masks, categories and scores.</summary>
    public ModelProto Decoder()
    {
        var (graph, side) = (new GraphBuilder(_weights), _config.MaskSide);
        var embeddings = graph.Input(Embeddings, ImageCount, _config.EmbeddingWidth, _config.Grid, _config.Grid);
        var prompts = new GraphPrompts(
            graph.Input(Coordinates, PromptCount, PointCount, 2), graph.Input(Labels, PromptCount, PointCount),
            graph.Input(MaskInput, "masks_given", 1, side, side), graph.Input(HasMask, 1));
        var originalSize = graph.Input(OriginalSize, 2);
        var textBank = graph.InputWithDefault(TextBank, "text_bank", _config.CategoryCount, _config.TextWidth);
        var predictions = DecoderGraph.Decode(embeddings, prompts, textBank, _config);
        var (best, iou) = MaskGraph.Best(predictions, prompts, _config);
        graph.Output(Masks, MaskGraph.AtOriginalSize(best, originalSize, _config.InputSize, resize), PromptCount, 1, Height, Width);
        Answer(graph, predictions, best, iou);
        var semantic = MaskGraph.AtOriginalSize(predictions.SemanticMask, originalSize, _config.InputSize, resize);
        graph.Output(SemanticMasks, semantic, PromptCount, 1, Height, Width);
        var candidates = _config.MultimaskOutputs + 1;
        graph.Output(Candidates, predictions.Masks, PromptCount, candidates, side, side);
        graph.Output(CandidateIoUs, predictions.PredictedIoUs, PromptCount, candidates);
        return Model(graph);
    }

    /// <summary>From one image and boxes x0 y0 x1 y1 in the network's frame to masks, categories and scores.</summary>
    public ModelProto Whole()
    {
        var graph = new GraphBuilder(_weights);
        var embeddings = EncoderGraph.Encode(graph.Input(Image, 1, 3, _config.InputSize, _config.InputSize), _config);
        var corners = graph.Input(Boxes, PromptCount, 4).Reshape(-1, 2, 2);                                 // [P,2,2]
        var labels = (corners * 0).Sum(2).Squeeze(2) + graph.Constant(new WeightArray([2, 3], [2]));                    // [P,2]
        var prompts = new GraphPrompts(corners, labels, null, null);
        var predictions = DecoderGraph.Decode(embeddings, prompts, graph.Weight("text_bank"), _config);
        var (best, iou) = MaskGraph.Best(predictions, prompts, _config);
        Answer(graph, predictions, best, iou);
        return Model(graph);
    }

    // What every answer consists of, at the decoders' resolution.
    private void Answer(GraphBuilder graph, GraphPredictions predictions, GraphValue best, GraphValue iou)
    {
        int side = _config.MaskSide, categories = _config.CategoryCount;
        graph.Output(PredictedIoUs, iou, PromptCount, 1);
        graph.Output(LowResMasks, best, PromptCount, 1, side, side);
        graph.Output(LowResSemanticMasks, predictions.SemanticMask, PromptCount, 1, side, side);
        graph.Output(ClassScores, predictions.ClassLogits.Slice(-1, 0, categories).Softmax(), PromptCount, categories);
        var presence = predictions.PresenceLogits.Softmax().Slice(-1, 0, categories).Max(1).Squeeze(1);
        graph.Output(PresenceScores, presence, PromptCount, categories);
    }

    private static ModelProto Model(GraphBuilder graph) => new()
    {
        IrVersion = 8,
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = GraphBuilder.Opset } },
        ProducerName = "Microsoft.ML.SegSam",
        ProducerVersion = typeof(OnnxModels).Assembly.GetName().Version!.ToString(3),
        Graph = graph.Graph,
    };
}
