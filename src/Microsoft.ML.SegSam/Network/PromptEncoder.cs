using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

// P prompts, n points, n_p sparse tokens, C decoder width, g = S/16.

/// <summary>Prompts of one kind for the images of a batch, in the network's frame (pixels of the S × S input).</summary>
/// <param name="ImageIndex">[P] int64: the image of the batch that each prompt belongs to.</param>
/// <param name="Points">[P,n,2] x, y; null without points.</param>
/// <param name="PointLabels">[P,n] 1 = object, 0 = background, −1 = no point.</param>
/// <param name="Boxes">[P,4] x0, y0, x1, y1; null without boxes.</param>
/// <param name="MaskLogits">[P,1,4g,4g] low-resolution logits of an earlier prediction; null without.</param>
internal sealed record PromptTensors(
    Tensor ImageIndex, Tensor? Points = null, Tensor? PointLabels = null, Tensor? Boxes = null, Tensor? MaskLogits = null)
{
    public long Count => ImageIndex.size(0);

    /// <summary>Whether each prompt is one point and nothing else, which may mean an object or a part of it.</summary>
    public bool IsSinglePoint => Boxes is null && MaskLogits is null && Points?.size(1) == 1;

    /// <summary><paramref name="count"/> of the prompts, from number <paramref name="first"/> on.</summary>
    public PromptTensors Slice(long first, long count)
    {
        return first == 0 && count == Count ? this : new(
            Narrow(ImageIndex)!, Narrow(Points), Narrow(PointLabels), Narrow(Boxes), Narrow(MaskLogits));

        Tensor? Narrow(Tensor? values) => values?.narrow(0, first, count);
    }
}

/// <summary>SAM's prompt encoder: points and boxes become tokens t_p, a mask becomes a map.</summary>
internal sealed class PromptEncoder : ScopedModule<PromptTensors, (Tensor Tokens, Tensor Dense, Tensor? Prior)>
{
    /// <summary>
    /// The logit of a pixel well inside a mask that masks begin with. A given one counts by its probabilities p, as 2p − 1 of that (our
    /// choice): networks differ in how large their logits are, and masks that are drawn have none.
    /// </summary>
    public const double SureLogit = 8;

    /// <summary>Of the disc that a point suggests, in sides of the input.</summary>
    public const double DiscRadius = 0.125;

    /// <summary>Of the smaller disc in which a point decides, whatever mask it comes with, in sides of the input (our choice).</summary>
    public const double ClickRadius = 1.0 / 32;

    private const int Negative = 0, Positive = 1, TopLeft = 2, BottomRight = 3;

    [ComponentName(Name = "pe_layer")] private readonly PositionEncoding _positions;
    [ComponentName(Name = "point_embeddings")] private readonly ModuleList<EmbeddingLayer> _kinds;
    [ComponentName(Name = "not_a_point_embed")] private readonly EmbeddingLayer _notAPoint;
    [ComponentName(Name = "mask_downscaling")] private readonly Sequential _maskDownscaling;
    [ComponentName(Name = "no_mask_embed")] private readonly EmbeddingLayer _noMask;
    private readonly int _inputSize, _grid;
    private readonly bool _sigmoidMask, _hasPrior;

    public PromptEncoder(LayerFactory make, SegSamConfig config) : base(nameof(PromptEncoder))
    {
        _inputSize = config.InputSize;
        _grid = config.Grid;
        (_sigmoidMask, _hasPrior) = (config.SigmoidMaskPrompt, config.MaskPrior);
        _positions = new(make, config.Width);
        _kinds = [.. Enumerable.Range(0, 4).Select(_ => make.Embedding(1, config.Width))];
        _notAPoint = make.Embedding(1, config.Width);
        var channels = config.MaskPromptChannels;
        _maskDownscaling = Sequential(
            make.Convolution(1, channels / 4, kernel: 2, stride: 2), make.MapNorm(channels / 4, config.MapEpsilon), GELU(),
            make.Convolution(channels / 4, channels, kernel: 2, stride: 2), make.MapNorm(channels, config.MapEpsilon), GELU(),
            make.Convolution(channels, config.Width, kernel: 1));
        _noMask = make.Embedding(1, config.Width);
        RegisterComponents();
    }

    /// <summary>Position code of the embedding map: [1,C,g,g].</summary>
    public Tensor DensePositions() => _positions.EncodeGrid(_grid);

