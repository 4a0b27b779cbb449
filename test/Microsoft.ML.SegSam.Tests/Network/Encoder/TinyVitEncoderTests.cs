using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Encoder;

[TestClass]
public sealed class TinyVitEncoderTests
{
    [TestMethod]
    [DataRow(64)]
    [DataRow(128)]
    [DataRow(208)]
    [DataRow(256)]
    public void The_embedding_is_as_long_as_the_vits(int side)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = Encoder(SegSamConfig.For(SegSamEncoder.VitT, side));
        var found = encoder.call(Normal(1, 2, 3, side, side));
        CollectionAssert.AreEqual(new long[] { 2, 256, side / 16, side / 16 }, found.shape);
        Assert.IsTrue(found.isfinite().all().item<bool>());
        Assert.IsGreaterThan(0.1f, found.std().item<float>());
    }

    [TestMethod]
    public void At_1024_the_map_is_64_by_64()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        // MobileSAM's windows, narrow
        using var encoder = Encoder(
            Config with { InputSize = 1024, Stages = [new(8, 1), new(8, 1, 1, 7), new(8, 1, 1, 14), new(8, 1, 1, 7)] });
        CollectionAssert.AreEqual(new long[] { 1, 32, 64, 64 }, encoder.call(Normal(1, 1, 3, 1024, 1024)).shape);
    }

    [TestMethod]
    public void An_image_is_encoded_alike_alone_and_in_a_batch()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = Encoder(TinyVit);
        var images = Normal(2, 3, 3, 64, 64) * tensor([0.1f, 1, 10]).reshape(3, 1, 1, 1);
        var together = encoder.call(images);
        for (var i = 0; i < 3; i++)
            AssertClose(encoder.call(images.narrow(0, i, 1))[0], together[i], 1e-5, $"image {i}");
        Assert.IsGreaterThan(0.05f, (together[0] - together[1]).abs().max().item<float>());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Every_weight_has_a_gradient(bool training)
    {
        using var scope = NewDisposeScope();
        using var encoder = Randomize(Encoder(TinyVit));
        encoder.train(training);
        encoder.call(Normal(3, 2, 3, 64, 64)).square().mean().backward();
        Assert.IsEmpty(encoder.named_parameters()
            .Where(pair => pair.parameter.grad is not { } gradient || !(gradient.abs().max().item<float>() > 0)).Select(pair => pair.name));
    }

    [TestMethod]
    public void Only_training_changes_the_statistics()
    {
        using var scope = NewDisposeScope();
        using var encoder = Encoder(TinyVit);
        var before = encoder.named_buffers().ToDictionary(pair => pair.name, pair => pair.buffer.clone());
        encoder.call(Normal(4, 2, 3, 64, 64));
        Assert.IsTrue(encoder.named_buffers().All(pair => pair.buffer.Equals(before[pair.name])), "in use");
        encoder.train();
        encoder.call(Normal(4, 2, 3, 64, 64));
        Assert.IsFalse(encoder.named_buffers().Any(pair => pair.buffer.Equals(before[pair.name])), "in training");
    }

    [TestMethod]
    public void Weights_and_statistics_come_back_from_a_file_to_the_bit()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        const long count = (1L << 40) + 1; // more than a float can count
        using var one = Randomize(Encoder(TinyVit));
        foreach (var (_, buffer) in one.named_buffers().Where(pair => pair.buffer.dtype == ScalarType.Int64))
            buffer.fill_(count);
        using var stream = new MemoryStream();
        Safetensors.Write(stream, [.. one.state_dict().Select(pair => (pair.Key, pair.Value))]);
        stream.Position = 0;
        using var other = Encoder(TinyVit, seed: 2);
        Safetensors.ReadInto(stream, other.state_dict());
        var counts = other.named_buffers().Where(pair => pair.name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToList();
        Assert.IsNotEmpty(counts);
        Assert.IsTrue(counts.All(pair => pair.buffer.dtype == ScalarType.Int64 && pair.buffer.item<long>() == count));
        var image = Normal(5, 1, 3, 64, 64);
        AssertClose(one.call(image), other.call(image), 0);
    }

    [TestMethod]
    public void Every_weight_and_statistic_is_filled_at_the_start()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = new SegSamNetwork(TinyVit);
        var state = network.ImageEncoder.state_dict();
        foreach (var value in state.Values)
            value.fill_(value.is_floating_point() ? double.NaN : -1);
        network.Initialize(1);
        Assert.IsEmpty(state.Where(pair => !(pair.Value.isfinite() & pair.Value.ne(-1)).all().item<bool>()).Select(pair => pair.Key));
    }

    [TestMethod]
    public void No_tensor_is_left_behind()
    {
        using var noGrad = no_grad();
        using var encoder = Encoder(TinyVit);
        using var image = Normal(6, 1, 3, 64, 64);
        encoder.call(image).Dispose();
        var before = LiveTensors.Count;
        for (var i = 0; i < 3; i++)
            encoder.call(image).Dispose();
        Assert.AreEqual(before, LiveTensors.Count);
    }

    private static nn.Module<Tensor, Tensor> Encoder(SegSamConfig config, long seed = 1)
    {
        var encoder = new SegSamNetwork(config).Initialize(seed).ImageEncoder;
        encoder.eval();
        return encoder;
    }
}
