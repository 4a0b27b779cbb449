using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training.Optimization;

[TestClass]
public sealed class AdamWOptimizerTests
{
    private const double Decay = 0.02, Clip = 3, Rate = 0.05;
    private const int Steps = 5;
    private const int Untouched = 2, OfOneThread = 1, UsedTwice = 4; // by a copy and, if there is one, by the weight itself

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

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void What_is_no_number_is_not_hidden(bool inVectors)
    {
        using var scope = NewDisposeScope();
        Parameter[] weights = [new(ones(3)), new(ones(40))];
        using var trained = new TrainedWeights(weights);
        using var gradients = new Gradients(trained);
        using var optimizer = new AdamWOptimizer(
            trained, null, inVectors ? new VectorAdamW(Decay, Clip, threads: 1) : new TorchAdamW(Decay, Clip));
        gradients.Add((weights[0] * float.NaN).sum() + weights[1].sum());
        optimizer.Step([gradients], Rate);
        Assert.IsTrue(weights.All(weight => weight.isnan().all().item<bool>()), "The norm of all is no number either.");
    }

    [TestMethod]
    public void A_second_copy_of_a_weight_is_refused_and_takes_no_place()
    {
        Parameter[] weights = [new(ones(2, 2)), new(ones(3, 3))];
        using var scope = NewDisposeScope();
        using (new TrainedWeights([weights[1]], [weights[1]]))
        {
            var failure = Assert.ThrowsExactly<InvalidOperationException>(() => new TrainedWeights(weights, weights));
            Assert.Contains("A copy of this weight is in use already", failure.Message);
        }

        using var again = new TrainedWeights(weights, weights);
        Assert.IsTrue(again.Casts.All(cast => cast is not null));
    }

    private static Tensor Start(int weight) => SmallNetwork.Normal(100 + weight, Shapes[weight]);

    // What a thread's loss asks for: far more than the clip at first, later less.
    private static Tensor Direction(int weight, int step, int thread) =>
        SmallNetwork.Normal(1000 + 100 * weight + 10 * step + thread, Shapes[weight]) * (step == 0 ? 1 : 1e-3);

    private static bool IsTouched(int weight, int thread) => weight != Untouched && (weight != OfOneThread || thread == 1);

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
                threads[thread].Add(Enumerable.Range(0, weights.Length).Where(i => IsTouched(i, thread)).Select(i =>
                {
                    var leaf = trained.Casts[i] ?? weights[i];
                    var loss = (leaf * Direction(i, step, thread).to(leaf.dtype)).sum(ScalarType.Float32);
                    return keepsCopies && i == UsedTwice ? loss + (weights[i] * Direction(i, step, thread + 2)).sum() : loss;
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
            var gradients = Shapes.Select((shape, i) => new[] { 0, 1 }.Where(thread => IsTouched(i, thread)).Select(thread =>
            {
                var gradient = Direction(i, step, thread).to(keepsCopies && shape.Length > 1 ? bfloat16 : float32).to(float64);
                return keepsCopies && i == UsedTwice ? gradient + Direction(i, step, thread + 2) : gradient;
            }).Aggregate(zeros(shape, float64), (sum, next) => sum + next)).ToArray();
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
