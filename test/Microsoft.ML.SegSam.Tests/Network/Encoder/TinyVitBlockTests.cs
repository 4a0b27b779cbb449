using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Encoder;

/// <summary>TinyViT's blocks against sums written out, in float64.</summary>
[TestClass]
public sealed class TinyVitBlockTests
{
    private static readonly LayerFactory Double = new(CPU, ScalarType.Float64);

    [TestMethod]
    public void Window_attention_is_the_sum_written_out_token_by_token()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        const int window = 3, heads = 2, depth = 4, width = heads * depth, tokens = window * window;
        using var attention = Randomize(new WindowAttention(Double, width, heads, window));
        var weights = attention.state_dict();
        var windows = Normal(30, 2, window, window, width).to(float64);
        var found = attention.call(windows);

        for (var n = 0; n < 2; n++)
        {
            var qkv = Enumerable.Range(0, tokens)
                .Select(i => Rows(weights, "qkv", Normed(weights, "norm", windows[n, i / window, i % window]))).ToArray();
            var joined = zeros([tokens, width], float64);
            for (var head = 0; head < heads; head++)
            {
                // A head's query, key and value lie side by side: 3d numbers, then the next head's.
                Tensor Part(int token, int which) => qkv[token].narrow(0, (3 * head + which) * depth, depth);
                for (var query = 0; query < tokens; query++)
                {
                    var exponentials = Enumerable.Range(0, tokens).Select(key =>
                    {
                        var (rows, columns) = (Math.Abs(query / window - key / window), Math.Abs(query % window - key % window));
                        var bias = weights["attention_biases"][head, rows * window + columns].item<double>();
                        return Math.Exp(Part(query, 0).dot(Part(key, 1)).item<double>() / Math.Sqrt(depth) + bias);
                    }).ToArray();
                    for (var key = 0; key < tokens; key++)
                        joined[query].narrow(0, head * depth, depth).add_(Part(key, 2) * (exponentials[key] / exponentials.Sum()));
                }
            }

            for (var i = 0; i < tokens; i++)
                AssertClose(Rows(weights, "proj", joined[i]), found[n, i / window, i % window], 1e-12, $"window {n}, token {i}");
        }
    }

    [TestMethod]
    public void A_block_pads_its_windows_with_zeros_and_replaces_by_convolution_between_attention_and_mlp()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        const int window = 3, width = 8;
        using var block = Randomize(new TinyVitBlock(Double, new TinyVitStage(width, 1, 2, window), mlpRatio: 2));
        block.eval();
        var weights = block.state_dict();
        var attention = block.named_children().Select(child => child.module).OfType<WindowAttention>().Single();
        var map = Normal(31, 1, width, 2, 4).to(float64); // two windows, both with padding

        var padded = zeros([2, window, window, width], float64);
        for (var (y, x) = (0, 0); y < 2; (y, x) = x == 3 ? (y + 1, 0) : (y, x + 1))
            padded[x / window, y, x % window].copy_(map[0, .., y, x]);
        var attended = attention.call(padded);
        var sum = zeros_like(map);
        for (var (y, x) = (0, 0); y < 2; (y, x) = x == 3 ? (y + 1, 0) : (y, x + 1))
            sum[0, .., y, x].copy_(map[0, .., y, x] + attended[x / window, y, x % window]);
        var mixed = BatchNormed(weights, "local_conv", Neighborhood(weights["local_conv.c.weight"], sum));
        var expected = mixed.clone();
        for (var (y, x) = (0, 0); y < 2; (y, x) = x == 3 ? (y + 1, 0) : (y, x + 1))
            expected[0, .., y, x].add_(
                Rows(weights, "mlp.fc2", Gelu(Rows(weights, "mlp.fc1", Normed(weights, "mlp.norm", mixed[0, .., y, x])))));
        AssertClose(expected, block.call(map), 1e-12);
    }

    [TestMethod]
    public void A_mobile_block_widens_mixes_narrows_and_adds()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        const int width = 3;
        using var block = Randomize(new MobileBlock(Double, width));
        block.eval();
        var weights = block.state_dict();
        var map = Normal(32, 2, width, 4, 5).to(float64);

        var wide = Gelu(BatchNormed(weights, "conv1", Pixelwise(weights["conv1.c.weight"], map)));
        var mixed = Gelu(BatchNormed(weights, "conv2", Neighborhood(weights["conv2.c.weight"], wide)));
        var expected = Gelu(map + BatchNormed(weights, "conv3", Pixelwise(weights["conv3.c.weight"], mixed)));
        AssertClose(expected, block.call(map), 1e-12);
    }

    [TestMethod]
    public void A_mobile_block_adds_nothing_at_first()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(TinyVit);
        network.eval();
        var block = network.modules().OfType<MobileBlock>().First();
        var map = Normal(33, 1, 8, 4, 4);
        AssertClose(Gelu(map), block.call(map), 1e-6);
    }

    private static Tensor Gelu(Tensor x) => x * 0.5 * (1 + (x / Math.Sqrt(2)).erf());

    private static Tensor Rows(IDictionary<string, Tensor> weights, string name, Tensor x) =>
        weights[name + ".weight"].mv(x) + weights[name + ".bias"];

    private static Tensor Normed(IDictionary<string, Tensor> weights, string name, Tensor x)
    {
        var centered = x - x.mean();
        return centered / (centered.square().mean() + 1e-5).sqrt() * weights[name + ".weight"] + weights[name + ".bias"];
    }

    private static Tensor BatchNormed(IDictionary<string, Tensor> weights, string name, Tensor map)
    {
        return (map - Each("running_mean")) / (Each("running_var") + 1e-5).sqrt() * Each("weight") + Each("bias");

        Tensor Each(string part) => weights[$"{name}.bn.{part}"].reshape(1, -1, 1, 1);
    }

    private static Tensor Pixelwise(Tensor kernel, Tensor map) => einsum("oi,bihw->bohw", kernel.flatten(1), map);

    /// <summary>Each channel's 3 x 3 neighborhood, nine shifted maps one after another.</summary>
    private static Tensor Neighborhood(Tensor kernel, Tensor map)
    {
        var padded = nn.functional.pad(map, [1, 1, 1, 1]);
        var sum = zeros_like(map);
        for (var place = 0; place < 9; place++)
            sum += padded.narrow(2, place / 3, map.size(2)).narrow(3, place % 3, map.size(3))
                * kernel[.., 0, place / 3, place % 3].reshape(1, -1, 1, 1);
        return sum;
    }
}
