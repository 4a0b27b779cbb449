using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Layers;

[TestClass]
public sealed class BatchNormLayerTests
{
    private static readonly LayerFactory Double = new(CPU, ScalarType.Float64);

    [TestMethod]
    public void At_use_a_convolution_is_normalized_by_the_running_statistics()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var module = Randomize(new ConvNorm(Double, 3, 5, kernel: 1));
        module.eval();
        var before = module.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        var map = Normal(40, 2, 3, 4, 6).to(float64);

        var convolved = einsum("oi,bihw->bohw", before["c.weight"].reshape(5, 3), map);
        var expected = (convolved - Each("bn.running_mean")) / (Each("bn.running_var") + 1e-5).sqrt() * Each("bn.weight") + Each("bn.bias");
        AssertClose(expected, module.call(map), 1e-12);
        Assert.IsTrue(module.state_dict().All(pair => pair.Value.Equals(before[pair.Key])), "using it changed it");

        Tensor Each(string name) => before[name].reshape(1, 5, 1, 1);
    }

    [TestMethod]
    public void In_training_the_batchs_statistics_count_and_the_running_ones_follow()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var module = Randomize(Double.BatchNorm(3));
        module.get_buffer("num_batches_tracked")!.fill_(6);
        var (mean, variance) = (module.get_buffer("running_mean")!.clone(), module.get_buffer("running_var")!.clone());
        var map = Normal(41, 2, 3, 4, 6).to(float64) * 3 + 1;
        module.train();
        var found = module.call(map);

        var values = map.transpose(0, 1).flatten(1); // [3,48]
        var batchMean = values.mean([1]);
        var squares = (values - batchMean.unsqueeze(1)).square().sum([1]);
        var normed = (map - batchMean.reshape(1, 3, 1, 1)) / (squares / 48 + 1e-5).sqrt().reshape(1, 3, 1, 1);
        AssertClose(normed * module.Weight.reshape(1, 3, 1, 1) + module.get_parameter("bias")!.reshape(1, 3, 1, 1), found, 1e-12, "output");
        AssertClose(mean * 0.9 + batchMean * 0.1, module.get_buffer("running_mean")!, 1e-12, "running mean");
        AssertClose(variance * 0.9 + squares / 47 * 0.1, module.get_buffer("running_var")!, 1e-12, "running variance");
        Assert.AreEqual(7, module.get_buffer("num_batches_tracked")!.item<long>());
    }

    [TestMethod]
    public void Statistics_move_with_the_module_and_counts_stay_whole_numbers()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var module = Randomize(LayerFactory.Default.BatchNorm(3));
        module.eval();
        var map = Normal(42, 2, 3, 4, 6);
        var before = module.call(map);
        module.to(float64);
        AssertClose(before, module.call(map.to(float64)), 1e-6); // throws where a field still holds the old tensor
        Assert.AreEqual(ScalarType.Int64, module.get_buffer("num_batches_tracked")!.dtype);
    }
}
