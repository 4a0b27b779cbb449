using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Layers;

/// <summary>Tries, once per process, whether libtorch convolves channels rightly that do not fill vectors of 16.</summary>
/// <remarks>
/// On x64, libtorch 2.10 computes convolutions with oneDNN 3.7, which pads such channels. On some virtual machines (seen on AMD's family
/// 26) its reorder drops channels and reads memory that nothing was written to: results are wrong, or NaN, without an error. Channels in
/// sixteens, matrix products, and float64, which oneDNN does not compute, are right there.
/// </remarks>
internal static class ConvolutionTrial
{
    /// <summary>What the channels fill that need no padding.</summary>
    public const int Vector = 16;

    private static readonly Lazy<bool> Right = new(() => DoAgree(gradients: false)), GradientsRight = new(() => DoAgree(gradients: true));

    /// <summary>
    /// Whether they are right on this machine's CPU, in float32 and in bfloat16, and so are their gradients where gradients are recorded.
    /// </summary>
    public static bool IsRight => Right.Value && (!is_grad_enabled() || GradientsRight.Value);

    private static bool DoAgree(bool gradients) => Agree(17, 16, kernel: 3, stride: 1, padding: 1, gradients)
        && Agree(1, 4, kernel: 2, stride: 2, padding: 0, gradients) && Agree(4, 16, kernel: 2, stride: 2, padding: 0, gradients);

    // Small whole numbers, whose sums float32 holds exactly, and bfloat16 within its rounding.
    private static bool Agree(long inputs, long outputs, long kernel, long stride, long padding, bool gradients)
    {
        using var inference = inference_mode(!gradients);
        using var mode = set_grad_enabled(gradients);
        using var scope = NewDisposeScope();
        var exact = Compute(ScalarType.Float64);
        return Equal(ScalarType.Float32, 1e-5) && Equal(ScalarType.BFloat16, 0.02);

        bool Equal(ScalarType type, double tolerance) => Compute(type).Zip(exact).All(pair =>
        {
            var (difference, largest) = ((pair.First - pair.Second).abs().max().item<double>(), pair.Second.abs().max().item<double>());
            return difference <= tolerance * largest; // false for NaN
        });

        Tensor[] Compute(ScalarType type)                               // the result, or both gradients of its sum of squares
        {
            var map = Numbers(3, 2, inputs, 32, 32).to(type).requires_grad_(gradients);
            var weight = Numbers(5, outputs, inputs, kernel, kernel).to(type).requires_grad_(gradients);
            var result = nn.functional.conv2d(map, weight, null, [stride, stride], [padding, padding]);
            if (!gradients)
                return [result.to(ScalarType.Float64)];
            var loss = result.to(ScalarType.Float64).Squared().sum();
            return [.. autograd.grad([loss], [map, weight]).Select(value => value.detach().to(ScalarType.Float64))];
        }
    }

    // From -(kinds / 2) to kinds / 2, in turn.
    private static Tensor Numbers(int kinds, params long[] shape)
    {
        var count = shape.Aggregate((product, side) => product * side);
        return tensor([.. Enumerable.Range(0, (int)count).Select(i => (float)(i % kinds - kinds / 2))]).reshape(shape);
    }
}
