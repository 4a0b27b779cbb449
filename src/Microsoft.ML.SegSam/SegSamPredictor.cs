using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam;

/// <summary>
/// Encodes an image once and predicts any number of prompts for it. It has no state besides the model: many threads may use it at once.
/// </summary>
/// <remarks>
/// Predictions equal those of the model's transformer for the same image and prompt; prompts may be of every kind, whatever columns the
/// model names. Steps before SEG-SAM in a pipeline are not run: give the image as it enters SEG-SAM.
/// </remarks>
public sealed class SegSamPredictor : IDisposable
{
    private readonly SegSamModel _model;
    private readonly bool _isOwner;
    private volatile bool _isDisposed;

    /// <summary>Uses a fitted or loaded model. The predictor does not dispose the model: the caller owns it.</summary>
    /// <param name="model">What Fit or Load returned: a <see cref="SegSamTransformer"/>, or a chain with exactly one.</param>
    /// <exception cref="ArgumentException">The model holds no SEG-SAM, or several.</exception>
    public SegSamPredictor(ITransformer model) : this(SegSamTransformer.In(model).Model, isOwner: false)
    {
    }

    private SegSamPredictor(SegSamModel model, bool isOwner) => (_model, _isOwner, Zoom) = (model, isOwner, model.Zooms);

    /// <summary>Names of the model's categories.</summary>
    public IReadOnlyList<string> Categories => _model.Categories;

    /// <summary>
    /// Whether an object that is small beside its image gets a closer look: the part around it is encoded as well, and masks come from
    /// there, presence scores from the whole image, category scores from both. Default: as the model was trained
    /// (<see cref="SegSamOptions.Zoom"/>); true has no effect on a model that was trained without.
    /// </summary>
    public bool Zoom { get; set; }

