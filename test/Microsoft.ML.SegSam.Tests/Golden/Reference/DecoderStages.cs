using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>Watches the inner stages of a decoder while it computes.</summary>
internal sealed class DecoderStages : IDisposable
{
    private readonly Action _release;

    public DecoderStages(BinaryDecoder decoder)
    {
        var transformer = (TwoWayTransformer)Child(decoder, "transformer");
        var upscaling = (nn.Module<Tensor, MaskContext, Tensor>)Child(decoder, "output_upscaling");
        var first = transformer.register_forward_hook((_, _, _, _, output) =>
        {
            (Tokens, Map) = (Copy(output.Tokens), Copy(output.Map));
            return output;
        });
        var second = upscaling.register_forward_hook((_, _, _, output) =>
        {
            var side = (long)Math.Sqrt(output.size(1));
            Upscaled = Copy(output.transpose(1, 2).reshape(output.size(0), -1, side, side));
            return output;
        });
        _release = () =>
        {
            first.remove();
            second.remove();
        };
    }

    /// <summary>[P,N,C] after the transformer.</summary>
    public Tensor? Tokens { get; private set; }

    /// <summary>[P,g·g,C] after the transformer.</summary>
    public Tensor? Map { get; private set; }

    /// <summary>[P,C/8,4g,4g].</summary>
    public Tensor? Upscaled { get; private set; }

    public void Dispose()
    {
        _release();
        Tokens?.Dispose();
        Map?.Dispose();
        Upscaled?.Dispose();
    }

    private static nn.Module Child(nn.Module parent, string name) => parent.named_children().Single(child => child.name == name).module;

    private static Tensor Copy(Tensor tensor) => tensor.clone().DetachFromDisposeScope();
}
