using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

/// <summary>Makes the image encoder of a config: normalized images [B,3,S,S] → f_v [B,C,g,g].</summary>
internal static class ImageEncoders
{
    public static Module<Tensor, Tensor> Create(LayerFactory make, EncoderConfig config) => config.Kind switch
    {
        EncoderKind.TinyVit => new TinyVitEncoder(make, config),
        EncoderKind.ResNet => new ResNetEncoder(make, config),
        _ => new ImageEncoder(make, config),
    };
}