    internal SegSamModel Model
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _model;
        }
    }

    /// <summary>
    /// Loads a model that <c>ml.Model.Save</c> wrote, or one that <see cref="SegSamTransformer.SaveOnnx"/> exported; the predictor owns it.
    /// </summary>
    /// <inheritdoc cref="SegSamTransformer.Load" path="/*[not(self::summary or self::returns)]"/>
    public static SegSamPredictor Load(string path, MLContext? ml = null) => new(SegSamTransformer.Load(path, ml).Model, isOwner: true);

    /// <summary>
    /// Uses published weights as they are: masks are the published model's; there is one category, "object", and its scores mean nothing.
    /// </summary>
    /// <inheritdoc cref="SegSamTransformer.FromCheckpoint" path="/*[not(self::summary or self::returns or self::remarks)]"/>
    public static SegSamPredictor FromCheckpoint(string path, CheckpointFamily? family = null, MLContext? ml = null) =>
        new(SegSamTransformer.FromCheckpoint(path, family, ml).Model, isOwner: true);

    /// <summary>Encodes an image, which remains the caller's to dispose.</summary>
    /// <remarks>
    /// For image files prefer the overload that takes a path: <see cref="MLImage.CreateFromFile"/> accepts truncated files, and ignores
    /// EXIF and 16-bit levels.
    /// </remarks>
    /// <exception cref="NotSupportedException">The pixel format is neither Bgra32 nor Rgba32, or the image has too many pixels.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public EncodedImage Encode(MLImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Encode(PixelImage.From(image));
    }

    /// <summary>
    /// Reads and encodes a PNG, JPEG, BMP, GIF or WebP file, by the rules of <see cref="ImageFile"/>; or a DICOM file of one frame, shown
    /// by the window of the model's training, else by its own.
    /// </summary>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is not such an image, is truncated or damaged.</exception>
    /// <exception cref="NotSupportedException">A DICOM file has several frames, or a layout that is not read.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public EncodedImage Encode(string path) => Encode(ReadPixels(path));

    /// <summary>Encodes pixels.</summary>
    /// <param name="rgb">height x width x 3 bytes, row-major: red, green, blue of each pixel.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <exception cref="ArgumentException">There are not height x width x 3 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public EncodedImage Encode(ReadOnlySpan<byte> rgb, int height, int width) => Encode(new PixelImage(height, width, rgb.ToArray()));

    /// <summary>
    /// Reads a file that <see cref="EncodedImage.Save"/> wrote. Compare <see cref="EncodedImage.ImageDigest"/> to check that this is the
    /// image you expect.
    /// </summary>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is something else, is damaged, or was encoded by a model with other weights or
    /// preprocessing.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public EncodedImage LoadImage(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return EncodedImage.Load(path, Model);
    }

    /// <summary>Predicts one prompt.</summary>
    /// <param name="image">An image encoded with the same weights and preprocessing.</param>
    /// <param name="prompt">Where the object is.</param>
    /// <param name="multimask">Whether to return SAM's candidate masks in <see cref="SegSamPrediction.Candidates"/> (its
    /// <c>multimask_output</c>): useful for an ambiguous prompt, such as a single point, which may mean an object or a part of it. The
    /// prediction itself is the same.</param>
    /// <exception cref="ArgumentException">The prompt is invalid for the image, or another model encoded the image; the message says what
    /// was found and expected.</exception>
    /// <exception cref="InvalidDataException">The prediction is NaN: the weights are damaged, or their training diverged.</exception>
    /// <exception cref="ObjectDisposedException">The image or the predictor was disposed.</exception>
    public SegSamPrediction Predict(EncodedImage image, SegSamPrompt prompt, bool multimask = false)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Predict(image, [prompt], multimask)[0];
    }

    /// <summary>Predicts several prompts for one image, <see cref="SegSamOptions.BatchSize"/> at a time.</summary>
    /// <remarks>Predictions made together differ from those made one by one in the last bits only.</remarks>
    /// <param name="image">An image encoded with the same weights and preprocessing.</param>
    /// <param name="prompts">Where the objects are.</param>
    /// <param name="multimask">As for one prompt.</param>
    /// <returns>The predictions in the order of the prompts.</returns>
    /// <inheritdoc cref="Predict(EncodedImage, SegSamPrompt, bool)" path="/exception"/>
    public IReadOnlyList<SegSamPrediction> Predict(EncodedImage image, IReadOnlyList<SegSamPrompt> prompts, bool multimask = false)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(prompts);
        var parts = prompts.Select((prompt, i) => Check(prompt, i, prompts.Count, image)).ToList();
        var predictions = parts.Chunk(_model.Options.BatchSize).SelectMany(batch => Predict(image, batch, multimask, Zoom));
        return [.. predictions.Select(prediction => new SegSamPrediction(prediction, Categories))];
    }

    /// <summary>
    /// Frees the weights if <see cref="Load"/> or <see cref="FromCheckpoint"/> made this predictor. No thread may use it then.
    /// </summary>
    public void Dispose()
    {
        _isDisposed = true;
        if (_isOwner)
            _model.Dispose();
    }

    /// <summary>Predicts checked prompts, in pixels of the original image, in one batch.</summary>
    /// <param name="zooms">False for prompts that scan the image.</param>
    internal MaskPrediction[] Predict(EncodedImage image, IEnumerable<Prompt> prompts, bool multimask, bool zooms) =>
        Model.Predict(image, [.. prompts], multimask, zooms);

    internal EncodedImage Encode(PixelImage pixels)
    {
        var model = Model;
        var image = NetworkImage.From(pixels, model.Config.InputSize, model.Preprocessing);
        return new(model, pixels, image.Geometry, model.Encode([image])[0]);
    }

    internal PixelImage ReadPixels(string path) => ImageFile.Read(path, file => PictureFile.Decode(file, Model.Description.Slices));

    private Prompt Check(SegSamPrompt? prompt, int index, int count, EncodedImage image)
    {
        var which = count == 1 ? "The prompt" : $"Prompt {index} (counting from 0)";
        if (prompt is null)
            throw new ArgumentException($"{which} is null; expected a {nameof(SegSamPrompt)}.");
        if (prompt.Parts.CheckAll(image.Height, image.Width, Model.Config.MaskSide) is var (part, problem))
            throw new ArgumentException($"{which}, {part}: {problem}.");
        return prompt.Parts;
    }
}
