using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Layers;

/// <summary>Against float64, which libtorch computes without oneDNN; in memory that held NaN before.</summary>
[TestClass]
public class ConvolutionTests
{
    [TestMethod]
    [DataRow(17, 16, 3, 1, 1, 64, DisplayName = "17 channels: a map and a mask")]
    [DataRow(31, 16, 3, 1, 1, 32)]
    [DataRow(33, 32, 3, 1, 1, 32)]
    [DataRow(5, 4, 3, 1, 1, 16)]
    [DataRow(16, 17, 3, 1, 1, 64)]
    [DataRow(16, 1, 3, 1, 1, 64)]
    [DataRow(1, 4, 2, 2, 0, 64, DisplayName = "the first of a mask prompt")]
    [DataRow(4, 16, 2, 2, 0, 32, DisplayName = "the second of a mask prompt")]
    [DataRow(16, 24, 1, 1, 0, 32)]
    [DataRow(3, 64, 7, 2, 3, 128, DisplayName = "ResNet's stem")]
    [DataRow(3, 32, 3, 2, 1, 64, DisplayName = "TinyViT's stem")]
    [DataRow(3, 32, 16, 16, 0, 64, DisplayName = "patches of a ViT")]
    [DataRow(32, 32, 3, 1, 1, 32)]
    public void Results_and_gradients_are_right(int inputs, int outputs, int kernel, int stride, int padding, int side)
    {
        Check([4, inputs, side, side], (make, unfolded) =>
            make.Convolution(inputs, outputs, kernel, stride, padding, bias: true, groups: 1, unfolded));
    }

    [TestMethod]
    [DataRow(128, 32, 2, 2, 0, DisplayName = "the first of Tiny's up-scaling")]
    [DataRow(32, 16, 2, 2, 0)]
    [DataRow(16, 8, 2, 2, 0)]
    [DataRow(17, 5, 4, 2, 1)]
    public void So_are_those_of_a_transposed_one(int inputs, int outputs, int kernel, int stride, int padding)
    {
        Check([4, inputs, 16, 16], (make, unfolded) =>
            make.TransposedConvolution(inputs, outputs, kernel, stride, padding, bias: true, unfolded));
    }

    // Of the layer as it is, and computed as a product, in both types, six times each: memory is another one each time.
    private static void Check(long[] shape, Func<LayerFactory, bool, nn.Module<Tensor, Tensor>> make)
    {
        foreach (var unfolded in (bool[])[false, true])
        {
            using var layer = make(LayerFactory.Default, unfolded);
            using var exact = make(new(CPU, ScalarType.Float64), false);
            for (var i = 0; i < 6; i++)
            {
                using var scope = NewDisposeScope();
                var map = randn(shape);
                foreach (var (weight, same) in layer.parameters().Zip(exact.parameters()))
                {
                    using var noGrad = no_grad();
                    weight.copy_(weight.dim() > 1 ? randn(weight.shape) : full(weight.shape, 20f)); // a bias whose gradient is large
                    same.copy_(weight);
                }

                var expected = Compute(exact, map.to(ScalarType.Float64), bfloat16: false);
                AssertClose(expected, Compute(layer, map, bfloat16: false), 1e-4);
                AssertClose(expected, Compute(layer, map, bfloat16: true), 0.04);
            }
        }
    }

    // The result, and the gradients of its sum of squares.
    private static Tensor[] Compute(nn.Module<Tensor, Tensor> layer, Tensor map, bool bfloat16)
    {
        var input = map.detach().requires_grad_();
        Poison();
        using var mode = MixedPrecision.Use(bfloat16);
        var result = layer.call(input);
        Poison();
        var loss = result.to(ScalarType.Float64).square().sum();
        return [result.detach(), .. autograd.grad([loss], [input, .. layer.parameters()])];
    }

    private static void Poison()
    {
        using var scope = NewDisposeScope();
        foreach (var size in (long[])[1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20])
        {
            for (var i = 0; i < 4; i++)
                _ = full([size], float.NaN);
        }
    }

    private static void AssertClose(Tensor[] expected, Tensor[] actual, double tolerance)
    {
        foreach (var (i, (exact, value)) in expected.Zip(actual).Index())
        {
            var difference = (value.to(ScalarType.Float64) - exact).abs().max().item<double>();
            var largest = exact.abs().max().item<double>();
            Assert.IsTrue(difference <= tolerance * largest, // false for NaN
                FormattableString.Invariant($"Value {i}: {difference} off where the largest is {largest}."));
        }
    }
}
