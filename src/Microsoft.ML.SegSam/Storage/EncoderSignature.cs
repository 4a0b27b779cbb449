using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>
/// Identifies an image encoder by everything that an embedding depends on besides its image, to the last bit of the weights.
/// </summary>
internal static class EncoderSignature
{
    /// <returns>A hash of 32 bytes.</returns>
    public static byte[] Of(SegSamNetwork network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(EncoderPart(network.Config), ModelArchive.Json)));
        foreach (var (name, value) in network.ImageEncoder.state_dict())
        {
            using var scope = NewDisposeScope();
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} [{string.Join(',', value.shape)}]"));
            hash.AppendData(value.detach().cpu().contiguous().bytes);
        }

        return hash.GetHashAndReset();
    }

    // A setting that is missing here costs an unnecessary encoding, not a wrong embedding.
    private static SegSamConfig EncoderPart(SegSamConfig config) => config with
    {
        SingleMask = false, MultimaskForPoint = false, RefinementDepth = 0, SigmoidMaskPrompt = false, CategoryCount = 0,
        SemanticDecoding = default, PresenceTokens = 0,
        TextWidth = 0, TextMlpWidth = 0, TextInsertion = default, TextConditioning = default, TextLayerScale = null, ClassHead = default,
    };
}
