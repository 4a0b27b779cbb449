using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training;

[TestClass]
public sealed class WeightSnapshotTests
{
    [TestMethod]
    public void The_weights_come_back_as_they_were_at_the_last_update()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(SmallNetwork.Config);
        using var snapshot = new WeightSnapshot(network);
        Change(network, 1);
        var kept = network.parameters().Select(weight => weight.detach().clone()).ToList();
        snapshot.Update();
        Change(network, -3);
        snapshot.Restore();
        Assert.IsTrue(network.parameters().Zip(kept).All(pair => pair.First.Equals(pair.Second)));
    }

    [TestMethod]
    public void Without_an_update_they_come_back_as_they_were_at_first()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(SmallNetwork.Config);
        var kept = network.parameters().Select(weight => weight.detach().clone()).ToList();
        using var snapshot = new WeightSnapshot(network);
        Change(network, 1);
        snapshot.Restore();
        Assert.IsTrue(network.parameters().Zip(kept).All(pair => pair.First.Equals(pair.Second)));
    }

    [TestMethod]
    public void Running_statistics_come_back_with_the_weights_that_they_belong_to()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(SmallNetwork.TinyVit);
        var kept = network.ImageEncoder.named_buffers().ToDictionary(pair => pair.name, pair => pair.buffer.clone());
        using var snapshot = new WeightSnapshot(network);
        network.ImageEncoder.call(SmallNetwork.Normal(1, 2, 3, 64, 64));
        Assert.IsFalse(network.ImageEncoder.named_buffers().Any(pair => pair.buffer.Equals(kept[pair.name])));
        snapshot.Restore();
        Assert.IsTrue(network.ImageEncoder.named_buffers().All(pair => pair.buffer.Equals(kept[pair.name])));
    }

    private static void Change(SegSamNetwork network, double by)
    {
        using var noGrad = no_grad();
        foreach (var weight in network.parameters())
            weight.add_(by);
    }
}
