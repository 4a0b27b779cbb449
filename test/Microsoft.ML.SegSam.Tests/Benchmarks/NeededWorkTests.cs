using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Tests.Benchmarks;

[TestClass]
public sealed class NeededWorkTests
{
    /// <summary>Numbers worked out by hand when the speed of peers was looked at, in thousands of millions of multiplications.</summary>
    [TestMethod]
    [DataRow(1024, 486.0)]
    [DataRow(256, 34.5)]
    public void The_plain_form_of_ViT_B_does_what_was_counted_by_hand(int size, double multiplications) =>
        Assert.AreEqual(multiplications, NeededWork.PlainEncoderFlops(SegSamConfig.For(SegSamEncoder.VitB, size)) / 2e9, 0.06);

    /// <summary>
    /// Per block of tokens·12·768² products of layers; queries x keys x 2·768 of attention and (rows + columns)·768 of positions.
    /// </summary>
    [TestMethod]
    [DataRow(1024, 4096L)]
    [DataRow(256, 256L)]
    public void Padding_is_not_needed(int size, long tokens)
    {
        long side = size / 16, layers = 12 * tokens * 12 * 768 * 768;
        long windows = 8 * tokens * (14 * 14 * 2 + 2 * 14) * 768, whole = 4 * tokens * (tokens * 2 + 2 * side) * 768;
        var ends = tokens * (16 * 16 * 3 * 768 + 768 * 256 + 9 * 256 * 256);
        Assert.AreEqual(2.0 * (layers + windows + whole + ends), NeededWork.EncoderFlops(SegSamConfig.For(SegSamEncoder.VitB, size)));
    }

    /// <summary>A map of 16 x 16 halved is 64 places; 3 x 3 and 4 x 4 taps each; a gate of two layers.</summary>
    [TestMethod]
    public void SAM_Med2Ds_adapters_add_two_convolutions_and_a_gate_to_each_block()
    {
        var bare = SegSamConfig.For(SegSamEncoder.VitB, 256);
        var added = NeededWork.EncoderFlops(bare with { Adapter = SegSamAdapter.SamMed2D }) - NeededWork.EncoderFlops(bare);
        Assert.AreEqual(2.0 * 12 * (64 * 25 * 768 * 768 + 2 * 768 * 192), added);
        Assert.ThrowsExactly<NotSupportedException>(() => NeededWork.EncoderFlops(bare with { Adapter = SegSamAdapter.LowRank }));
    }

    /// <summary>
    /// A stage of convolutions and one of attention on 8 x 8 and 4 x 4 maps, windows of 3 padded to 6: small enough to count.
    /// </summary>
    [TestMethod]
    public void TinyViT_counts_its_convolutions_windows_and_merging()
    {
        var config = new SegSamConfig { InputSize = 32, Width = 8, Stages = [new(4, 1), new(6, 1, 2, 3)] };
        long stem = 16 * 16 * 2 * 27 + 8 * 8 * 4 * 2 * 9,
            mobile = 8 * 8 * (4 * 16 + 9 * 16 + 16 * 4),
            merging = 8 * 8 * 4 * 6 + 4 * 4 * (9 * 6 + 6 * 6);
        long PerQuery(long queries) => queries * (4 * 6 * 6 + 2 * 9 * 6);
        long block = 4 * 4 * (9 * 6 + 2 * 6 * 24), neck = 2 * 2 * (6 * 8 + 9 * 8 * 8);
        Assert.AreEqual(2.0 * (stem + mobile + merging + PerQuery(16) + block + neck), NeededWork.EncoderFlops(config));
        Assert.AreEqual(2.0 * (stem + mobile + merging + PerQuery(36) + block + neck), NeededWork.PlainEncoderFlops(config));
    }
}
