using Microsoft.ML.SegSam.Network;

namespace Microsoft.ML.SegSam.Onnx;

// P prompts, n points of each, C decoder width, g = S/16.

/// <summary>
/// Prompts as SAM's official export takes them: points with labels, among which 2 and 3 are a box's corners and −1 is no point.
/// </summary>
/// <param name="Coordinates">[P,n,2] x, y in the network's frame.</param>
/// <param name="Labels">[P,n].</param>
/// <param name="Mask">[P,1,4g,4g] logits; null where the graph takes none.</param>
/// <param name="HasMask">[1]: 0 where the mask does not count.</param>
internal sealed record GraphPrompts(GraphValue Coordinates, GraphValue Labels, GraphValue? Mask, GraphValue? HasMask)
{
    /// <summary>P, as a shape of one size.</summary>
    public GraphValue Count => Labels.Shape(0, 1);
}

/// <summary>SAM's prompt encoder as a graph: see <see cref="PromptEncoder"/>.</summary>
internal static class PromptGraph
{
    /// <summary>Labels of points.</summary>
    public const float NoPoint = -1, OnBackground = 0, OnObject = 1, FirstCorner = 2, LastCorner = 3;

    private const string Place = "prompt_encoder.";

    /// <returns>
    /// t_p [P,n,C]; the map that joins the image's, [P,C,g,g] or the same everywhere [1,C,1,1]; and the logits [P,1,4g,4g] of the prompt's
    /// own mask, null where masks do not begin with it.
    /// </returns>
    public static (GraphValue Tokens, GraphValue Dense, GraphValue? Prior) Encode(GraphPrompts prompts, SegSamConfig config)
    {
        var graph = prompts.Coordinates.Graph;
        var prior = config.MaskPrior ? Prior(prompts, config) : null;
        var without = graph.Weight(Place + "no_mask_embed.weight").Reshape(1, -1, 1, 1);
        var dense = prior is not null ? Downscale(prior, config)
            : prompts.Mask is not { } mask ? without
            : Downscale(mask, config) * prompts.HasMask! + without * (graph.Number(1) - prompts.HasMask!);
        return (Tokens(prompts, config), dense, prior);
    }

    /// <summary>Whether each prompt is one point and nothing else: [P].</summary>
    public static GraphValue IsSinglePoint(GraphPrompts prompts)
    {
        var (points, corners) = (Count(OnBackground) + Count(OnObject), Count(FirstCorner) + Count(LastCorner));
        var others = prompts.HasMask is null ? corners : corners + prompts.HasMask;
        return points.EqualTo(1) * others.EqualTo(0);

        GraphValue Count(float label) => prompts.Labels.EqualTo(label).Sum(1).Squeeze(1);
    }

    private static GraphValue Tokens(GraphPrompts prompts, SegSamConfig config)
    {
        var graph = prompts.Labels.Graph;
        // A coordinate names a pixel; its center is half a pixel further.
        var positions = (prompts.Coordinates + 0.5) * (2.0 / config.InputSize) + -1;
        var angle = positions.MatMul(graph.Weight(Place + "pe_layer.positional_encoding_gaussian_matrix")) * (2 * Math.PI);
        var code = GraphValue.Concat(-1, angle.Node("Sin"), angle.Node("Cos"));                             // [P,n,C]
        var labels = prompts.Labels.Unsqueeze(2);                                                           // [P,n,1]
        var kinds = GraphValue.Concat(0, [.. Enumerable.Range(0, 4).Select(i => graph.Weight($"{Place}point_embeddings.{i}.weight"))]);
        var kind = labels.EqualTo(graph.Constant(new WeightArray([OnBackground, OnObject, FirstCorner, LastCorner], [4]))).MatMul(kinds);
        return GraphValue.Where(labels.EqualTo(NoPoint), graph.Weight(Place + "not_a_point_embed.weight"), code + kind);
    }

