using Microsoft.ML.SegSam.Network.Fused;
using Microsoft.ML.SegSam.Network.Fused.Encoders;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>The parts of a network that are computed in their fused form; null: by libtorch's layers.</summary>
internal sealed record FusedForms(FusedEncoder? Encoder, FusedDecoders? Decoders) : IDisposable
{
    public void Dispose()
    {
        Encoder?.Dispose();
        Decoders?.Dispose();
    }
}
