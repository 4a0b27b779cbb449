using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused;

// N tokens, C width, D inner width, h heads, d = D/h; J = N·h, numbered token by token, M = J rounded up to whole vectors.

/// <summary>
/// Attention between few tokens and a map, whose side of the map needs no projection: the tokens' queries or keys are multiplied with the
/// map's weights first, and become J columns that pixels are multiplied with; their values likewise.
/// </summary>
internal sealed unsafe class FusedCrossAttention<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private readonly FusedLinear _tokens, _output;
    private readonly FusedLinear? _tokenValues;         // where the map reads the tokens
    private readonly float* _mapWeight, _mapBias;       // [D,C], [D]: of the map's queries or keys
    private readonly float* _valueWeight, _valueBias;   // [C,D], [D]: of the map's values; null where the map reads
    private readonly float* _outputWeight;              // [D,C]
    private readonly int _heads, _width, _inner;

    /// <param name="name">Of the attention, with a dot.</param>
    /// <param name="mapReads">Whether pixels are the queries.</param>
    public FusedCrossAttention(AlignedMemory memory, ModuleWeights weights, string name, int heads, bool mapReads)
    {
        var (ofTokens, ofMap) = mapReads ? ("k_proj", "q_proj") : ("q_proj", "k_proj");
        _heads = heads;
        _inner = weights.Of(name + "q_proj.bias").Length;
        _width = weights.Of(name + "out_proj.bias").Length;
        _tokens = new(memory, weights, name + ofTokens, 1 / Math.Sqrt(_inner / heads));
        _output = new(memory, weights, name + "out_proj");
        _mapWeight = memory.Copy(weights.Of(name + ofMap + ".weight"));
        _mapBias = memory.Copy(weights.Of(name + ofMap + ".bias"));
        _outputWeight = memory.Copy(FusedWeights.TapsFirst(weights.Of(name + "out_proj.weight"), _width));
        if (mapReads)
        {
            _tokenValues = new(memory, weights, name + "v_proj");
            return;
        }

        _valueWeight = memory.Copy(FusedWeights.TapsFirst(weights.Of(name + "v_proj.weight"), _inner));
        _valueBias = memory.Copy(weights.Of(name + "v_proj.bias"));
    }

    public int Inner => _inner;

    /// <summary>D numbers for each token: its queries or keys.</summary>
    public void Project(int rows, float* tokens, float* to) => _tokens.Run(rows, tokens, _width, to);

    /// <summary>D numbers for each token: its values, where the map reads.</summary>
    public void ProjectValues(int rows, float* tokens, float* to) => _tokenValues!.Run(rows, tokens, _width, to);

    /// <summary>What tokens read, projected and added to them.</summary>
    public void AddOutput(int rows, float* read, float* sums, float* tokens) => _output.AddTo(rows, read, _inner, sums, tokens);

    public float* OutputBias => _output.Bias;

    /// <summary>The columns that pixels are multiplied with for their scores.</summary>
    /// <param name="projected">[N,D].</param>
    /// <param name="columns">[C,M], laid out as a second operand; columns beyond J are left alone.</param>
    public void FoldScores(Scratch scratch, int tokens, float* projected, T* columns, int stride)
    {
        int depth = _inner / _heads, count = tokens * _heads;
        var folded = scratch.Take<float>(count * _width);                               // [J,C]
        for (var head = 0; head < _heads; head++)
        {
            Singles.Multiply(tokens, _width, depth, projected + head * depth, _inner, _mapWeight + head * depth * _width, _width,
                folded + head * _width, _heads * _width, adds: false);
        }

        Packing.Columns<T, TNumbers>(count, _width, folded, _width, scratch.Take<T>(count * _width), columns, stride);
    }

    /// <summary>What a map's bias adds to each score: a number for each column.</summary>
    public void FoldBias(int tokens, float* projected, float* bias)
    {
        var depth = _inner / _heads;
        for (var i = 0; i < tokens * _heads; i++)
        {
            var (token, head) = (i / _heads, i % _heads);
            float sum = 0;
            for (var j = head * depth; j < (head + 1) * depth; j++)
                sum += projected[token * _inner + j] * _mapBias[j];
            bias[i] = sum;
        }
    }

    /// <summary>What each column's weight brings a pixel: values, multiplied with the output's weights.</summary>
    /// <param name="values">[N,D].</param>
    /// <param name="rows">[J,C], laid out as a second operand.</param>
    public void FoldValues(Scratch scratch, int tokens, float* values, T* rows)
    {
        int depth = _inner / _heads, count = tokens * _heads;
        var folded = scratch.Take<float>(count * _width);
        for (var head = 0; head < _heads; head++)
        {
            Singles.Multiply(tokens, _width, depth, values + head * depth, _inner, _outputWeight + head * depth * _width, _width,
                folded + head * _width, _heads * _width, adds: false);
        }

        Packing.Rows<T, TNumbers>(count, _width, folded, _width, rows);
    }

    /// <summary>The values of what tokens read: of the average pixel that each column saw.</summary>
    /// <param name="averages">[J,C].</param>
    /// <param name="to">[N,D].</param>
    public void ReadValues(int tokens, float* averages, float* to)
    {
        var depth = _inner / _heads;
        for (var head = 0; head < _heads; head++)
        {
            Singles.Multiply(tokens, depth, _width, averages + head * _width, _heads * _width, _valueWeight + head * depth, _inner,
                to + head * depth, _inner, adds: false);
        }

        Lanes.Over(_inner, new AddBias<float, Singles, Identity>(tokens, to, _inner, _valueBias, to, _inner));
    }
}
