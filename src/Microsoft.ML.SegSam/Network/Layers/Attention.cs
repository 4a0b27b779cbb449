using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Layers;

/// <summary>Multi-head attention of SAM's decoder, which may work at a fraction of the width.</summary>
internal sealed class Attention : ScopedModule<Tensor, Tensor, Tensor, Tensor>
{
    // Keys are few where there are more than so many queries for each; our choice, by measurement.
    private const int QueriesForEachOfFewKeys = 16;

    [ComponentName(Name = "q_proj")] private readonly LinearLayer _query;
    [ComponentName(Name = "k_proj")] private readonly LinearLayer _key;
    [ComponentName(Name = "v_proj")] private readonly LinearLayer _value;
    [ComponentName(Name = "out_proj")] private readonly LinearLayer _output;
    private readonly int _heads;

    public Attention(LayerFactory make, int width, int heads, int downsample = 1) : base(nameof(Attention))
    {
        _heads = heads;
        _query = make.Linear(width, width / downsample);
        _key = make.Linear(width, width / downsample);
        _value = make.Linear(width, width / downsample);
        _output = make.Linear(width / downsample, width);
        RegisterComponents();
    }

    // What all prompts share has batch 1: it is projected once.
    protected override Tensor Compute(Tensor query, Tensor key, Tensor value)    // [B,Nq,C] [B,Nk,C] [B,Nk,C] → [B,Nq,C]
    {
        var batch = Math.Max(query.size(0), key.size(0));
        Tensor Heads(LinearLayer projection, Tensor x) => SplitHeads(projection.call(x)).expand(batch, -1, -1, -1);
        var (q, k, v) = (Heads(_query, query), Heads(_key, key), Heads(_value, value));
        return _output.call(key.size(1) * QueriesForEachOfFewKeys < query.size(1)
            ? AttendToFewKeys(q, k, v)
            : functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2));
    }

    // A map that reads tokens: written out, with the map along the rows of memory, which is faster.
    private static Tensor AttendToFewKeys(Tensor query, Tensor key, Tensor value)          // [B,h,Nq,d] [B,h,Nk,d] → [B,Nq,C]
    {
        var weights = key.Times(1 / Math.Sqrt(key.size(-1))).matmul(query.transpose(-2, -1)).softmax(-2); // [B,h,Nk,Nq]
        return value.transpose(-2, -1).matmul(weights).flatten(1, 2).transpose(1, 2);
    }

    private Tensor SplitHeads(Tensor x) => x.reshape(x.size(0), x.size(1), _heads, x.size(2) / _heads).transpose(1, 2);  // [B,h,N,d]
}
