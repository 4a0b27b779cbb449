using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused;

// P prompts, N tokens, C width, E width of the MLP, h heads.

/// <summary>What a layer of the two-way transformer does with tokens alone, those of several prompts at once.</summary>
internal sealed unsafe class FusedTokens
{
    private readonly FusedLinear _query, _key, _value, _output, _widen, _narrow;
    private readonly FusedNorm _norm1, _norm2, _norm3;
    private readonly int _width, _heads;
    private readonly bool _first;

    /// <param name="name">Of the layer, with a dot.</param>
    /// <param name="first">See <see cref="TwoWayBlock"/>.</param>
    public FusedTokens(AlignedMemory memory, ModuleWeights weights, string name, SegSamConfig config, bool first)
    {
        (_width, _heads, _first) = (config.Width, config.DecoderHeads, first);
        _query = new(memory, weights, name + "self_attn.q_proj", 1 / Math.Sqrt(_width / _heads));
        _key = new(memory, weights, name + "self_attn.k_proj");
        _value = new(memory, weights, name + "self_attn.v_proj");
        _output = new(memory, weights, name + "self_attn.out_proj");
        _widen = new(memory, weights, name + "mlp.lin1");
        _narrow = new(memory, weights, name + "mlp.lin2");
        _norm1 = new(memory, weights, name + "norm1", config.DecoderEpsilon);
        _norm2 = new(memory, weights, name + "norm2", config.DecoderEpsilon);
        _norm3 = new(memory, weights, name + "norm3", config.DecoderEpsilon);
    }

    /// <summary>Self-attention and its norm, in place.</summary>
    /// <param name="queries">[P·N,C].</param>
    /// <param name="positions">Likewise.</param>
    public void Attend(int prompts, int tokens, float* queries, float* positions)
    {
        var scratch = Scratch.Empty();
        var (rows, numbers) = (prompts * tokens, prompts * tokens * _width);
        var placed = scratch.Take<float>(numbers);
        if (_first)
            new ReadOnlySpan<float>(queries, numbers).CopyTo(new(placed, numbers));
        else
            Lanes.Over(numbers, new AddRows<float, Singles>(1, queries, 0, positions, 0, placed, 0));
        float* query = scratch.Take<float>(numbers), key = scratch.Take<float>(numbers), value = scratch.Take<float>(numbers);
        _query.Run(rows, placed, _width, query);
        _key.Run(rows, placed, _width, key);
        _value.Run(rows, queries, _width, value);

        var depth = _width / _heads;
        float* turned = scratch.Take<float>(depth * tokens), scores = scratch.Take<float>(tokens * tokens);
        var factors = scratch.Take<float>(tokens);
        for (var i = 0; i < prompts * _heads; i++)
        {
            var start = i / _heads * tokens * _width + i % _heads * depth;
            Transposition.Run(tokens, depth, (uint*)(key + start), _width, (uint*)turned, tokens);
            Singles.Multiply(tokens, tokens, depth, query + start, _width, turned, tokens, scores, tokens, adds: false);
            RowSums.Softmax<float, Singles>(tokens, tokens, scores, tokens, null, 0, scores, tokens, factors);
            Singles.Multiply(tokens, depth, tokens, scores, tokens, value + start, _width, placed + start, _width, adds: false);
            Lanes.Over(depth, new ScaleRows<float, Singles>(tokens, placed + start, _width, factors, placed + start, _width));
        }

        if (_first)
            _output.Run(rows, placed, _width, queries);
        else
            _output.AddTo(rows, placed, _width, query, queries);
        _norm1.Run(rows, queries);
    }

    /// <summary>After the tokens have read the map: the norm, the MLP and its norm, in place.</summary>
    /// <param name="queries">[rows,C].</param>
    public void Think(int rows, float* queries)
    {
        var scratch = Scratch.Empty();
        _norm2.Run(rows, queries);
        float* wide = scratch.Take<float>(rows * _widen.Outputs), sums = scratch.Take<float>(rows * _width);
        _widen.Run<Relu>(rows, queries, _width, wide);
        _narrow.AddTo(rows, wide, _widen.Outputs, sums, queries);
        _norm3.Run(rows, queries);
    }
}
