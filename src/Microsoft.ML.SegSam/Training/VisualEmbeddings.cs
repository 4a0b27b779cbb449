using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Embeddings f_v of a set's images. Those of a frozen encoder never change: each is computed once and kept in a temporary file.</summary>
/// <remarks>A frozen encoder takes the images one by one, so that an embedding does not depend on which images came with it.</remarks>
internal sealed class VisualEmbeddings(SegSamNetwork network, TrainingSet set, PixelScaling scaling, Device device, bool isFrozen) : IDisposable
{
    private readonly long[] _sides = [network.Config.Width, network.Config.Grid, network.Config.Grid];
    private readonly TemporaryFile? _file = isFrozen ? new(set.Folder) : null;
    private readonly long?[] _offsets = new long?[set.ImageCount];
    private long _encoded;

    /// <summary>How many images went through the encoder.</summary>
    public long Encoded => Interlocked.Read(ref _encoded);

    /// <summary>[B,C,g,g] of B images; with gradients where the encoder is trained. Different images may be asked for on different threads.</summary>
    public Tensor Of(IReadOnlyList<int> images)
    {
        if (!isFrozen)
            return Encode(images);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return cat([.. images.Select(Kept)]).MoveToOuterDisposeScope();
    }

    public void Dispose() => _file?.Dispose();

    private Tensor Kept(int image)
    {
        var values = new float[_sides.Aggregate((product, side) => product * side)];
        if (_offsets[image] is { } offset)
        {
            _file!.Read(offset, MemoryMarshal.AsBytes(values.AsSpan()));
        }
        else
        {
            using var scope = NewDisposeScope();
            Encode([image]).cpu().contiguous().data<float>().CopyTo(values);
            _offsets[image] = _file!.Append(MemoryMarshal.AsBytes(values.AsSpan()));
        }

        return tensor(values, [1, .. _sides], device: device);
    }

    private Tensor Encode(IReadOnlyList<int> images)
    {
        Interlocked.Add(ref _encoded, images.Count);
        return network.Encode(ImageTensor.Stack([.. images.Select(set.ReadImage)], scaling, device));
    }
}
