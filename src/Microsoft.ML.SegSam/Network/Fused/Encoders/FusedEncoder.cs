using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network.Encoder;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

/// <summary>An image encoder written out in kernels.</summary>
internal unsafe interface IFusedEncoder : IDisposable
{
    /// <summary>Encodes one image; for work of <see cref="WorkerThreads"/>.</summary>
    /// <param name="image">[3,side,side], normalized.</param>
    /// <param name="to">f_v [C,side/16,side/16].</param>
    public void Encode(float* image, int side, float* to);
}

/// <summary>
/// The fused form of an image encoder, for predictions on a CPU. It copies the weights: they must not change any more. Many threads may
/// encode at once.
/// </summary>
internal sealed class FusedEncoder : IDisposable
{
    private readonly IFusedEncoder _encoder;
    private readonly EncoderConfig _config;

    /// <param name="halves">Whether products are in bfloat16.</param>
    public FusedEncoder(SegSamNetwork network, bool halves)
    {
        _config = network.Config.ForEncoder();
        _encoder = (network.ImageEncoder, halves) switch
        {
            (TinyVitEncoder encoder, true) => new FusedTinyVit<ushort, Halves>(encoder, _config),
            (TinyVitEncoder encoder, false) => new FusedTinyVit<float, Singles>(encoder, _config),
            (ImageEncoder encoder, true) => new FusedVit<ushort, Halves>(encoder, _config),
            (ImageEncoder encoder, false) => new FusedVit<float, Singles>(encoder, _config),
            _ => throw new NotSupportedException($"The encoder {_config.Kind} has no fused form."),
        };
    }

    /// <summary>Whether there is a fused form of this encoder.</summary>
    public static bool Exists(SegSamConfig config) => config.Kind switch
    {
        EncoderKind.TinyVit => true,
        EncoderKind.Vit => config.EncoderWidth / config.EncoderHeads % 2 == 0, // for pairs
        _ => false,
    };

    /// <summary>f_v of one image, C·g·g numbers.</summary>
    /// <param name="image">[1,3,S,S], normalized, float32, on the CPU.</param>
    public unsafe float[] Encode(Tensor image)
    {
        var (side, grid) = ((int)image.size(-1), (int)image.size(-1) / _config.PatchSize);
        var embedding = new float[_config.OutputWidth * grid * grid];
        using var contiguous = image.contiguous();
        fixed (byte* from = contiguous.bytes)
        fixed (float* to = embedding)
        {
            float* pixels = (float*)from, numbers = to;
            WorkerThreads.Call(get_num_threads(), () => _encoder.Encode(pixels, side, numbers));
        }

        return embedding;
    }

    public void Dispose() => _encoder.Dispose();
}
