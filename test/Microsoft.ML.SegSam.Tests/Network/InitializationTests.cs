using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

[TestClass]
public sealed class InitializationTests
{
    [TestMethod]
    public void The_same_seed_gives_the_same_weights_and_another_seed_others()
    {
        using var scope = NewDisposeScope();
        using var one = new SegSamNetwork(Config).Initialize(5);
        random.manual_seed(77); // the global generator plays no part
        using var same = new SegSamNetwork(Config).Initialize(5);
        using var other = new SegSamNetwork(Config).Initialize(6);
        var (weights, sames, others) = (one.state_dict(), same.state_dict(), other.state_dict());
        Assert.IsTrue(weights.All(pair => pair.Value.Equals(sames[pair.Key])));
        Assert.IsFalse(weights["mask_decoder.mask_tokens.weight"].Equals(others["mask_decoder.mask_tokens.weight"]));
    }

    [TestMethod]
    [DataRow(SegSamAdapter.None)]
    [DataRow(SegSamAdapter.Bottleneck)]
    [DataRow(SegSamAdapter.LowRank)]
    [DataRow(SegSamAdapter.SamMed2D)]
    public void Every_weight_is_filled(SegSamAdapter adapter)
    {
        using var scope = NewDisposeScope();
        using var network = new SegSamNetwork(
            Config with { Adapter = adapter, TextLayerScale = 0.1, TextConditioning = TextConditioning.ImageAndPrompt });
        using (no_grad())
        {
            foreach (var weight in network.state_dict().Values)
                weight.fill_(double.NaN);
        }

        network.Initialize(1);
        Assert.IsEmpty(network.state_dict().Where(pair => !pair.Value.isfinite().all().item<bool>()).Select(pair => pair.Key));
    }

    [TestMethod]
    [DataRow(SegSamAdapter.Bottleneck)]
    [DataRow(SegSamAdapter.LowRank)]
    public void Our_adapters_leave_the_encoder_as_it_is_at_first_and_move_it_then(SegSamAdapter adapter)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var plain = Create(Config);
        using var adapted = Create(Config with { Adapter = adapter });
        var weights = adapted.state_dict();
        foreach (var (name, value) in plain.state_dict())
            weights[name].copy_(value);
        var image = Normal(3, 1, 3, 64, 64);
        var expected = plain.Encode(image);
        AssertClose(expected, adapted.Encode(image), 0);
        foreach (var (_, weight) in adapted.named_parameters()
            .Where(pair => pair.name.Contains(".Adapter.") && pair.name.EndsWith("up.weight")))
        {
            weight.fill_(0.1);
        }

        Assert.IsGreaterThan(1e-3, (adapted.Encode(image) - expected).abs().max().item<float>());
    }

    [TestMethod]
    public void Presence_tokens_start_different_from_each_other()
    {
        using var scope = NewDisposeScope();
        using var network = new SegSamNetwork(Config).Initialize(1);
        var tokens = network.get_parameter("semantic_decoder.presence_tokens.weight")!;
        var distances = cdist(tokens, tokens) + 1e9 * eye(tokens.size(0));
        Assert.IsGreaterThan(1f, distances.min().item<float>());
    }
}
