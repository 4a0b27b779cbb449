using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

[TestClass]
public sealed class ChunkedDecodingTests
{
    [TestMethod]
    [DataRow(SemanticDecoding.Independent, false)]
    [DataRow(SemanticDecoding.Independent, true)]
    [DataRow(SemanticDecoding.Shared, false)]
    public void Prompts_in_chunks_are_predicted_as_all_at_once_and_leave_no_tensor(SemanticDecoding decoding, bool textReadsPrompt)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(Config with
        {
            InputSize = 256, SemanticDecoding = decoding,
            TextConditioning = textReadsPrompt ? TextConditioning.ImageAndPrompt : TextConditioning.Image,
        });
        var visual = network.Encode(Normal(7, 2, 3, 256, 256));
        var prompts = Boxes([.. Enumerable.Range(0, 130).Select(i => i % 2L)]); // a chunk holds 128 of these maps of 16 x 16 x 32 numbers
        var before = LiveTensors.Count;
        var (expected, found) = (network.Decode(visual, prompts), network.DecodeInChunks(visual, prompts));
        Assert.AreEqual(before + 10, LiveTensors.Count, "five tensors of each");
        AssertClose(expected.MaskLogits, found.MaskLogits, 1e-4, "masks");
        AssertClose(expected.PredictedIoUs, found.PredictedIoUs, 1e-4, "predicted IoU");
        AssertClose(expected.SemanticLogits, found.SemanticLogits, 1e-4, "semantic masks");
        AssertClose(expected.ClassLogits, found.ClassLogits, 1e-4, "classes");
        AssertClose(expected.PresenceLogits, found.PresenceLogits, 1e-4, "presence");
    }
}
