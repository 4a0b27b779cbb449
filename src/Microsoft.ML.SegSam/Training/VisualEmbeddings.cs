using Microsoft.ML.SegSam.Training.Data;
using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>
/// The embeddings f_v of a set's images. Those of a frozen encoder never change: each is computed once and kept, the first ones in memory,
/// the others on disk.
/// </summary>
/// <remarks>
/// A frozen encoder encodes the images one by one, so that an embedding does not depend on the other images of its batch.
/// </remarks>
/// <param name="folder">Keeps the embeddings beyond the run; null keeps them in a temporary file.</param>
/// <param name="bytesInMemory">The most bytes of embeddings in memory; those that come later lie on disk alone.</param>
/// <param name="usesBFloat16">Whether the encoder's products are in bfloat16, as they will be at prediction.</param>
internal sealed class VisualEmbeddings(
    SegSamNetwork network, TrainingSet set, PixelScaling scaling, Device device, bool isFrozen, EmbeddingFolder? folder = null,
    long bytesInMemory = VisualEmbeddings.MostBytesInMemory, bool usesBFloat16 = false) : IDisposable
{
    private const long MostBytesInMemory = 256L << 20; // our choice; an epoch visits all images, so the first are as good as any

    private readonly long[] _sides = [network.Config.EmbeddingWidth, network.Config.Grid, network.Config.Grid];
    private readonly TemporaryFile? _file = isFrozen && folder is null ? new(set.Folder) : null;
    private readonly float[]?[] _kept = new float[isFrozen ? set.ImageCount : 0][];
    private readonly long?[] _offsets = new long?[isFrozen ? set.ImageCount : 0];
    private long _bytesInMemory, _encoded;

    /// <summary>Number of images that went through the encoder.</summary>
    public long Encoded => Interlocked.Read(ref _encoded);

    /// <summary>
    /// [B,C,g,g] of B images, with gradients if the encoder is trained. Threads may ask for different images at the same time.
    /// </summary>
    public Tensor Of(IReadOnlyList<int> images)
    {
        if (!isFrozen)
            return Encode([.. images.Select(set.ReadImage)]);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return cat([.. images.Select(image => tensor(Kept(image), [1, .. _sides], device: device))]).MoveToOuterDisposeScope();
    }

    /// <summary>The embeddings of a batch, from the pixels read with it if there are any.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{int})"/>
    public Tensor Of(TrainingBatch batch) => batch.Pixels is { } pixels ? Encode(pixels) : Of(batch.Images);

    public void Dispose() => _file?.Dispose();

    private float[] Kept(int image)
    {
        if (_kept[image] is { } kept)
            return kept;
        var length = (int)_sides.Aggregate((product, side) => product * side);
        if (_offsets[image] is { } offset)
        {
            var read = new float[length];
            _file!.Read(offset, MemoryMarshal.AsBytes(read.AsSpan()));
            return read;
        }

        var pixels = set.ReadImage(image);
        var values = folder is null ? Embed(pixels) : folder.Get(pixels, length, () => Embed(pixels));
        if (Interlocked.Add(ref _bytesInMemory, values.Length * sizeof(float)) <= bytesInMemory)
            _kept[image] = values;
        else if (_file is not null)
            _offsets[image] = _file.Append(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private float[] Embed(NetworkImage image)
    {
        using var scope = NewDisposeScope();
        return Encode([image]).cpu().contiguous().data<float>().ToArray();
    }

    private Tensor Encode(IReadOnlyList<NetworkImage> images)
    {
        Interlocked.Add(ref _encoded, images.Count);
        using var precision = MixedPrecision.Use(usesBFloat16);
        return network.Encode(ImageTensor.Stack(images, scaling, device));
    }
}
