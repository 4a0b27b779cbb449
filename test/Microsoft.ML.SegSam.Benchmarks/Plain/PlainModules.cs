using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Plain;

/// <summary>
/// The parts of a network by their names. What both forms compute alike, the plain form borrows; what they do not, it writes out.
/// </summary>
internal sealed class PlainModules(nn.Module root)
{
    private readonly Dictionary<string, nn.Module> _modules = root.named_modules().ToDictionary(pair => pair.name, pair => pair.module);
    private readonly Dictionary<string, Tensor> _parameters =
        root.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter);

    public Tensor this[string parameter] => _parameters[parameter];

    public bool Has(string name) => _modules.ContainsKey(name) || _parameters.ContainsKey(name);

    public Tensor Call(string name, Tensor x) => ((nn.Module<Tensor, Tensor>)_modules[name]).call(x);

    public Tensor Call(string name, Tensor x, Tensor y) => ((nn.Module<Tensor, Tensor, Tensor>)_modules[name]).call(x, y);

    /// <summary>Attention of the official decoder: explicit products over the whole map, again for every prompt.</summary>
    public Tensor Attend(string name, Tensor query, Tensor key, Tensor value, int heads)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = (Split(Call(name + ".q_proj", query)), Split(Call(name + ".k_proj", key)), Split(Call(name + ".v_proj", value)));
        var weights = q.matmul(k.transpose(-2, -1)).Times(1 / Math.Sqrt(q.size(-1))).softmax(-1);
        return Call(name + ".out_proj", weights.matmul(v).transpose(1, 2).flatten(2)).MoveToOuterDisposeScope();

        Tensor Split(Tensor x) => x.reshape(x.size(0), x.size(1), heads, -1).transpose(1, 2);
    }
}
