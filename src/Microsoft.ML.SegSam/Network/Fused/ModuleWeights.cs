using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Fused;

/// <summary>A module's weights by their names, as float32 arrays.</summary>
internal sealed class ModuleWeights(nn.Module module)
{
    private readonly Dictionary<string, Tensor> _state = module.state_dict();

    public float[] Of(string name)
    {
        using var scope = NewDisposeScope();
        var weight = _state[name].detach().to(ScalarType.Float32).contiguous();
        return MemoryMarshal.Cast<byte, float>(weight.bytes).ToArray();
    }

    /// <summary>A convolution without bias, and the batch normalization after it, as one convolution.</summary>
    /// <param name="name">Of both.</param>
    /// <returns>[outputs,...] as in the convolution, and a bias for each output.</returns>
    public (float[] Weight, float[] Bias) Folded(string name, double epsilon)
    {
        float[] weight = Of(name + ".c.weight"), scale = Of(name + ".bn.weight"), bias = Of(name + ".bn.bias");
        float[] mean = Of(name + ".bn.running_mean"), variance = Of(name + ".bn.running_var");
        var size = weight.Length / scale.Length;
        for (var output = 0; output < scale.Length; output++)
        {
            var factor = scale[output] / Math.Sqrt(variance[output] + epsilon);
            for (var i = output * size; i < (output + 1) * size; i++)
                weight[i] = (float)(weight[i] * factor);
            bias[output] = (float)(bias[output] - mean[output] * factor);
        }

        return (weight, bias);
    }
}
