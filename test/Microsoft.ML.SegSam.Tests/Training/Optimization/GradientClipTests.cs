using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training.Optimization;

[TestClass]
public sealed class GradientClipTests
{
    private const double Decay = 0.01, Rate = 0.1;

    // The norm of both weights' gradients together: 0.5, 10, 0.5.
    private static readonly double[] Norms = [0.5, 10, 0.5];

    [TestMethod]
    public void A_gradient_longer_than_the_limit_counts_as_one_of_the_limit_and_others_as_they_are()
    {
        using var scope = NewDisposeScope();
        var clipped = After(clip: 1, Norms);
        SmallNetwork.AssertClose(After(clip: 1e9, [0.5, 1, 0.5]), clipped, 1e-6);
        Assert.IsGreaterThan(1e-3f, (After(clip: 1e9, Norms) - clipped).abs().max().item<float>(),
            "Without the limit the weights go elsewhere.");
    }

    [TestMethod]
    public void A_weight_with_a_tenth_of_the_rate_goes_a_tenth_as_far()
    {
        using var scope = NewDisposeScope();
        var (full, slow) = (After(clip: 1, [2]), After(clip: 1, [2], rates: [1, 0.1]));
        SmallNetwork.AssertClose(full[..6], slow[..6], 0);
        SmallNetwork.AssertClose((full[6..] - 1) * 0.1, slow[6..] - 1, 1e-6);
    }

    private static Tensor After(double clip, double[] norms, double[]? rates = null)
    {
        Parameter[] weights = [new(ones(2, 3)), new(ones(4))];
        using var trained = new TrainedWeights(weights);
        using var gradients = new Gradients(trained);
        using var optimizer = new AdamWOptimizer(trained, Decay, clip, threads: 1, rates);
        foreach (var (i, norm) in norms.Index())
        {
            var direction = torch.tensor([.. Enumerable.Range(0, 10).Select(each => MathF.Sin(each + i))]);
            direction = direction / direction.norm() * norm;
            gradients.Add((weights[0].flatten() * direction[..6]).sum() + (weights[1] * direction[6..]).sum());
            optimizer.Step([gradients], Rate);
            gradients.Clear();
        }

        return cat([.. weights.Select(weight => weight.detach().flatten())]);
    }
}