    private static GraphValue Downscale(GraphValue mask, SegSamConfig config)
    {
        const string Layers = Place + "mask_downscaling.";
        mask = config.SigmoidMaskPrompt ? mask.Sigmoid() : mask;
        mask = mask.Convolution(Layers + "0", stride: 2).MapNorm(Layers + "1", config.MapEpsilon).Gelu();
        return mask.Convolution(Layers + "3", stride: 2).MapNorm(Layers + "4", config.MapEpsilon).Gelu().Convolution(Layers + "6");
    }

    // The mask that is given, else the one that a prompt suggests by itself, the ellipse in its box or discs about its points; where a
    // point lies, it decides.
    private static GraphValue Prior(GraphPrompts prompts, SegSamConfig config)
    {
        var (graph, labels) = (prompts.Labels.Graph, prompts.Labels);
        var (first, last) = (Corner(FirstCorner), Corner(LastCorner));                                      // [P,2]
        var hasBox = labels.EqualTo(FirstCorner).Sum(1).Reshape(-1, 1, 1, 1);
        var noBox = graph.Number(1) - hasBox;
        // Where there is no box its radii are 1, which divides and does not count.
        var ellipse = Round((first + last) * 0.5, (last - first) * 0.5 + noBox.Reshape(-1, 1), config).Unsqueeze(1);
        var suggested = GraphValue.Where(hasBox, ellipse, Largest(Discs(prompts, PromptEncoder.DiscRadius, config), labels, OnObject));
        var prior = prompts.Mask is not { } mask ? suggested : GraphValue.Where(
            prompts.HasMask!, (mask * 0.5).Node("Tanh") * PromptEncoder.SureLogit, suggested);
        var clicks = Discs(prompts, PromptEncoder.ClickRadius, config);
        return prior.Node("Max", Largest(clicks, labels, OnObject)).Node("Min", Largest(clicks, labels, OnBackground) * -1);

        GraphValue Corner(float label) => (prompts.Coordinates * labels.EqualTo(label).Unsqueeze(2)).Sum(1).Squeeze(1);
    }

    // Logits [P,n,4g,4g] of a disc about each point. The radius is in sides of the input.
    private static GraphValue Discs(GraphPrompts prompts, double radius, SegSamConfig config)
    {
        var size = (float)(radius * config.InputSize);
        return Round(prompts.Coordinates, prompts.Labels.Graph.Constant(new WeightArray([size, size], [2])), config);
    }

    // Logits [P,1,4g,4g]: the discs of a label's points, of which there may be none, and sure of nothing elsewhere.
    private static GraphValue Largest(GraphValue discs, GraphValue labels, float label)
    {
        var nothing = discs.Graph.Number((float)-PromptEncoder.SureLogit);
        var points = GraphValue.Where(labels.EqualTo(label).Unsqueeze(2, 3), discs, nothing);
        var none = nothing.Reshape(1, 1, 1, 1)
            .Expand(GraphValue.Concat(0, points.Shape(0, 1), points.Graph.Integers(1), points.Shape(2, 4)));
        return GraphValue.Concat(1, none, points).Max(1);
    }

    // Logits [..,4g,4g] of ellipses: 0 on the outline, SureLogit in the center, nowhere below its negative. Centers and radii: [..,2] x, y.
    private static GraphValue Round(GraphValue centers, GraphValue radii, SegSamConfig config)
    {
        var side = config.MaskSide;
        float[] places = [.. Enumerable.Range(0, side).Select(i => (i + 0.5f) * config.InputSize / side)];
        var scaled = (centers.Graph.Constant(new WeightArray(places, [side])) - centers.Unsqueeze(-1)) / radii.Unsqueeze(-1);
        var squares = (scaled * scaled).Split(-2, 2);                                                       // [..,1,4g] of x, of y
        var distance = squares[0] + squares[1].Squeeze(-2).Unsqueeze(-1);                                   // [..,4g,4g]
        return ((centers.Graph.Number(1) - distance) * PromptEncoder.SureLogit).Clamp(-PromptEncoder.SureLogit, PromptEncoder.SureLogit);
    }
}
