using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>
/// Segments everything in an image: prompts a grid of points, keeps the masks that are good, stable and distinct, and names them. Many
/// threads may use it at once.
/// </summary>
/// <remarks>
/// <para>
/// The method is that of segment-anything's automatic mask generator. The names are this library's addition: each remaining mask is
/// predicted once more in the whole image, prompted by its box, or by its point if the model was made without boxes.
/// </para>
/// <para>
/// Masks are stored as run lengths and only one has its full size at a time, so memory depends on
/// <see cref="SegSamMaskGeneratorOptions.PointsPerBatch"/> and not on the grid. On a CPU the same image always gives the same masks.
/// </para>
/// </remarks>
public sealed class SegSamMaskGenerator
{
    private readonly SegSamPredictor _predictor;
    private readonly SegSamMaskGeneratorOptions _options;
    private readonly bool _promptsBoxes;

    /// <summary>Makes a generator.</summary>
    /// <param name="predictor">The model. The generator does not dispose it: the caller owns it.</param>
    /// <param name="options">Null: segment-anything's defaults.</param>
    /// <exception cref="ArgumentException">An option has a value that is not allowed (the message names it), or the model was made
    /// without points.</exception>
    public SegSamMaskGenerator(SegSamPredictor predictor, SegSamMaskGeneratorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        _predictor = predictor;
        _options = options ?? new();
        _options.Validate();
        var prompts = predictor.Model.Description.Prompts;
        _promptsBoxes = prompts.HasFlag(ModelPrompts.Box);
        if (!prompts.HasFlag(ModelPrompts.Points))
        {
            throw new ArgumentException("The model was trained without points, from random weights, so a grid of points finds nothing. "
                + $"Train it with {nameof(SegSamOptions)}.{nameof(SegSamOptions.PointsColumnName)} (its vectors may be empty: points are "
                + $"then drawn from the masks), or start from a {nameof(SegSamOptions.Checkpoint)} that was trained with points.",
                nameof(predictor));
        }
    }

    /// <summary>Finds all masks of an image, which remains the caller's to dispose.</summary>
    /// <param name="image">An image of any size.</param>
    /// <param name="progress">Receives one report for each batch of points.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>The masks, with the highest predicted IoU first; none if nothing passes the thresholds.</returns>
    /// <exception cref="NotSupportedException">The pixel format is neither Bgra32 nor Rgba32, or the image has too many pixels.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    /// <exception cref="OperationCanceledException">Canceled by the token.</exception>
    public IReadOnlyList<GeneratedMask> Generate(
        MLImage image, IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Generate(PixelImage.From(image), progress, cancellationToken);
    }

