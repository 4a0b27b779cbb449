using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Encoder;

/// <summary>Stages of 4, 6 and 8 channels at strides 4, 8 and 16 of an input of 64, and fine maps of 16 / 4 and 16 / 8.</summary>
[TestClass]
public sealed class FinePyramidTests
{
    private const int Width = 16, Grid = 4;

    [TestMethod]
    public void It_adds_fine_maps_to_the_coarse_one_and_leaves_that_as_it_is()
    {
        using var scope = NewDisposeScope();
        using var pyramid = Create();
        var map = Normal(1, 2, Width, Grid, Grid);
        var packed = pyramid.call(map, Stages());
        CollectionAssert.AreEqual(new long[] { 2, 4 * Width, Grid, Grid }, packed.shape);
        Assert.IsTrue(packed.narrow(1, 0, Width).Equals(map));
    }

    [TestMethod]
    public void A_fine_pixel_sees_its_neighbors_in_its_own_stage_and_all_about_it_in_the_coarsest()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var pyramid = Create();
        var map = zeros(2, Width, Grid, Grid);
        var before = Fine(Stages());
        var near = Changed(0, Stages(fourth => fourth[0, 0, 8, 8] = 50f));
        Assert.IsTrue(near.narrow(0, 6, 5).narrow(1, 6, 5).gt(0).any().item<bool>());
        near[TensorIndex.Slice(6, 11), TensorIndex.Slice(6, 11)] = 0f; // two convolutions of 3 x 3
        Assert.AreEqual(0f, near.max().item<float>());
        var far = Changed(0, Stages(sixteenth: map16 => map16[0, 0, 2, 2] = 50f)); // pixels 8 to 11, twice interpolated and smoothed
        Assert.IsGreaterThan(25, far.gt(0).to(int64).sum().item<long>());
        Assert.AreEqual(0f, Changed(1, Stages(fourth => fourth[0, 0, 8, 8] = 50f)).max().item<float>(), "Images do not see each other.");

        Tensor Changed(int image, Tensor[] stages) => (Fine(stages) - before)[image].abs().sum([0]);  // [16,16]

        // Of the packed sixteen parts of a pixel, the map [2,2,16,16].
        Tensor Fine(Tensor[] stages)
        {
            var fine = FineMaps.Unpack(pyramid.call(map, stages).flatten(2).transpose(1, 2).contiguous(), Width).Fourfold;
            return fine.reshape(2, Grid, Grid, 2, 2, 2, 2, -1).permute(0, 7, 1, 3, 5, 2, 4, 6).reshape(2, -1, 4 * Grid, 4 * Grid);
        }
    }

    private static FinePyramid Create()
    {
        var pyramid = new FinePyramid(LayerFactory.Default, [4, 6, 8], width: 5, outputs: Width);
        using var noGrad = no_grad();
        foreach (var (i, (_, weight)) in pyramid.named_parameters().Index())
            weight.copy_(Normal(10 + i, weight.shape).abs() * 0.3); // no pixel is cut off by ReLU
        return pyramid;
    }

    private static Tensor[] Stages(Action<Tensor>? fourth = null, Action<Tensor>? sixteenth = null)
    {
        Tensor[] stages = [Normal(2, 2, 4, 16, 16).abs(), Normal(3, 2, 6, 8, 8).abs(), Normal(4, 2, 8, 4, 4).abs()];
        fourth?.Invoke(stages[0]);
        sixteenth?.Invoke(stages[2]);
        return stages;
    }
}
