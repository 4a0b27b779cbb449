using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>Segments everything: asks about a grid of points, keeps the masks that are good, stable and different, and names them. Safe to use from many threads at once.</summary>
/// <remarks>
/// <para>The method is that of segment-anything's automatic mask generator. Names are ours: each mask that stays is asked about once more, in the whole
/// image, by its box, or by its point where the model was made without boxes.</para>
/// <para>Masks are kept as run lengths, and only one has its full size at a time, so memory follows <see cref="SegSamMaskGeneratorOptions.PointsPerBatch"/>, not
/// the grid. On a CPU the same image always gives the same masks.</para>
/// </remarks>
public sealed class SegSamMaskGenerator
{
    private readonly SegSamPredictor _predictor;
    private readonly SegSamMaskGeneratorOptions _options;

    /// <summary>Makes a generator.</summary>
    /// <param name="predictor">The model; it stays the caller's.</param>
    /// <param name="options">Null: segment-anything's defaults.</param>
    /// <exception cref="ArgumentException">An option has a value that is not allowed (the message names it), or the model never saw a click.</exception>
    public SegSamMaskGenerator(SegSamPredictor predictor, SegSamMaskGeneratorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        (_predictor, _options) = (predictor, options ?? new());
        _options.Validate();
        if (!predictor.MayKnowClicks)
            throw new ArgumentException($"The model was trained from random weights with boxes alone, so a grid of clicks finds nothing. Train it with {nameof(SegSamOptions)}.{nameof(SegSamOptions.PointsColumnName)} named (its vectors may be empty: clicks are then drawn from the masks), or start from a {nameof(SegSamOptions.Checkpoint)} that knows clicks.", nameof(predictor));
    }

