using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>Encodes an image once and answers any number of prompts about it. Has no state besides the model: safe to use from many threads at once.</summary>
/// <remarks>Answers are those of the model's transformer for the same image and prompt; prompts may be of every kind, whatever columns the model has. Steps before SEG-SAM in a pipeline are not run: give the image as it enters SEG-SAM.</remarks>
public sealed class SegSamPredictor : IDisposable
{
    private readonly SegSamTransformer _transformer;
    private readonly IDisposable? _owned;
    private volatile bool _isDisposed;

    /// <summary>Uses a fitted model, which stays the caller's to dispose of.</summary>
    /// <param name="model">What Fit or Load returned: a chain that ends in a <see cref="SegSamTransformer"/>, or that transformer itself.</param>
    /// <exception cref="ArgumentException">The model does not end in SEG-SAM.</exception>
    public SegSamPredictor(ITransformer model) : this(model, owned: null)
    {
    }

    private SegSamPredictor(ITransformer model, IDisposable? owned) => (_transformer, _owned) = (ModelSteps.Split(model).SegSam, owned);

    /// <summary>Names of the categories that the model knows.</summary>
    public IReadOnlyList<string> Categories => _transformer.Categories;

    internal SegSamModel Model
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _transformer.Model;
        }
    }

    /// <summary>Whether the model was made for boxes.</summary>
    internal bool KnowsBoxes => _transformer.Options.BoxColumnName is not null;

    /// <summary>False where no training of the model, its checkpoint's included, can have shown it a click.</summary>
    internal bool MayKnowClicks => _transformer.Options is { PointsColumnName: not null } or { Checkpoint: not null } or { Rounds: > 0 };

    /// <summary>Loads a model that <c>ml.Model.Save</c> wrote.</summary>
    /// <param name="path">The .zip file.</param>
    /// <param name="ml">Decides the device by <see cref="MLContext.GpuDeviceId"/>; null: the CPU.</param>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such model, or damaged.</exception>
    public static SegSamPredictor Load(string path, MLContext? ml = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ITransformer model;
        using (var file = File.OpenRead(path))
        {
            try
            {
                model = (ml ?? new MLContext()).Model.Load(file, out _);
            }
            catch (TargetInvocationException wrapped) when (wrapped.InnerException is { } failure and not InvalidDataException)
            {
                ExceptionDispatchInfo.Throw(failure); // ML.NET makes models by reflection; it is not the file that is wrong
                throw;
            }
            catch (Exception failure) when (failure is InvalidDataException or FormatException or InvalidOperationException or ArgumentException or TargetInvocationException)
            {
                throw new InvalidDataException($"'{path}' is not readable as a model: {failure.GetBaseException().Message.TrimEnd('.')}. Expected a .zip that ml.Model.Save wrote; for weights alone (.pth, .safetensors) use {nameof(FromCheckpoint)}.", failure);
            }
        }

        try
        {
            return new(model, model as IDisposable);
        }
        catch (ArgumentException failure)
        {
            (model as IDisposable)?.Dispose();
            throw new InvalidDataException($"'{path}' holds another model: {failure.Message}", failure);
        }
    }

    /// <summary>Uses published weights as they are: masks are theirs; there is one category, "object", and its scores mean nothing.</summary>
    /// <param name="path">See <see cref="SegSamOptions.Checkpoint"/>.</param>
    /// <param name="family">See <see cref="SegSamOptions.CheckpointFamily"/>; null: told from the weights.</param>
    /// <param name="ml">Decides the device by <see cref="MLContext.GpuDeviceId"/>, and its log receives what the weights were taken for; null: the CPU.</param>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of another model.</exception>
    public static SegSamPredictor FromCheckpoint(string path, CheckpointFamily? family = null, MLContext? ml = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ml ??= new MLContext(seed: 1);
        var options = new SegSamOptions { Checkpoint = path, CheckpointFamily = family, Epochs = 0, BoxColumnName = nameof(NoRow.Box) };
        var model = ml.Transforms.SegSam(options).Fit(ml.Data.LoadFromEnumerable(Array.Empty<NoRow>()));
        return new(model, model);
    }

    /// <summary>Encodes an image, which stays the caller's. Files are better given by their path: <see cref="MLImage.CreateFromFile"/> takes cut ones, and leaves EXIF and 16 bits aside.</summary>
    /// <exception cref="NotSupportedException">Its pixels are neither Bgra32 nor Rgba32, or too many.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public EncodedImage Encode(MLImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Encode(PixelImage.From(image));
    }

    /// <summary>Reads and encodes a PNG, JPEG, BMP, GIF or WebP file, by the rules of <see cref="ImageFile"/>.</summary>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such image, cut off or damaged.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public EncodedImage Encode(string path) => Encode(ReadPixels(path));

    /// <summary>Encodes pixels.</summary>
    /// <param name="rgb">height x width x 3 bytes, row-major: red, green, blue of each pixel.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <exception cref="ArgumentException">There are not height x width x 3 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public EncodedImage Encode(ReadOnlySpan<byte> rgb, int height, int width) => Encode(new PixelImage(height, width, rgb.ToArray()));

    /// <summary>Reads what <see cref="EncodedImage.Save"/> has written. Whether it is the image you mean tells <see cref="EncodedImage.ImageDigest"/>.</summary>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is something else, damaged, or was encoded by a model of other weights or preprocessing.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public EncodedImage LoadImage(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return EncodedImage.Load(path, Model);
    }

    /// <summary>Answers one prompt.</summary>
    /// <param name="image">From a predictor of the same weights and preprocessing.</param>
    /// <param name="prompt">Where the object is.</param>
    /// <param name="hypotheses">Whether <see cref="SegSamPrediction.Hypotheses"/> are wanted: for one click, which may mean an object or a part of it.</param>
    /// <exception cref="ArgumentException">The prompt makes no sense for the image, or another model encoded that; the message says what was found and expected.</exception>
    /// <exception cref="InvalidDataException">The answer is NaN: the weights are damaged, or their training diverged.</exception>
    /// <exception cref="ObjectDisposedException">The image or the predictor was disposed.</exception>
    public SegSamPrediction Predict(EncodedImage image, SegSamPrompt prompt, bool hypotheses = false)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Predict(image, [prompt], hypotheses)[0];
    }

    /// <summary>Answers prompts about one image, <see cref="SegSamOptions.BatchSize"/> at a time.</summary>
    /// <remarks>Prompts answered together differ from those answered one by one in the last bits alone.</remarks>
    /// <returns>In the order of the prompts.</returns>
    /// <inheritdoc cref="Predict(EncodedImage, SegSamPrompt, bool)" path="/exception"/>
    public IReadOnlyList<SegSamPrediction> Predict(EncodedImage image, IReadOnlyList<SegSamPrompt> prompts, bool hypotheses = false)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(prompts);
        var parts = prompts.Select((prompt, i) => Check(prompt, i, prompts.Count, image)).ToList();
        return [.. parts.Chunk(_transformer.Options.BatchSize).SelectMany(batch => Answer(image, batch, hypotheses)).Select(answer => new SegSamPrediction(answer, Categories))];
    }

    /// <summary>Frees the weights if <see cref="Load"/> or <see cref="FromCheckpoint"/> made this predictor. No thread may use it then.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _owned?.Dispose();
    }

    /// <summary>Answers prompts, in pixels of the original image and found to make sense, all in one batch.</summary>
    internal SegSamAnswer[] Answer(EncodedImage image, IEnumerable<Prompt> prompts, bool hypotheses)
    {
        var model = Model;
        return model.Answer(image.EmbeddingFor(model), image.Geometry, [.. prompts.Select(prompt => prompt.ToNetwork(image.Geometry))], hypotheses);
    }

    internal EncodedImage Encode(PixelImage pixels)
    {
        var model = Model;
        var image = NetworkImage.From(pixels, model.Network.Config.InputSize, model.Preprocessing);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(pixels.Rgb);
        hash.AppendData(Encoding.UTF8.GetBytes($"{pixels.Height} x {pixels.Width}"));
        return new(model, image.Geometry, Convert.ToHexString(hash.GetHashAndReset()), model.Encode([image])[0]);
    }

    internal static PixelImage ReadPixels(string path) => ImageFile.Read(path, PixelImage.Decode);

    private Prompt Check(SegSamPrompt? prompt, int number, int count, EncodedImage image)
    {
        var which = count == 1 ? "The prompt" : $"Prompt {number} (counting from 0)";
        if (prompt is null)
            throw new ArgumentException($"{which} is null; expected a {nameof(SegSamPrompt)}.");
        if (prompt.Parts.CheckAll(image.Height, image.Width, Model.Network.Config.MaskSide) is var (part, problem))
            throw new ArgumentException($"{which}, {part}: {problem}.");
        return prompt.Parts;
    }

    private sealed class NoRow
    {
        public byte[] Image { get; set; } = [];

        [VectorType(4)]
        public float[] Box { get; set; } = [];
    }
}
