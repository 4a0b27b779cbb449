namespace Microsoft.ML.SegSam.Network.Fused;

/// <summary>Weights of convolutions, as fused forms lay them out.</summary>
internal static class FusedWeights
{
    /// <summary>[channels,n] → [n,channels], for n places of a kernel that convolves each channel by itself.</summary>
    public static float[] TapsFirst(float[] weight, int channels)
    {
        var taps = weight.Length / channels;
        var turned = new float[weight.Length];
        for (var i = 0; i < weight.Length; i++)
            turned[i % taps * channels + i / taps] = weight[i];
        return turned;
    }

    /// <summary>A row of a 3 x 3 kernel: [outputs,inputs,3,3] → [outputs,3·inputs], as three pixels lie side by side.</summary>
    public static float[] RowOf(float[] weight, int row, int outputs)
    {
        var inputs = weight.Length / outputs / 9;
        var side = new float[outputs * 3 * inputs];
        for (var i = 0; i < side.Length; i++)
        {
            var (output, column, input) = (i / (3 * inputs), i / inputs % 3, i % inputs);
            side[i] = weight[(output * inputs + input) * 9 + row * 3 + column];
        }

        return side;
    }

    /// <summary>A convolution of more inputs, which have no effect: [outputs,inputs,3,3] → [outputs,padded,3,3].</summary>
    public static float[] Padded(float[] weight, int inputs, int padded)
    {
        return padded == inputs ? weight
            : [.. weight.Chunk(inputs * 9).SelectMany(output => output.Concat(new float[(padded - inputs) * 9]))];
    }

    /// <summary>
    /// What two pixels side by side add to an output of a transposed 4 x 4 convolution that doubles the sides:
    /// [inputs,outputs,4,4] → [outputs,2·inputs].
    /// </summary>
    /// <param name="row">Of the kernel.</param>
    /// <param name="column">Of the kernel, for the left pixel; the right one's is two to the left.</param>
    public static float[] PairOf(float[] weight, int row, int column, int outputs)
    {
        var inputs = weight.Length / outputs / 16;
        var pair = new float[outputs * 2 * inputs];
        for (var input = 0; input < inputs; input++)
        {
            for (var output = 0; output < outputs; output++)
            {
                var (from, to) = ((input * outputs + output) * 16 + row * 4 + column, output * 2 * inputs + input);
                (pair[to], pair[to + inputs]) = (weight[from], weight[from - 2]);
            }
        }

        return pair;
    }
}
