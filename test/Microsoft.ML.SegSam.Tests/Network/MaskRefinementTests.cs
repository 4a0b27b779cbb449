using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

/// <summary>Convolutions over the up-scaled map (method, 4.5).</summary>
[TestClass]
public sealed class MaskRefinementTests
{
    private static readonly MaskContext Context = new(Fine: null, Prior: null);

    [TestMethod]
    public void Masks_begin_as_without_it()
    {
        using var scope = NewDisposeScope();
        using var plain = new Upscaling(LayerFactory.Default, ResNet with { RefinementDepth = 0 });
        using var refined = new Upscaling(LayerFactory.Default, ResNet);
        Fill(refined);
        using var noGrad = no_grad();
        foreach (var (name, weight) in plain.state_dict())
            weight.copy_(refined.state_dict()[name]);
        Clear(refined, name => name.Contains(".second.", StringComparison.Ordinal));
        var pixels = Normal(1, 2, 16, ResNet.Width);
        Assert.IsTrue(plain.call(pixels, Context).allclose(refined.call(pixels, Context with { Prior = Normal(2, 2, 1, 16, 16) })));
    }

    [TestMethod]
    public void A_pixel_of_the_prompts_mask_is_seen_by_its_neighbors_alone()
    {
        const int Reach = 4; // twice two convolutions
        using var scope = NewDisposeScope();
        using var upscaling = new Upscaling(LayerFactory.Default, ResNet);
        Fill(upscaling);
        var pixels = Normal(1, 1, 16, ResNet.Width);
        var (without, with) = (zeros(1, 1, 16, 16), zeros(1, 1, 16, 16));
        with[0, 0, 9, 6] = 8;
        var change = (upscaling.call(pixels, Context with { Prior = with }) - upscaling.call(pixels, Context with { Prior = without }))
            .abs().sum(-1).reshape(16, 16);
        for (var y = 0; y < 16; y++)
        {
            for (var x = 0; x < 16; x++)
            {
                var distance = Math.Max(Math.Abs(y - 9), Math.Abs(x - 6));
                if (distance > Reach)
                    Assert.AreEqual(0, change[y, x].item<float>(), $"{x} {y}");
                else if (distance <= 1)
                    Assert.IsGreaterThan(0f, change[y, x].item<float>(), $"{x} {y}");
            }
        }
    }

    private static void Fill(nn.Module module)
    {
        using var noGrad = no_grad();
        foreach (var (i, (_, weight)) in module.named_parameters().Index())
            weight.copy_(Normal(10 + i, weight.shape) * 0.3);
    }

    private static void Clear(nn.Module module, Func<string, bool> isChosen)
    {
        using var noGrad = no_grad();
        foreach (var (name, weight) in module.named_parameters())
        {
            if (isChosen(name))
                weight.zero_();
        }
    }
}
