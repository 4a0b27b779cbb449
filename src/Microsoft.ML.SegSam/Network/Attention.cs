using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Multi-head attention of SAM's decoder, which may work at a fraction of the width.</summary>
internal sealed class Attention : ScopedModule<Tensor, Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "q_proj")] private readonly Linear _query;
    [ComponentName(Name = "k_proj")] private readonly Linear _key;
    [ComponentName(Name = "v_proj")] private readonly Linear _value;
    [ComponentName(Name = "out_proj")] private readonly Linear _output;
    private readonly int _heads;

    public Attention(Layers make, int width, int heads, int downsample = 1) : base(nameof(Attention))
    {
        _heads = heads;
        _query = make.Linear(width, width / downsample);
        _key = make.Linear(width, width / downsample);
        _value = make.Linear(width, width / downsample);
        _output = make.Linear(width / downsample, width);
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor query, Tensor key, Tensor value)    // [B,Nq,C] [B,Nk,C] [B,Nk,C] → [B,Nq,C]
    {
        var attended = functional.scaled_dot_product_attention(
            SplitHeads(_query.call(query)), SplitHeads(_key.call(key)), SplitHeads(_value.call(value)));
        return _output.call(attended.transpose(1, 2).flatten(2));
    }

    /// <summary>Mean over the heads of the attention weights: [B,Nq,Nk]. A diagnostic; costs the products once more.</summary>
    public Tensor Weights(Tensor query, Tensor key)
    {
        using var scope = NewDisposeScope();
        var (q, k) = (SplitHeads(_query.call(query)), SplitHeads(_key.call(key)));
        var logits = q.matmul(k.transpose(-2, -1)).Times(1 / Math.Sqrt(q.size(-1)));
        return logits.softmax(-1).mean([1]).MoveToOuterDisposeScope();
    }

    private Tensor SplitHeads(Tensor x) => x.reshape(x.size(0), x.size(1), _heads, x.size(2) / _heads).transpose(1, 2);  // [B,h,N,d]
}
