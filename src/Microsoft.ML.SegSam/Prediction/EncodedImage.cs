using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>An image that went through the encoder, ready for any number of prompts. Threads may use it side by side.</summary>
/// <remarks>It holds managed memory alone: disposing of it lets go of the embedding (for SAM's 1024 x 1024 inputs 4 MB), and prompts under way still finish.</remarks>
public sealed class EncodedImage : IDisposable
{
    private static readonly byte[] Magic = "SEG-SAM encoded image 1\n"u8.ToArray();
    private readonly SegSamModel _model;
    private volatile float[]? _embedding;

    internal EncodedImage(SegSamModel model, ImageGeometry geometry, string imageDigest, float[] embedding) =>
        (_model, Geometry, ImageDigest, _embedding) = (model, geometry, imageDigest, embedding);

    /// <summary>Rows of the original image.</summary>
    public int Height => Geometry.OriginalHeight;

    /// <summary>Columns of the original image.</summary>
    public int Width => Geometry.OriginalWidth;

    /// <summary>Tells images apart: SHA-256, in upper-case hexadecimal, of the Height·Width pixels, red, green and blue a byte each, row by row, and of the size.</summary>
    public string ImageDigest { get; }

    internal ImageGeometry Geometry { get; }

    /// <summary>Writes the embedding, to be read by <see cref="SegSamPredictor.LoadImage"/>; a file already there is replaced once the new one is whole.</summary>
    /// <remarks>The file is signed by image content, encoder weights and preprocessing; the image itself is not in it.</remarks>
    /// <exception cref="IOException">The file cannot be written; what was there stays.</exception>
    /// <exception cref="ObjectDisposedException">The image was disposed, or the model that made it.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var embedding = EmbeddingFor(_model);
        var header = JsonSerializer.SerializeToUtf8Bytes(new EncodedImageHeader(_model.Signature, ImageDigest, Height, Width), ModelArchive.Json);
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, header.Length);
        byte[] content = [.. Magic, .. length, .. header, .. MemoryMarshal.AsBytes<float>(embedding)];
        WholeFile.Write(path, file =>
        {
            file.Write(content);
            file.Write(SHA256.HashData(content));
        });
    }

    /// <summary>Lets go of the embedding.</summary>
    public void Dispose() => _embedding = null;

    internal static EncodedImage Load(string path, SegSamModel model)
    {
        var bytes = File.ReadAllBytes(path);
        if (!bytes.AsSpan().StartsWith(Magic))
            throw new InvalidDataException($"'{path}' is no encoded image; expected a file that {nameof(EncodedImage)}.{nameof(Save)} wrote. To read a picture, encode it.");
        var content = bytes.AsSpan(0, Math.Max(0, bytes.Length - SHA256.HashSizeInBytes));
        if (content.Length < Magic.Length + sizeof(int) || !SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length)))
            throw new InvalidDataException($"'{path}' is cut off or damaged: its checksum is wrong. Encode the image again.");

        // What the checksum covers is as it was written.
        var rest = content[Magic.Length..];
        var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        var header = JsonSerializer.Deserialize<EncodedImageHeader>(rest.Slice(sizeof(int), length), ModelArchive.Json)!;
        if (header.Model != model.Signature)
            throw new InvalidDataException($"'{path}' was encoded by a model of other weights or preprocessing ({Short(header.Model)}; this one is {Short(model.Signature)}). Use the model it came from, or encode the image again with this one.");
        return new(model, ImageGeometry.For(header.Height, header.Width, model.Network.Config.InputSize, model.Preprocessing.Resize), header.Image,
            MemoryMarshal.Cast<byte, float>(rest[(sizeof(int) + length)..]).ToArray());
    }

    /// <exception cref="ArgumentException">Another model made it.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    internal float[] EmbeddingFor(SegSamModel model)
    {
        var embedding = _embedding;
        ObjectDisposedException.ThrowIf(embedding is null, this);
        if (model != _model && model.Signature != _model.Signature)
            throw new ArgumentException($"The image was encoded by a model of other weights or preprocessing ({Short(_model.Signature)}; this one is {Short(model.Signature)}). Encode it with the predictor that is asked.");
        return embedding;
    }

    private static string Short(string signature) => signature[..8];
}

/// <summary>What a file says of its embedding.</summary>
/// <param name="Model">Signature of encoder and preprocessing.</param>
/// <param name="Image">Digest of the image.</param>
internal sealed record EncodedImageHeader(string Model, string Image, int Height, int Width);

/// <summary>The embeddings of the images last asked about, for one cursor or engine; managed memory, oldest out first.</summary>
internal sealed class EmbeddingCache(int capacity = 16)
{
    private readonly Dictionary<string, float[]> _embeddings = [];
    private readonly Queue<string> _order = [];

    public float[]? Find(string key) => _embeddings.GetValueOrDefault(key);

    public void Add(string key, float[] embedding)
    {
        if (!_embeddings.TryAdd(key, embedding))
            return;
        _order.Enqueue(key);
        if (_order.Count > capacity)
            _embeddings.Remove(_order.Dequeue());
    }
}
