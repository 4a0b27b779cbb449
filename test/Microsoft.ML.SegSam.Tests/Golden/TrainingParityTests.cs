using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using Microsoft.ML.SegSam.Training.Optimization;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>SAM-Med2D's training: loss, gradients and optimizer steps on one batch.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class TrainingParityTests
{
    private const string Files = "*_train.safetensors", Group = "Training";
    private const double NoClipping = 1e30;

    public static IEnumerable<object[]> Batches => GoldenFolder.Cases(Files, ".loss");

    public static IEnumerable<object[]> Optimizers => GoldenFolder.Cases(Files, ".losses");

    [TestMethod]
    [DynamicData(nameof(Batches))]
    public void Loss_and_gradients_agree(string file, string prompts)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFolder.Open(file);
        var gradients = GoldenFolder.Open(file.Replace("_train.", "_train_grads.", StringComparison.Ordinal));
        foreach (var precision in Precision.Both)
        {
            using var training = new GoldenTraining(file, precision);
            var pass = training.Forward(prompts);
            var compare = new Comparison(Group, golden, precision);
            compare.CheckRelative("loss", prompts + ".loss", pass.Loss, Allowed.LossRelative);
            compare.CheckRelative("focal", prompts + ".focal", pass.Parts.Focal, Allowed.LossRelative);
            compare.CheckRelative("dice", prompts + ".dice", pass.Parts.Dice, Allowed.LossRelative);
            compare.CheckRelative("maskiou", prompts + ".maskiou", pass.Parts.Quality, Allowed.LossRelative);
            compare.Check("predicted IoU of the best mask", prompts + ".iou", pass.Quality, Allowed.Quality);
            compare.Check("logits of the best mask", prompts + ".low_res", pass.LowRes, Allowed.Block);

            training.Gradients.Add(pass.Loss);
            foreach (var tensor in gradients.Names.Where(tensor => tensor.StartsWith(prompts + ".", StringComparison.Ordinal)))
            {
                var name = tensor[(prompts.Length + 1)..];
                var index = training.Weights.ToList().FindIndex(weight => weight.Name == name);
                Assert.IsTrue(index >= 0 && training.Gradients.Of(index).Any(), $"{name} has a gradient upstream, and none here.");
                CheckGradient(precision, tensor, gradients.Tensor(tensor), training.Gradients.Of(index).Single());
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Optimizers))]
    public void Steps_of_an_optimizer_agree(string file, string optimizer)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFolder.Open(file);
        var (rate, decay, allowed) = Settings(optimizer);
        foreach (var precision in Precision.Both.Where(precision => golden.Has($"{optimizer}.losses{precision.Suffix}")))
        {
            using var training = new GoldenTraining(file, precision);
            using var step = new AdamWOptimizer(training.Trained, decay, NoClipping, threads: 2);
            var expected = golden.Tensor($"{optimizer}.losses{precision.Suffix}");
            var losses = new double[expected.size(0)];
            for (var i = 0; i < losses.Length; i++)
            {
                using var inner = NewDisposeScope();
                var loss = training.Forward("boxes").Loss;
                losses[i] = loss.to(float64).item<double>();
                training.Gradients.Add(loss);
                step.Step([training.Gradients], rate);
                training.Gradients.Clear();
                if (i == 0 && precision == Precision.Single)
                    CheckWeights(file, optimizer, training);
            }

            Parity.Check(Group, $"loss over {losses.Length} steps, {optimizer} (relative)", precision, optimizer,
                ones_like(expected), tensor(losses) / expected, precision.Allow(allowed));
        }
    }

    // Softmax takes no notice of the keys' bias, so its gradient is rounding alone.
    private static void CheckGradient(Precision precision, string name, Tensor expected, Tensor actual)
    {
        if (name.EndsWith(".k_proj.bias", StringComparison.Ordinal))
            Parity.Check(Group, "gradients that are only rounding error, k_proj.bias", precision, name, expected, actual, Allowed.Rounding);
        else // there are none in float64, so the float32 ones are the reference of both
            Parity.CheckRelative(Group, "gradients (relative to the tensor's largest)",
                precision, name, expected, actual, Allowed.GradientRelative);
    }

    // The first step moves each number by the rate times its gradient's sign: where the gradient is next to nothing, rounding decides.
    private static void CheckWeights(string file, string optimizer, GoldenTraining training)
    {
        var golden = GoldenFolder.Open(file);
        var gradients = GoldenFolder.Open(file.Replace("_train.", "_train_grads.", StringComparison.Ordinal));
        var prefix = optimizer + ".after1.";
        var names = golden.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);
        foreach (var name in names)
        {
            var (expected, actual) = (golden.Tensor(prefix + name), training.Value(name));
            if (gradients.Has("boxes." + name))
            {
                var size = gradients.Tensor("boxes." + name).abs();
                var sure = size.ge(size.max().Times(1e-5));
                (expected, actual) = (expected[sure], actual[sure]);
            }

            Parity.Check(Group, "weights after the first step", Precision.Single,
                $"{optimizer}, {name}",
                expected, actual, Allowed.StepWeight);
        }
    }

    /// <summary>As the README of the golden folder tells them; the files do not.</summary>
    private static (double Rate, double Decay, double Allowed) Settings(string optimizer) => optimizer switch
    {
        "adam" => (1e-4, 0, Allowed.StepLossRelative),
        "adamw" => (1e-4, 0.01, Allowed.StepLossRelative),
        "adamw_lr3e3" => (3e-3, 0.05, Allowed.FastStepLossRelative),
        _ => throw new NotSupportedException(
            $"The settings of '{optimizer}' are not known here: "
            + "add them from the README of the golden folder."),
    };
}