    /// <summary>Finds all masks of an image file, as <see cref="SegSamPredictor.Encode(string)"/> reads it.</summary>
    /// <inheritdoc cref="Generate(MLImage, IProgress{OperationProgress}, CancellationToken)"/>
    /// <param name="path">The file.</param>
    /// <param name="progress">Receives one report for each batch of points.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is not such an image, is truncated or damaged.</exception>
    /// <exception cref="NotSupportedException">A DICOM file has several frames, or a layout that is not read.</exception>
    public IReadOnlyList<GeneratedMask> Generate(
        string path, IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Generate(_predictor.ReadPixels(path), progress, cancellationToken);

    /// <summary>
    /// Finds all masks of an encoded image. Crops need its pixels, so <see cref="SegSamMaskGeneratorOptions.CropLayers"/> must be 0.
    /// </summary>
    /// <inheritdoc cref="Generate(MLImage, IProgress{OperationProgress}, CancellationToken)"/>
    /// <param name="image">An image encoded with the same weights and preprocessing.</param>
    /// <param name="progress">Receives one report for each batch of points.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="ArgumentException">Another model encoded the image.</exception>
    /// <exception cref="InvalidOperationException">There are crop layers.</exception>
    public IReadOnlyList<GeneratedMask> Generate(
        EncodedImage image, IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (_options.CropLayers > 0)
        {
            throw new InvalidOperationException($"{nameof(SegSamMaskGeneratorOptions)}.{nameof(SegSamMaskGeneratorOptions.CropLayers)} is "
                + $"{_options.CropLayers}, and crops are encoded from pixels, which are not available from an encoded image. "
                + "Give the image itself, or set it to 0.");
        }

        return Generate(image, pixels: null, progress, cancellationToken);
    }

    internal IReadOnlyList<string> Categories => _predictor.Categories;

    internal List<GeneratedMask> Generate(PixelImage pixels, IProgress<OperationProgress>? progress, CancellationToken cancellation)
    {
        using var whole = _predictor.Encode(pixels);
        return Generate(whole, pixels, progress, cancellation);
    }

    private List<GeneratedMask> Generate(
        EncodedImage whole, PixelImage? pixels, IProgress<OperationProgress>? progress, CancellationToken cancellation)
    {
        var proposals = new MaskProposals(_options, whole.Height, whole.Width);
        var crops = CropGrid.Crops(whole.Height, whole.Width, _options.CropLayers, _options.CropOverlapRatio);
        var (done, points) = (0, crops.Sum(crop => _options.PointsOf(crop.Layer) * _options.PointsOf(crop.Layer)));
        var kept = new List<MaskProposal>();
        foreach (var (box, layer) in crops)
        {
            cancellation.ThrowIfCancellationRequested();
            using var crop = layer == 0 ? null : _predictor.Encode(pixels!.Crop(box.X0, box.Y0, box.Width, box.Height));
            var ofCrop = new List<MaskProposal>();
            foreach (var batch in CropGrid.Points(_options.PointsOf(layer), box.Height, box.Width).Chunk(_options.PointsPerBatch))
            {
                cancellation.ThrowIfCancellationRequested();
                ofCrop.AddRange(Propose(crop ?? whole, box, batch, proposals));
                done += batch.Length;
                progress?.Report(new(done, points,
                    FormattableString.Invariant($"{done} of {points} points, {kept.Count + ofCrop.Count} masks")));
            }

            kept.AddRange(proposals.BestOfCrop(ofCrop));
        }

        if (crops.Count > 1)
            kept = proposals.BestOfCrops(kept);
        if (_options.MinMaskRegionArea > 0)
            kept = proposals.Tidy(kept);
        return Name(whole, kept.OrderByDescending(proposal => proposal.PredictedIoU), cancellation);
    }

    private IEnumerable<MaskProposal> Propose(EncodedImage image, RegionBox box, (float X, float Y)[] points, MaskProposals proposals)
    {
        // Of most points no mask is kept: what they show is asked when one is.
        var candidates = _predictor.Model.Propose(image, [.. points.Select(point => PointPrompt(point.X, point.Y))]);
        return from pair in candidates.Zip(points)
               from candidate in pair.First
               select proposals.From(candidate.Mask, candidate.PredictedIoU, image.Geometry, box, pair.Second) into proposal
               where proposal is not null
               select proposal;
    }

    private List<GeneratedMask> Name(EncodedImage whole, IEnumerable<MaskProposal> proposals, CancellationToken cancellation)
    {
        var masks = new List<GeneratedMask>();
        foreach (var batch in proposals.Chunk(_options.PointsPerBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            var predictions = _predictor.Predict(whole, batch.Select(PromptFor), multimask: false, _predictor.Zoom);
            masks.AddRange(batch.Zip(predictions, (proposal, prediction) =>
                new GeneratedMask(proposal, Categories[prediction.Category], prediction.ClassScores[prediction.Category])));
        }

        return masks;
    }

    private Prompt PromptFor(MaskProposal proposal) => _promptsBoxes
        ? new(Box: [proposal.Box.X0, proposal.Box.Y0, proposal.Box.X1, proposal.Box.Y1])
        : PointPrompt(proposal.X, proposal.Y);

    private static Prompt PointPrompt(float x, float y) => new(Points: [x, y], PointLabels: [1]);
}
