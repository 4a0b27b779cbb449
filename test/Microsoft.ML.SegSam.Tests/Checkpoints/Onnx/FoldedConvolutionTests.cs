using Microsoft.ML.SegSam.Checkpoints.Onnx;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Checkpoints.Onnx;

[TestClass]
public sealed class FoldedConvolutionTests
{
    // Two outputs of two inputs; in a map of one pixel, a kernel of 1 is all there is.
    private static readonly float[] W = [1, 2, 3, 4], Gamma = [6, 10], Beta = [0.5f, -1], Mu = [7, 0.25f], Variance = [8.75f, 24.75f];

    [TestMethod]
    public void A_batch_norm_becomes_a_factor_of_the_weight_and_a_bias() => Fold(null, (weight, bias) =>
    {
        // 6 / sqrt(8.75 + 0.25) = 2 and 10 / sqrt(24.75 + 0.25) = 2; 0.5 - 2 * 7 and -1 - 2 * 0.25
        CollectionAssert.AreEqual(new float[] { 2, 4, 6, 8 }, weight);
        CollectionAssert.AreEqual(new[] { -13.5f, -1.5f }, bias);
    });

    [TestMethod]
    public void Inputs_that_come_in_reverse_and_divided_are_made_up_for() => Fold([10, 100], (weight, bias) =>
    {
        CollectionAssert.AreEqual(new float[] { 4 * 10, 2 * 100, 8 * 10, 6 * 100 }, weight);
        CollectionAssert.AreEqual(new[] { -13.5f, -1.5f }, bias);
    });

    [TestMethod]
    [DataRow(-1f, "-1")]
    [DataRow(float.NaN, "NaN")]
    public void A_variance_that_cannot_be_is_refused(float variance, string shown) => With([variance, 1], fold =>
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(fold.Weight).Message,
            $"'variance' holds {shown}; expected variances"));

    private static void Fold(float[]? divisors, Action<float[], float[]> check) => With(Variance, fold =>
    {
        var reversed = fold with { ReversedInputs = divisors };
        check(reversed.Weight(), reversed.Bias());
    });

    private static void With(float[] variance, Action<FoldedConvolution> use)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "numbers");
        float[] all = [.. W, .. Gamma, .. Beta, .. Mu, .. variance];
        File.WriteAllBytes(path, [.. all.SelectMany(BitConverter.GetBytes)]);
        using var file = File.OpenRead(path);
        use(new("layer", At("w", 0, 2, 2, 1, 1), At("gamma", 4, 2), At("beta", 6, 2), At("mean", 8, 2), At("variance", 10, 2), 0.25));

        OnnxTensor At(string name, int begin, params long[] shape) =>
            new(name, shape, IsFloat: true, new FileBytes(file.SafeFileHandle, name, 4 * begin, 4 * shape[0] * (shape.Length == 1 ? 1 : 2),
                4 * shape[0] * (shape.Length == 1 ? 1 : 2)));
    }
}
