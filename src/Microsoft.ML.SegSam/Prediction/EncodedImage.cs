using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>An image that went through the encoder, ready for any number of prompts. Many threads may use it at once.</summary>
/// <remarks>
/// It holds managed memory only: the embedding (4 MB for SAM's 1024 x 1024 inputs), and the image's pixels, until it is disposed; those of
/// a model that does not zoom (<see cref="SegSamOptions.Zoom"/>) until <see cref="ImageDigest"/> is first read. Predictions that are
/// running when it is disposed still finish.
/// </remarks>
public sealed class EncodedImage : IDisposable
{
    private readonly SegSamModel _model;
    private readonly Lazy<string> _digest;
    private volatile float[]? _embedding;

    internal EncodedImage(SegSamModel model, PixelImage pixels, ImageGeometry geometry, float[] embedding)
        : this(model, new Lazy<string>(() => Digest(pixels)), geometry, embedding) => Pixels = model.Zooms ? pixels : null;

    private EncodedImage(SegSamModel model, Lazy<string> digest, ImageGeometry geometry, float[] embedding)
    {
        _model = model;
        _digest = digest;
        _embedding = embedding;
        Geometry = geometry;
    }

    /// <summary>Rows of the original image.</summary>
    public int Height => Geometry.OriginalHeight;

    /// <summary>Columns of the original image.</summary>
    public int Width => Geometry.OriginalWidth;

    /// <summary>
    /// Identifies the image: SHA-256, in upper-case hexadecimal, of its Height·Width pixels (red, green and blue, one byte each, row by
    /// row) and of its size. Computed on first use.
    /// </summary>
    public string ImageDigest => _digest.Value;

    /// <summary>
    /// The embedding, to be decoded elsewhere by the decoder.onnx of <see cref="SegSamTransformer.SaveOnnx"/>, such as in a web page:
    /// numbers of <see cref="EmbeddingShape"/>, row-major.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The image was disposed.</exception>
    public ReadOnlyMemory<float> Embedding => EmbeddingFor(_model);

    /// <summary>1, channels, rows and columns of <see cref="Embedding"/>.</summary>
    public IReadOnlyList<int> EmbeddingShape =>
        [1, _model.Description.Config.EmbeddingWidth, _model.Description.Config.Grid, _model.Description.Config.Grid];

    internal ImageGeometry Geometry { get; }

    /// <summary>For closer looks; null where the model takes none.</summary>
    internal PixelImage? Pixels { get; private set; }

    /// <summary>The parts that were looked at last.</summary>
    internal EmbeddingCache Parts { get; } = new();

    /// <summary>
    /// Writes the embedding to a file for <see cref="SegSamPredictor.LoadImage"/>. An existing file is replaced once the new one is
    /// complete.
    /// </summary>
    /// <remarks>
    /// The file records the image's digest, the encoder's weights and the preprocessing. It contains the image itself, as a PNG, if the
    /// model takes closer looks (<see cref="SegSamOptions.Zoom"/>), and no image otherwise.
    /// </remarks>
    /// <exception cref="IOException">The file cannot be written; an existing file is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The image, or the model that encoded it, was disposed.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var embedding = EmbeddingFor(_model);
        var header = JsonSerializer.Serialize(
            new EncodedImageHeader(_model.Signature, ImageDigest, Height, Width, Pixels?.EncodePng()), ModelArchive.Json);
        WholeFile.Write(path, file => EmbeddingFile.Write(file, header, embedding));
    }

    /// <summary>Releases the embedding.</summary>
    public void Dispose()
    {
        _embedding = null;
        Pixels = null;
    }

    internal static EncodedImage Load(string path, SegSamModel model)
    {
        var (description, embedding) = EmbeddingFile.Read(path);
        var header = HeaderOf(description) ?? throw new InvalidDataException($"'{path}' was written by training, as part of "
            + $"SegSamOptions.EmbeddingFolder. Expected a file that {nameof(EncodedImage)}.{nameof(Save)} wrote.");
        if (header.Model != model.Signature)
        {
            throw new InvalidDataException($"'{path}' was encoded by a model with other weights or preprocessing "
                + $"({Short(header.Model)}; this one is {Short(model.Signature)}). "
                + "Use that model, or encode the image again with this one.");
        }

        var geometry = ImageGeometry.For(header.Height, header.Width, model.Config.InputSize, model.Preprocessing.Resize);
        var pixels = header.Png is null ? null : PixelImage.Decode(header.Png);
        return new(model, new Lazy<string>(header.Image), geometry, embedding) { Pixels = pixels };
    }

    /// <exception cref="ArgumentException">Another model encoded the image.</exception>
    /// <exception cref="ObjectDisposedException">The image was disposed.</exception>
    internal float[] EmbeddingFor(SegSamModel model)
    {
        var embedding = _embedding;
        ObjectDisposedException.ThrowIf(embedding is null, this);
        if (model != _model && model.Signature != _model.Signature)
        {
            throw new ArgumentException($"The image was encoded by a model with other weights or preprocessing "
                + $"({Short(_model.Signature)}; this one is {Short(model.Signature)}). Encode it with the predictor that predicts.");
        }

        return embedding;
    }

    private static EncodedImageHeader? HeaderOf(string description)
    {
        try
        {
            return JsonSerializer.Deserialize<EncodedImageHeader>(description, ModelArchive.Json);
        }
        catch (JsonException)
        {
            return null; // the checksum was right, so that it is another use of the file format
        }
    }

    private static string Digest(PixelImage pixels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(pixels.Rgb);
        hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{pixels.Height} x {pixels.Width}")));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string Short(string signature) => signature[..8];
}

/// <summary>What a file says of its embedding.</summary>
/// <param name="Model">Signature of encoder and preprocessing.</param>
/// <param name="Image">Digest of the image.</param>
/// <param name="Png">The image, for closer looks; null where the model takes none.</param>
internal sealed record EncodedImageHeader(string Model, string Image, int Height, int Width, byte[]? Png = null);

/// <summary>
/// The embeddings of the images, or of parts of them, that were predicted last. In managed memory; the oldest is dropped first.
/// Thread-safe.
/// </summary>
internal sealed class EmbeddingCache(int capacity = 16)
{
    private readonly Dictionary<string, float[]> _embeddings = [];
    private readonly Queue<string> _order = [];

    public float[]? Find(string key)
    {
        lock (_order)
            return _embeddings.GetValueOrDefault(key);
    }

    public void Add(string key, float[] embedding)
    {
        lock (_order)
        {
            if (!_embeddings.TryAdd(key, embedding))
                return;
            _order.Enqueue(key);
            if (_order.Count > capacity)
                _embeddings.Remove(_order.Dequeue());
        }
    }
}
