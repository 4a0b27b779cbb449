using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints.Onnx;

/// <summary>A convolution with the batch norm behind it folded into its weight and bias, which are computed when asked for.</summary>
/// <remarks>
/// γ (w·x − μ) / √(σ² + ε) + β = (f w)·x + (β − f μ) with f = γ / √(σ² + ε), for each output channel (Ioffe and Szegedy 2015, algorithm 2).
/// </remarks>
/// <param name="Name">Of the layer.</param>
/// <param name="Convolution">w [outputs, inputs, side, side].</param>
/// <param name="Scale">γ [outputs], as all below.</param>
/// <param name="Shift">β.</param>
/// <param name="Mean">μ.</param>
/// <param name="Variance">σ².</param>
/// <param name="Epsilon">ε.</param>
internal sealed record FoldedConvolution(
    string Name, OnnxTensor Convolution, OnnxTensor Scale, OnnxTensor Shift, OnnxTensor Mean, OnnxTensor Variance, double Epsilon)
{
    /// <summary>What the input channels, in reverse order, are divided by before they get here; the weight makes up for both.</summary>
    public IReadOnlyList<float>? ReversedInputs { get; init; }

    /// <summary>The tensors that it is computed from.</summary>
    public IEnumerable<OnnxTensor> Parts => [Convolution, Scale, Shift, Mean, Variance];

    /// <returns>[outputs, inputs, side, side], row-major.</returns>
    /// <exception cref="InvalidDataException">A variance is negative or no number, or the file is damaged.</exception>
    public float[] Weight()
    {
        var (stored, factors) = (Convolution.Read(), Factors());
        var (inputs, area) = ((int)Convolution.Shape[1], (int)(Convolution.Shape[2] * Convolution.Shape[3]));
        var weight = new float[stored.Length];
        for (var i = 0; i < weight.Length; i++)
        {
            var (output, input, at) = (i / area / inputs, i / area % inputs, i % area);
            var from = ReversedInputs is null ? i : (output * inputs + inputs - 1 - input) * area + at;
            weight[i] = (float)(stored[from] * factors[output] * (ReversedInputs?[input] ?? 1));
        }

        return weight;
    }

    /// <returns>[outputs].</returns>
    /// <inheritdoc cref="Weight" path="/exception"/>
    public float[] Bias()
    {
        var (factors, shift, mean) = (Factors(), Shift.Read(), Mean.Read());
        return [.. factors.Select((factor, i) => (float)(shift[i] - factor * mean[i]))];
    }

    private double[] Factors()
    {
        var (scale, variance) = (Scale.Read(), Variance.Read());
        return [.. scale.Select((factor, i) => variance[i] + Epsilon is var sum and > 0 ? factor / Math.Sqrt(sum)
            : throw CheckpointError.Invalid($"the ONNX file's tensor {CheckpointError.Quote(Variance.Name)} holds "
                + FormattableString.Invariant($"{variance[i]}; expected variances, which are not negative")))];
    }
}
