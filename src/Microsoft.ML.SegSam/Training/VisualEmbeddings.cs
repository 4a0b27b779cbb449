using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Embeddings f_v of a set's images. Those of a frozen encoder never change: each is computed once and kept, the first ones in memory, the others on disk.</summary>
/// <remarks>A frozen encoder takes the images one by one, so that an embedding does not depend on which images came with it.</remarks>
/// <param name="folder">Keeps them beyond the run; null for a temporary file.</param>
/// <param name="bytesInMemory">At most; what comes later lies on disk alone.</param>
/// <param name="isLowered">Whether the encoder's products are in bfloat16, as they will be at prediction.</param>
internal sealed class VisualEmbeddings(
    SegSamNetwork network, TrainingSet set, PixelScaling scaling, Device device, bool isFrozen, EmbeddingFolder? folder = null,
    long bytesInMemory = VisualEmbeddings.MostBytesInMemory, bool isLowered = false) : IDisposable
{
    private const long MostBytesInMemory = 256L << 20; // our choice; an epoch visits all images, so the first are as good as any

    private readonly long[] _sides = [network.Config.Width, network.Config.Grid, network.Config.Grid];
    private readonly TemporaryFile? _file = isFrozen && folder is null ? new(set.Folder) : null;
    private readonly float[]?[] _held = new float[isFrozen ? set.ImageCount : 0][];
    private readonly long?[] _offsets = new long?[isFrozen ? set.ImageCount : 0];
    private long _bytesHeld, _encoded;

    /// <summary>How many images went through the encoder.</summary>
    public long Encoded => Interlocked.Read(ref _encoded);

    /// <summary>[B,C,g,g] of B images; with gradients where the encoder is trained. Different images may be asked for on different threads.</summary>
    public Tensor Of(IReadOnlyList<int> images)
    {
        if (!isFrozen)
            return Encode([.. images.Select(set.ReadImage)]);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return cat([.. images.Select(image => tensor(Kept(image), [1, .. _sides], device: device))]).MoveToOuterDisposeScope();
    }

    /// <summary>Those of a batch, as it was read.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{int})"/>
    public Tensor Of(TrainingBatch batch) => batch.Pixels is { } pixels ? Encode(pixels) : Of(batch.Images);

    public void Dispose() => _file?.Dispose();

    private float[] Kept(int image)
    {
        if (_held[image] is { } held)
            return held;
        var length = (int)_sides.Aggregate((product, side) => product * side);
        if (_offsets[image] is { } offset)
        {
            var read = new float[length];
            _file!.Read(offset, MemoryMarshal.AsBytes(read.AsSpan()));
            return read;
        }

        var pixels = set.ReadImage(image);
        var values = folder is null ? Embed(pixels) : folder.Get(pixels, length, () => Embed(pixels));
        if (Interlocked.Add(ref _bytesHeld, values.Length * sizeof(float)) <= bytesInMemory)
            _held[image] = values;
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
        using var precision = MixedPrecision.Use(isLowered);
        return network.Encode(ImageTensor.Stack(images, scaling, device));
    }
}
