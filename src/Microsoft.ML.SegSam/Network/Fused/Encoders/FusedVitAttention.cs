using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

// C channels, h heads, d = C/h, s side of the map or window of keys, w = s rounded up to whole vectors, n queries of a tile.

/// <summary>
/// <see cref="EncoderAttention"/> between its two linear layers: over the map or over windows, a head and a tile of queries at a time, and
/// of their keys a few rows at a time.
/// </summary>
internal sealed unsafe class FusedVitAttention<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const int Vector = 16, QueriesAtOnce = 128, KeysAtOnce = 512, PanelKeys = 64; // our choice, by measurement
    private readonly PackedMatrix<T, TNumbers> _positions; // query → numbers for distances of rows, and then of columns
    private readonly T* _outside;                          // [3C], what a window has beyond the map
    private readonly bool _isGlobal;
    private readonly int _heads, _depth, _side, _columns, _rowDistances, _panelRows, _rowsAtOnce;

    /// <param name="name">Of the attention, with a dot.</param>
    /// <param name="bias">Of queries, keys and values.</param>
    /// <param name="scale">That queries are already multiplied with.</param>
    public FusedVitAttention(
        AlignedMemory memory, ModuleWeights weights, string name, float[] bias, int heads, bool isGlobal, double scale)
    {
        float[] rows = weights.Of(name + "rel_pos_h"), columns = weights.Of(name + "rel_pos_w");
        (_isGlobal, _heads, _depth) = (isGlobal, heads, bias.Length / 3 / heads);
        _side = (rows.Length / _depth + 1) / 2;
        _columns = Packing.RoundUp(_side, Vector);
        _panelRows = Math.Max(1, PanelKeys / _columns);
        _rowsAtOnce = Math.Max(1, KeysAtOnce / (_panelRows * _columns)) * _panelRows;
        _rowDistances = Packing.RoundUp(2 * _side - 1, Vector);
        var width = _rowDistances + Packing.RoundUp(_side - 1 + _columns, Vector);
        var table = new float[width * _depth];                                  // falling distances, as keys' places rise
        for (var i = 0; i < rows.Length; i++)
        {
            var to = (2 * _side - 2 - i / _depth) * _depth + i % _depth;
            table[to] = (float)(rows[i] / scale);
            table[_rowDistances * _depth + to] = (float)(columns[i] / scale);
        }

        _positions = new(memory, table, width, _depth);
        _outside = memory.Take<T>(bias.Length);
        var numbers = memory.Copy(bias);
        Lanes.Over(bias.Length, new Convert<T, TNumbers, Identity>(1, numbers, bias.Length, _outside, bias.Length));
    }

    private int Stride => 3 * _heads * _depth;

    private int KeyNumbers => _side * _columns * _depth; // of a head

    /// <param name="qkv">[g,g,3C]; queries become what they have attended to.</param>
    public void Run(T* qkv, int side)
    {
        if (!_isGlobal)
        {
            var across = (side + _side - 1) / _side;
            WorkerThreads.For(across * across * _heads, part =>
                RunWindow(qkv, side, part / _heads / across * _side, part / _heads % across * _side, part % _heads));
            return;
        }

        using var memory = new AlignedMemory();
        T* keys = memory.TakeUnset<T>((long)_heads * KeyNumbers), values = memory.TakeUnset<T>((long)_heads * KeyNumbers);
        WorkerThreads.For(_heads, head =>
            Pack(qkv, side, 0, 0, head, keys + (long)head * KeyNumbers, values + (long)head * KeyNumbers));
        var tiles = (side * side + QueriesAtOnce - 1) / QueriesAtOnce;
        WorkerThreads.For(_heads * tiles, part =>
        {
            var (head, first) = (part / tiles, part % tiles * QueriesAtOnce);
            Attend(Scratch.Empty(), Math.Min(QueriesAtOnce, side * side - first), first, side, qkv + (long)first * Stride + head * _depth,
                Stride, keys + (long)head * KeyNumbers, values + (long)head * KeyNumbers);
        });
    }

    private void RunWindow(T* qkv, int side, int y, int x, int head)
    {
        var scratch = Scratch.Empty();
        T* keys = scratch.Take<T>(KeyNumbers), values = scratch.Take<T>(KeyNumbers);
        Pack(qkv, side, y, x, head, keys, values);
        int rows = Math.Min(_side, side - y), pixels = Math.Min(_side, side - x), count = rows * pixels;
        var queries = scratch.Take<T>(count * _depth);
        for (var i = 0; i < count; i++)
            new ReadOnlySpan<T>(Query(i), _depth).CopyTo(new(queries + i * _depth, _depth));
        for (var first = 0; first < count; first += QueriesAtOnce)
            Attend(scratch, Math.Min(QueriesAtOnce, count - first), first, pixels, queries + first * _depth, _depth, keys, values);
        for (var i = 0; i < count; i++)
            new ReadOnlySpan<T>(queries + i * _depth, _depth).CopyTo(new(Query(i), _depth));

        T* Query(int i) => qkv + ((long)(y + i / pixels) * side + x + i % pixels) * Stride + head * _depth;
    }

    // A head's keys as columns, in panels of rows of the map; its values as rows. Places that only fill vectors are zeros.
    private void Pack(T* qkv, int side, int y, int x, int head, T* keys, T* values)
    {
        new Span<T>(keys, KeyNumbers).Clear();
        new Span<T>(values, KeyNumbers).Clear();
        var (channels, words) = (_heads * _depth, _depth / TNumbers.RowsTogether);
        var outside = _outside + channels + head * _depth;
        for (var row = 0; row < _side; row++)
        {
            var inside = y + row < side ? Math.Min(_side, side - x) : 0;
            var key = qkv + ((long)(y + row) * side + x) * Stride + channels + head * _depth;
            var (start, width) = Panel(row);
            var to = (uint*)(keys + start * _columns * _depth) + (row - start) * _columns;
            Transposition.Run(inside, words, (uint*)key, Stride / TNumbers.RowsTogether, to, width);
            Transposition.Run(_side - inside, words, (uint*)outside, 0, to + inside, width);
            for (var column = 0; column < _side; column += TNumbers.RowsTogether)
                PackValue(Value(column), column + 1 < _side ? Value(column + 1) : null, values + (row * _columns + column) * _depth);

            T* Value(int column) => (column < inside ? key + (long)column * Stride : outside) + channels;
        }
    }

    private void PackValue(T* value, T* next, T* to)
    {
        if (TNumbers.RowsTogether == 1)
            new ReadOnlySpan<T>(value, _depth).CopyTo(new(to, _depth));
        else
            Lanes.Over(_depth, new Interleave<T, TNumbers>(value, next, (ushort*)to));
    }

    // The first row of the panel that a row lies in, and the panel's keys.
    private (int Start, int Width) Panel(int row)
    {
        var start = row / _panelRows * _panelRows;
        return (start, Math.Min(_panelRows, _side - start) * _columns);
    }

    /// <param name="first">The first query's place.</param>
    /// <param name="pixels">Places of a row of queries.</param>
    /// <param name="queries">[n,d] in, out.</param>
    private void Attend(Scratch scratch, int count, int first, int pixels, T* queries, int stride, T* keys, T* values)
    {
        var keysAtOnce = Math.Min(_rowsAtOnce, _side) * _columns;
        float* positions = scratch.Take<float>(count * _positions.Columns), scores = scratch.Take<float>(count * keysAtOnce);
        float* attended = scratch.Take<float>(count * _depth), factors = scratch.Take<float>(count);
        float* largest = scratch.Take<float>(count), sums = scratch.Take<float>(count);
        var weights = scratch.Take<T>(count * keysAtOnce);
        new Span<float>(largest, count).Fill(float.NegativeInfinity);
        new Span<float>(sums, count).Clear();
        _positions.Multiply(count, queries, stride, positions, _positions.Columns);
        for (var row = 0; row < _side; row += _rowsAtOnce)
        {
            var rows = Math.Min(_rowsAtOnce, _side - row);
            var all = rows * _columns;
            for (var start = row; start < row + rows; start += _panelRows)
            {
                TNumbers.Multiply(count, Panel(start).Width, _depth, queries, stride,
                    keys + start * _columns * _depth, Panel(start).Width, scores + (start - row) * _columns, all, adds: false);
            }

            for (var i = 0; i < count; i++)
            {
                var byRow = positions + i * _positions.Columns + _side - 1 - (first + i) / pixels;
                var byColumn = positions + i * _positions.Columns + _rowDistances + _side - 1 - (first + i) % pixels;
                new Span<float>(byColumn + _side, _columns - _side).Fill(float.NegativeInfinity);
                factors[i] = PositionSoftmax.More<T, TNumbers>(
                    rows, _columns, scores + i * all, byRow + row, byColumn, weights + i * all, ref largest[i], ref sums[i]);
            }

            if (row > 0)
                Lanes.Over(_depth, new ScaleRows<float, Singles>(count, attended, _depth, factors, attended, _depth));
            TNumbers.Multiply(
                count, _depth, all, weights, all, values + row * _columns * _depth, _depth, attended, _depth, adds: row > 0);
        }

        for (var i = 0; i < count; i++)
            factors[i] = 1 / sums[i];
        Lanes.Over(_depth, new ScaleRows<T, TNumbers>(count, attended, _depth, factors, queries, stride));
    }
}
