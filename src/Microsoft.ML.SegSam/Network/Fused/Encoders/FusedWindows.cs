using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

// C channels, w window side, N = w·w tokens, M = N rounded up to whole vectors, h heads, d = C/h.

/// <summary>TinyViT's attention in windows, added to the map that it reads: a window at a time.</summary>
internal sealed unsafe class FusedWindows<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const int Vector = 16;
    private readonly PackedMatrix<T, TNumbers> _qkv, _projection;
    private readonly float* _normWeight, _normBias, _qkvBias, _projectionBias, _pairBias; // the last [h,N,M]
    private readonly int _heads, _window, _tokens, _columns;
    private readonly float _epsilon;

    /// <param name="name">Of the attention, with a dot.</param>
    public FusedWindows(AlignedMemory memory, ModuleWeights weights, string name, int heads, int window, double epsilon)
    {
        (_heads, _window, _epsilon) = (heads, window, (float)epsilon);
        _tokens = window * window;
        _columns = Packing.RoundUp(_tokens, Vector);
        float[] qkv = weights.Of(name + "qkv.weight"), qkvBias = weights.Of(name + "qkv.bias"), norm = weights.Of(name + "norm.weight");
        var (channels, depth) = (norm.Length, norm.Length / heads);
        for (var row = 0; row < qkvBias.Length; row++)                                  // q, k and v of a head, then of the next
        {
            if (row % (3 * depth) >= depth)
                continue;
            qkvBias[row] = (float)(qkvBias[row] / Math.Sqrt(depth));
            for (var i = row * channels; i < (row + 1) * channels; i++)
                qkv[i] = (float)(qkv[i] / Math.Sqrt(depth));
        }

        _qkv = new(memory, qkv, 3 * channels, channels);
        _projection = new(memory, weights.Of(name + "proj.weight"), channels, channels);
        _normWeight = memory.Copy(norm);
        _normBias = memory.Copy(weights.Of(name + "norm.bias"));
        _qkvBias = memory.Copy(qkvBias);
        _projectionBias = memory.Copy(weights.Of(name + "proj.bias"));
        _pairBias = memory.Copy(PairBias(weights.Of(name + "attention_biases")));
    }

    public void Run(FusedMap<float> map)
    {
        var across = (map.Side + _window - 1) / _window;
        WorkerThreads.For(across * across, part => Run(map, part / across * _window, part % across * _window));
    }

    private void Run(FusedMap<float> map, int y, int x)
    {
        var scratch = Scratch.Empty();
        int channels = map.Channels, rows = Math.Min(_window, map.Side - y), pixels = Math.Min(_window, map.Side - x);
        var (inside, stride) = (rows * pixels, 3 * channels);                           // n ≤ N tokens are pixels of the map
        var operand = scratch.Take<T>((inside + 1) * channels);
        var qkv = scratch.Take<float>((inside + 1) * stride);                           // [n+1,3C]
        for (var row = 0; row < rows; row++)
        {
            RowSums.Normalize<T, TNumbers>(pixels, channels, map.At(y + row, x), channels, _normWeight, _normBias, _epsilon,
                operand + row * pixels * channels, channels);
        }

        // What a window has beyond the map are zeros, normalized like any token: all become the norm's bias, and are computed once.
        var count = inside < _tokens ? inside + 1 : inside;
        Lanes.Over(channels, new Convert<T, TNumbers, Identity>(
            count - inside, _normBias, strideFrom: 0, operand + inside * channels, channels));
        _qkv.Multiply(count, operand, channels, qkv, stride);
        Lanes.Over(stride, new AddBias<float, Singles, Identity>(count, qkv, stride, _qkvBias, qkv, stride));

        Attend(scratch, qkv, Everywhere(scratch, qkv, rows, pixels, stride), rows, pixels, channels / _heads, operand); // [n,C]
        _projection.Multiply(inside, operand, channels, qkv, channels);
        for (var row = 0; row < rows; row++)
        {
            var pixel = map.At(y + row, x);
            Lanes.Over(channels, new AddResidual<Identity>(
                pixels, qkv + row * pixels * channels, channels, _projectionBias, pixel, channels, pixel, channels));
        }
    }

    // Keys and values of all tokens of the window, [N,3C].
    private float* Everywhere(Scratch scratch, float* qkv, int rows, int pixels, int stride)
    {
        if (rows * pixels == _tokens)
            return qkv;
        var all = scratch.Take<float>(_tokens * stride);
        for (var token = 0; token < _tokens; token++)
        {
            var (row, column) = (token / _window, token % _window);
            var from = row < rows && column < pixels ? row * pixels + column : rows * pixels;
            new ReadOnlySpan<float>(qkv + from * stride, stride).CopyTo(new(all + token * stride, stride));
        }

        return all;
    }

    private void Attend(Scratch scratch, float* queries, float* all, int rows, int pixels, int depth, T* to)
    {
        int channels = _heads * depth, stride = 3 * channels, inside = rows * pixels;
        T* converted = scratch.Take<T>(_tokens * depth), keys = scratch.Take<T>(depth * _columns);
        T* values = scratch.Take<T>(_columns * depth), weights = scratch.Take<T>(inside * _columns);
        float* scores = scratch.Take<float>(inside * _columns), attended = scratch.Take<float>(inside * depth);
        var factors = scratch.Take<float>(inside);
        new Span<T>(keys, depth * _columns).Clear();
        new Span<T>(values, _columns * depth).Clear();
        for (var head = 0; head < _heads; head++)
        {
            float* query = queries + head * 3 * depth, key = all + head * 3 * depth + depth;
            Packing.Columns<T, TNumbers>(_tokens, depth, key, stride, converted, keys, _columns);
            Packing.Rows<T, TNumbers>(_tokens, depth, key + depth, stride, values);
            var (a, strideA) = Packing.First<T, TNumbers>(inside, depth, query, stride, converted);
            TNumbers.Multiply(inside, _columns, depth, (T*)a, strideA, keys, _columns, scores, _columns, adds: false);
            for (var row = 0; row < rows; row++)
            {
                var bias = _pairBias + ((long)head * _tokens + row * _window) * _columns;
                var first = row * pixels;
                RowSums.Softmax<T, TNumbers>(pixels, _columns, scores + first * _columns, _columns, bias, _columns,
                    weights + first * _columns, _columns, factors + first);
            }

            TNumbers.Multiply(inside, depth, Packing.RoundUp(_tokens, 2), weights, _columns, values, depth, attended, depth, adds: false);
            Lanes.Over(depth, new ScaleRows<T, TNumbers>(inside, attended, depth, factors, to + head * depth, channels));
        }
    }

    // The learned bias of each pair (query, key); keys that only fill vectors get no weight.
    private float[] PairBias(float[] learned)
    {
        var bias = new float[_heads * _tokens * _columns];
        for (var i = 0; i < bias.Length; i++)
        {
            var (head, query, key) = (i / (_tokens * _columns), i / _columns % _tokens, i % _columns);
            var (down, across) = (query / _window - key / _window, query % _window - key % _window);
            bias[i] = key >= _tokens ? float.NegativeInfinity
                : learned[head * _tokens + Math.Abs(down) * _window + Math.Abs(across)];
        }

        return bias;
    }
}