    protected override (Tensor, Tensor, Tensor?) Compute(PromptTensors prompts)
    {
        var tokens = new List<Tensor>();
        if (prompts.Points is not null)
            tokens.Add(EncodePoints(prompts.Points, prompts.PointLabels!, padding: prompts.Boxes is null));
        if (prompts.Boxes is not null)
            tokens.Add(EncodeBoxes(prompts.Boxes));
        var sparse = tokens.Count == 0
            ? zeros([prompts.Count, 0, _noMask.Weight.size(1)], _noMask.Weight.dtype, _noMask.Weight.device)
            : cat(tokens, 1);                                                               // t_p [P,n_p,C]
        var prior = !_hasPrior ? prompts.MaskLogits
            : WithClicks(prompts.MaskLogits is { } logits ? logits.Times(0.5).tanh().Times(SureLogit) : Suggest(prompts), prompts);
        var dense = prior is { } mask
            ? _maskDownscaling.call(_sigmoidMask ? mask.sigmoid() : mask)
            : _noMask.Weight.reshape(1, -1, 1, 1);                                          // [P,C,g,g], or the same everywhere: [1,C,1,1]
        return (sparse, dense, _hasPrior ? prior : null);
    }

    // Without a box SAM adds one "not a point" token, so that one point and one box have two tokens each.
    private Tensor EncodePoints(Tensor points, Tensor labels, bool padding)
    {
        if (padding)
        {
            points = cat([points, zeros([points.size(0), 1, 2], points.dtype, points.device)], 1);
            labels = cat([labels, ones([labels.size(0), 1], labels.dtype, labels.device).neg()], 1);
        }

        var code = Encode(points);                                                          // [P,n,C]
        var label = labels.unsqueeze(-1);                                                   // [P,n,1]
        return where(label.eq(Arithmetic.Number(-1)), _notAPoint.Weight,
            where(label.eq(Arithmetic.Number(0)), code.Plus(_kinds[Negative].Weight),
            where(label.eq(Arithmetic.Number(1)), code.Plus(_kinds[Positive].Weight), code)));
    }

    private Tensor EncodeBoxes(Tensor boxes)
    {
        var corners = Encode(boxes.reshape(-1, 2, 2));                                      // [P,2,C]
        return corners.Plus(cat([_kinds[TopLeft].Weight, _kinds[BottomRight].Weight]));
    }

    // Logits [P,1,4g,4g] of the mask that a prompt suggests by itself: the ellipse in its box, else discs about the points on the object.
    private Tensor? Suggest(PromptTensors prompts)
    {
        if (prompts.Boxes is { } boxes)
        {
            var corners = boxes.reshape(-1, 2, 2);
            var (first, last) = (corners.select(1, 0), corners.select(1, 1));               // [P,2] x, y
            return Round(first.Plus(last).Times(0.5), last.Minus(first).Times(0.5)).unsqueeze(1);
        }

        return prompts.Points is null ? null : Largest(Discs(prompts.Points, DiscRadius), prompts.PointLabels!, Positive);
    }

    // A point changes the mask that it comes with, so that a correction is seen where it was made: a click on the object adds a small
    // disc, one on the background takes it away.
    private Tensor? WithClicks(Tensor? prior, PromptTensors prompts)
    {
        if (prior is null || prompts.Points is not { } points)
            return prior;
        var discs = Discs(points, ClickRadius);
        return prior.maximum(Largest(discs, prompts.PointLabels!, Positive)).minimum(Largest(discs, prompts.PointLabels!, Negative).neg());
    }

    // Logits [P,n,4g,4g] of a disc about each point. The radius is in sides of the input.
    private Tensor Discs(Tensor points, double radius) => Round(points, full_like(points, Arithmetic.Number(radius * _inputSize)));

    // Logits [P,1,4g,4g]: the discs of a label's points, 0 or 1, and sure of nothing elsewhere.
    private static Tensor Largest(Tensor discs, Tensor labels, int label)
    {
        var isOther = labels.eq(Arithmetic.Number(label)).logical_not().unsqueeze(-1).unsqueeze(-1);
        return discs.masked_fill(isOther, Arithmetic.Number(-SureLogit)).amax([1], keepdim: true);
    }

    // Logits [..,4g,4g] of ellipses: 0 on the outline, SureLogit in the center, nowhere below its negative. Centers and radii: [..,2] x, y.
    private Tensor Round(Tensor centers, Tensor radii)
    {
        var side = 4 * _grid;
        var at = tensor((float[])[.. Enumerable.Range(0, side).Select(i => (i + 0.5f) * _inputSize / side)], device: centers.device);
        var squares = ((at - centers.unsqueeze(-1)) / radii.unsqueeze(-1)).Squared();       // [..,2,4g]
        var distance = squares.select(-2, 0).unsqueeze(-2).Plus(squares.select(-2, 1).unsqueeze(-1));
        return distance.OneMinus().Times(SureLogit).clamp(Arithmetic.Number(-SureLogit), Arithmetic.Number(SureLogit));
    }

    // A coordinate names a pixel; its center is half a pixel further.
    private Tensor Encode(Tensor coordinates) => _positions.Encode(coordinates.Plus(0.5).Times(1.0 / _inputSize));
}
