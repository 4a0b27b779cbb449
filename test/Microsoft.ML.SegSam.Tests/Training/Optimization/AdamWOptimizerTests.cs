using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training.Optimization;

[TestClass]
public sealed class AdamWOptimizerTests
{
    private const double Decay = 0.02, Clip = 3, Rate = 0.05;
    private const int Steps = 5, Untouched = 2;

    private static readonly long[][] Shapes = [[1], [23], [4, 4], [33, 5], [3, 3, 3, 2], [513, 600]];
    private static readonly double[] Rates = [1, 1, 1, 0.1, 1, 0.1];

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(true, true)]
    [DataRow(false, false)]
    [DataRow(false, true)]
    public void Weights_go_where_double_precision_goes_and_copies_follow(bool inVectors, bool keepsCopies)
    {
        using var scope = NewDisposeScope();
        var expected = InDoublePrecision(keepsCopies);
        var (found, copies) = After(inVectors ? new VectorAdamW(Decay, Clip, threads: 2) : new TorchAdamW(Decay, Clip), keepsCopies);
        for (var i = 0; i < Shapes.Length; i++)
        {
            SmallNetwork.AssertClose(expected[i], found[i], 2e-5, $"weight {i}");
            Assert.AreEqual(keepsCopies && Shapes[i].Length > 1, copies[i] is not null);
            Assert.IsTrue(copies[i] is null || found[i].to(bfloat16).Equals(copies[i]!), $"copy {i}");
        }

        Assert.IsTrue(found[Untouched].Equals(Start(Untouched)), "No decay either.");
        Assert.IsGreaterThan(0.01, (found[0] - Start(0)).abs().max().item<float>(), "Or nothing was tested.");
    }

    [TestMethod]
    public void The_number_of_threads_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var (one, _) = After(new VectorAdamW(Decay, Clip, threads: 1), keepsCopies: true);
        var (three, _) = After(new VectorAdamW(Decay, Clip, threads: 3), keepsCopies: true);
        Assert.IsTrue(one.Zip(three).All(pair => pair.First.Equals(pair.Second)));
    }

    private static Tensor Start(int weight) => SmallNetwork.Normal(100 + weight, Shapes[weight]);

    // What a thread's loss asks for: far more than the clip at first, later less.
    private static Tensor Direction(int weight, int step, int thread) =>
        SmallNetwork.Normal(1000 + 100 * weight + 10 * step + thread, Shapes[weight]) * (step == 0 ? 1 : 1e-3);

    private static (Tensor[] Weights, Tensor?[] Copies) After(IAdamWUpdate update, bool keepsCopies)
    {
        Parameter[] weights = [.. Shapes.Select((_, i) => new Parameter(Start(i)))];
        using var trained = new TrainedWeights(weights, keepsCopies ? weights : null);
        using var optimizer = new AdamWOptimizer(trained, Rates, update);
        Gradients[] threads = [new(trained), new(trained)];
        for (var step = 0; step < Steps; step++)
        {
            for (var thread = 0; thread < threads.Length; thread++)
            {
                threads[thread].Add(Enumerable.Range(0, weights.Length).Where(i => i != Untouched).Select(i =>
                {
                    var leaf = trained.Casts[i] ?? weights[i];
                    return (leaf * Direction(i, step, thread).to(leaf.dtype)).sum(ScalarType.Float32);
                }).Aggregate((sum, next) => sum + next));
            }

            optimizer.Step(threads, Rate);
            foreach (var gradients in threads)
                gradients.Clear();
        }

        return ([.. weights.Select(weight => weight.detach().clone())], [.. trained.Casts.Select(cast => cast?.detach().clone())]);
    }

    private static Tensor[] InDoublePrecision(bool keepsCopies)
    {
        var weights = Shapes.Select((_, i) => Start(i).to(float64)).ToArray();
        var means = weights.Select(weight => zeros_like(weight)).ToArray();
        var squares = weights.Select(weight => zeros_like(weight)).ToArray();
        for (var step = 0; step < Steps; step++)
        {
            var gradients = Shapes.Select((shape, i) => i == Untouched ? zeros(shape, float64) : new[] { 0, 1 }.Select(thread =>
                Direction(i, step, thread).to(keepsCopies && shape.Length > 1 ? bfloat16 : float32).to(float64))
                .Aggregate((sum, next) => sum + next)).ToArray();
            var norm = Math.Sqrt(gradients.Sum(gradient => (gradient * gradient).sum().item<double>()));
            foreach (var i in Enumerable.Range(0, weights.Length).Where(i => i != Untouched))
            {
                var gradient = gradients[i] / Math.Max(1, norm / Clip);
                means[i] = 0.9 * means[i] + 0.1 * gradient;
                squares[i] = 0.999 * squares[i] + 0.001 * gradient * gradient;
                var (mean, square) = (means[i] / (1 - Math.Pow(0.9, step + 1)), squares[i] / (1 - Math.Pow(0.999, step + 1)));
                weights[i] = weights[i] * (1 - Rate * Rates[i] * Decay) - Rate * Rates[i] * mean / (square.sqrt() + 1e-8);
            }
        }

        return weights;
    }
}
