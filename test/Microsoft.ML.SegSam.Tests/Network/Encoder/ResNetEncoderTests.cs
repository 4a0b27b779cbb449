using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Encoder;

[TestClass]
public sealed class ResNetEncoderTests
{
    [TestMethod]
    [DataRow(16)]
    [DataRow(64)]
    [DataRow(208)]
    [DataRow(256)]
    public void The_embedding_is_as_long_as_the_vits(int side)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = Encoder(SegSamConfig.For(SegSamEncoder.ResNet18, side));
        var images = Normal(1, 2, 3, side, side);
        CollectionAssert.AreEqual(new long[] { 2, 256, side / 16, side / 16 }, encoder.Stages(images).shape);
        var found = encoder.call(images);
        CollectionAssert.AreEqual(new long[] { 2, 4 * 128, side / 16, side / 16 }, found.shape);
        Assert.IsTrue(found.isfinite().all().item<bool>());
        Assert.IsGreaterThan(0.1f, found.narrow(1, 0, 128).std().item<float>());
        Assert.IsGreaterThan(0.01f, found.narrow(1, 128, 384).std().item<float>(), "fine maps");
    }

    [TestMethod]
    public void Starting_weights_keep_the_scale_of_the_image()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = Encoder(SegSamConfig.For(SegSamEncoder.ResNet18, 128));
        var scale = encoder.Stages(Normal(2, 2, 3, 128, 128)).square().mean().sqrt().item<float>();
        Assert.IsTrue(scale is > 0.5f and < 3, $"{scale}");
    }

    [TestMethod]
    public void A_block_starts_as_its_shortcut_and_projects_where_the_shape_changes()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var generator = new Generator(1, CPU);
        using var same = new ResidualBlock(LayerFactory.Default, 4, 4, stride: 1);
        using var smaller = new ResidualBlock(LayerFactory.Default, 4, 6, stride: 2);
        same.Initialize(generator);
        smaller.Initialize(generator);
        var map = Normal(3, 2, 4, 8, 8);
        AssertClose(map.relu(), same.call(map), 0);
        CollectionAssert.AreEqual(new long[] { 2, 6, 4, 4 }, smaller.call(map).shape);
        var weight = smaller.get_parameter("shortcut.weight")!.reshape(6, 4);
        AssertClose(einsum("oc,bchw->bohw", weight, map[.., .., TensorIndex.Slice(step: 2), TensorIndex.Slice(step: 2)]).relu(),
            smaller.call(map), 1e-6);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void An_image_is_encoded_alike_alone_and_in_a_batch(bool training)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = Randomize(Encoder(ResNet));
        encoder.train(training);
        var images = Normal(2, 3, 3, 64, 64) * tensor([0.1f, 1, 10]).reshape(3, 1, 1, 1);
        var together = encoder.call(images);
        for (var i = 0; i < 3; i++)
        {
            var largest = Math.Max(1, together[i].abs().max().item<float>()); // of fine maps, which no norm bounds
            AssertClose(encoder.call(images.narrow(0, i, 1))[0], together[i], 1e-5 * largest, $"image {i}");
        }

        Assert.IsGreaterThan(0.05f, (together[0] - together[1]).abs().max().item<float>());
    }

    [TestMethod]
    public void Every_weight_has_a_gradient_and_there_are_no_statistics()
    {
        using var scope = NewDisposeScope();
        using var encoder = Randomize(Encoder(ResNet));
        encoder.call(Normal(3, 2, 3, 64, 64)).square().mean().backward();
        Assert.IsEmpty(encoder.named_parameters()
            .Where(pair => pair.parameter.grad is not { } gradient || !(gradient.abs().max().item<float>() > 0)).Select(pair => pair.name));
        Assert.IsEmpty(encoder.named_buffers(), "buffers would keep training on one thread");
    }

    [TestMethod]
    public void Weights_come_back_from_a_file_to_the_bit()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var one = Randomize(Encoder(ResNet));
        using var stream = new MemoryStream();
        Safetensors.Write(stream, [.. one.state_dict().Select(pair => (pair.Key, pair.Value))]);
        stream.Position = 0;
        using var other = Encoder(ResNet, seed: 2);
        Safetensors.ReadInto(stream, other.state_dict());
        var image = Normal(5, 1, 3, 64, 64);
        AssertClose(one.call(image), other.call(image), 0);
    }

    [TestMethod]
    public void Every_weight_is_filled_at_the_start()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = new SegSamNetwork(ResNet);
        var state = network.ImageEncoder.state_dict();
        foreach (var value in state.Values)
            value.fill_(double.NaN);
        network.Initialize(1);
        Assert.IsEmpty(state.Where(pair => !pair.Value.isfinite().all().item<bool>()).Select(pair => pair.Key));
    }

    [TestMethod]
    public void No_tensor_is_left_behind()
    {
        using var noGrad = no_grad();
        using var encoder = Encoder(ResNet);
        using var image = Normal(6, 1, 3, 64, 64);
        encoder.call(image).Dispose();
        var before = LiveTensors.Count;
        for (var i = 0; i < 3; i++)
            encoder.call(image).Dispose();
        Assert.AreEqual(before, LiveTensors.Count);
    }

    private static ResNetEncoder Encoder(SegSamConfig config, long seed = 1)
    {
        var encoder = (ResNetEncoder)new SegSamNetwork(config).Initialize(seed).ImageEncoder;
        encoder.eval();
        return encoder;
    }
}
