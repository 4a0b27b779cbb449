using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Onnx;

/// <summary>The weights of a network by their names in its state dict, as managed arrays.</summary>
/// <param name="half">Whether files store them as float16: they are rounded to it here, so that nothing is computed of others.</param>
internal sealed class NetworkWeights(SegSamNetwork network, bool half)
{
    private readonly Dictionary<string, Tensor> _state = network.state_dict();

    public bool AreHalf => half;

    public bool Has(string name) => _state.ContainsKey(name);

    public WeightArray Of(string name)
    {
        using var scope = NewDisposeScope();
        var weight = _state[name].detach().to(ScalarType.Float32).cpu().contiguous();
        var values = MemoryMarshal.Cast<byte, float>(weight.bytes).ToArray();
        return new(half ? Array.ConvertAll(values, value => Halved(value, name)) : values, weight.shape);
    }

    private static float Halved(float value, string name) => (float)(Half)value is var halved && float.IsFinite(halved) ? halved
        : throw new InvalidOperationException(
            $"The weights '{name}' are beyond the range of half precision (65,504). Save the model in full precision.");
}

/// <summary>Numbers with their shape, row-major.</summary>
internal sealed record WeightArray(float[] Values, long[] Shape)
{
    /// <summary>[n,m] → [m,n].</summary>
    public WeightArray Transposed()
    {
        var (rows, columns) = ((int)Shape[0], (int)Shape[1]);
        var transposed = new float[Values.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                transposed[column * rows + row] = Values[row * columns + column];
        }

        return new(transposed, [columns, rows]);
    }
}