    /// <summary>All masks of an image, which stays the caller's.</summary>
    /// <param name="image">Of any size.</param>
    /// <param name="progress">Receives one report for each batch of points.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>The highest predicted IoU first; none where nothing passes the thresholds.</returns>
    /// <exception cref="NotSupportedException">The image's pixels are neither Bgra32 nor Rgba32, or too many.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<GeneratedMask> Generate(MLImage image, IProgress<MaskGeneratorProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Generate(PixelImage.From(image), progress, cancellationToken);
    }

    /// <summary>All masks of a PNG, JPEG, BMP, GIF or WebP file.</summary>
    /// <inheritdoc cref="Generate(MLImage, IProgress{MaskGeneratorProgress}, CancellationToken)"/>
    /// <param name="path">The file.</param>
    /// <param name="progress">Receives one report for each batch of points.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such image, cut off or damaged.</exception>
    public IReadOnlyList<GeneratedMask> Generate(string path, IProgress<MaskGeneratorProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Generate(SegSamPredictor.ReadPixels(path), progress, cancellationToken);

    /// <summary>All masks of an image that is encoded already. Crops need its pixels, so <see cref="SegSamMaskGeneratorOptions.CropLayers"/> must be 0.</summary>
    /// <inheritdoc cref="Generate(MLImage, IProgress{MaskGeneratorProgress}, CancellationToken)"/>
    /// <param name="image">From a predictor of the same weights and preprocessing.</param>
    /// <param name="progress">Receives one report for each batch of points.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="ArgumentException">Another model encoded the image.</exception>
    /// <exception cref="InvalidOperationException">There are crop layers.</exception>
    public IReadOnlyList<GeneratedMask> Generate(EncodedImage image, IProgress<MaskGeneratorProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (_options.CropLayers > 0)
            throw new InvalidOperationException($"{nameof(SegSamMaskGeneratorOptions)}.{nameof(SegSamMaskGeneratorOptions.CropLayers)} is {_options.CropLayers}, and crops are encoded from pixels, which an encoded image has no more. Give the image itself, or set it to 0.");
        return Generate(image, pixels: null, progress, cancellationToken);
    }

    /// <summary>Puts masks into one map that gives every pixel one category: that of the mask whose category is the most probable, of equal ones the earlier.</summary>
    /// <param name="masks">What Generate returned for one image, or a part of it.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <returns>height x width keys, row-major: 1 + the category's place in <see cref="SegSamPredictor.Categories"/>; 0 is background.</returns>
    /// <exception cref="ArgumentException">A mask is of another size, or of a category that the model does not know.</exception>
    public uint[] ToLabelMap(IReadOnlyList<GeneratedMask> masks, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(masks);
        var keys = Keys();
        return LabelMap.Compose(height * width, masks.Select(each => (each.Mask.Height, each.Mask.Width) == (height, width) && keys.TryGetValue(each.Category, out var key)
            ? (key, each.Score, Array.ConvertAll(each.Mask.ToPixels(), inside => inside ? 1f : 0))
            : throw new ArgumentException($"A mask of category '{each.Category}' is {each.Mask.Width} x {each.Mask.Height} pixels; expected {width} x {height} and one of {string.Join(", ", keys.Keys)}. Are they of another image or model?", nameof(masks))));
    }

    /// <summary>The key of each category, counting from 1, in the order of the model's categories.</summary>
    internal OrderedDictionary<string, uint> Keys() =>
        new(_predictor.Categories.Select((category, i) => KeyValuePair.Create(category, (uint)i + 1)));

    internal List<GeneratedMask> Generate(PixelImage pixels, IProgress<MaskGeneratorProgress>? progress, CancellationToken cancellation)
    {
        using var whole = _predictor.Encode(pixels);
        return Generate(whole, pixels, progress, cancellation);
    }

    private List<GeneratedMask> Generate(EncodedImage whole, PixelImage? pixels, IProgress<MaskGeneratorProgress>? progress, CancellationToken cancellation)
    {
        var proposals = new MaskProposals(_options, whole.Height, whole.Width);
        var crops = CropGrid.Crops(whole.Height, whole.Width, _options.CropLayers, _options.CropOverlapRatio);
        var (done, points) = (0, crops.Sum(crop => _options.PointsOf(crop.Layer) * _options.PointsOf(crop.Layer)));
        var found = new List<MaskProposal>();
        foreach (var (box, layer) in crops)
        {
            cancellation.ThrowIfCancellationRequested();
            using var encoded = layer == 0 ? null : _predictor.Encode(pixels!.Crop(box.X0, box.Y0, box.Width, box.Height));
            var ofCrop = new List<MaskProposal>();
            foreach (var batch in CropGrid.Points(_options.PointsOf(layer), box.Height, box.Width).Chunk(_options.PointsPerBatch))
            {
                cancellation.ThrowIfCancellationRequested();
                ofCrop.AddRange(Ask(encoded ?? whole, box, batch, proposals));
                progress?.Report(new(done += batch.Length, points, found.Count + ofCrop.Count));
            }

            found.AddRange(proposals.BestOfCrop(ofCrop));
        }

        if (crops.Count > 1)
            found = proposals.BestOfCrops(found);
        if (_options.MinMaskRegionArea > 0)
            found = proposals.Tidy(found);
        return Name(whole, found.OrderByDescending(each => each.Quality), cancellation);
    }

    private IEnumerable<MaskProposal> Ask(EncodedImage image, RegionBox box, (float X, float Y)[] points, MaskProposals proposals)
    {
        var answers = _predictor.Answer(image, points.Select(point => new Prompt(Points: [point.X, point.Y], PointLabels: [1])), hypotheses: true);
        return from answer in answers.Zip(points)
               from each in answer.First.Hypotheses
               select proposals.From(each.Logits, each.Quality, image.Geometry, box, answer.Second) into proposal
               where proposal is not null
               select proposal;
    }

    private List<GeneratedMask> Name(EncodedImage whole, IEnumerable<MaskProposal> proposals, CancellationToken cancellation)
    {
        var masks = new List<GeneratedMask>();
        foreach (var batch in proposals.Chunk(_options.PointsPerBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            var answers = _predictor.Answer(whole, batch.Select(each => _predictor.KnowsBoxes
                ? new Prompt(Box: [each.Box.X0, each.Box.Y0, each.Box.X1, each.Box.Y1]) : new Prompt(Points: [each.X, each.Y], PointLabels: [1])), hypotheses: false);
            masks.AddRange(batch.Zip(answers, (each, answer) => new GeneratedMask(
                each.Mask, _predictor.Categories[answer.Category], answer.ClassScores[answer.Category], each.Quality, each.StabilityScore, each.X, each.Y, each.CropBox)));
        }

        return masks;
    }
}
