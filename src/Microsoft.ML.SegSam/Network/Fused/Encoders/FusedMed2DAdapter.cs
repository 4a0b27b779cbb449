using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

// g map side, C channels, n = g·g tokens.

/// <summary><see cref="SamMed2DAdapter"/>: a share of the channels at a time, so that their weights are read once for many rows.</summary>
internal sealed unsafe class FusedMed2DAdapter<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const int AtOnce = PackedMatrix<T, TNumbers>.Panel, RowsAtOnce = 8; // our choice
    private readonly PackedMatrix<float, Singles> _gateDown, _gateUp;
    private readonly FusedConvolution<T, TNumbers> _halve;
    private readonly PackedMatrix<T, TNumbers>[,,] _double; // by an output's row and column, even or odd, and the row of its inputs
    private readonly float* _normWeight, _normBias;
    private readonly float _epsilon;
    private readonly int _channels;

    /// <param name="name">Of the adapter, with a dot.</param>
    public FusedMed2DAdapter(AlignedMemory memory, ModuleWeights weights, string name, EncoderConfig config)
    {
        (_channels, _epsilon) = (config.Width, (float)config.AdapterEpsilon);
        float[] down = weights.Of(name + "channel.0.weight"), up = weights.Of(name + "channel.2.weight");
        _gateDown = new(memory, down, down.Length / _channels, _channels);
        _gateUp = new(memory, up, _channels, up.Length / _channels);
        _halve = new(memory, weights.Of(name + "spatial.0.weight"), _channels);
        var twice = weights.Of(name + "spatial.2.weight");
        _double = new PackedMatrix<T, TNumbers>[2, 2, 2];
        for (var i = 0; i < 8; i++)
        {
            var (y, x, row) = (i / 4, i / 2 % 2, i % 2);
            _double[y, x, row] = new(memory, FusedWeights.PairOf(twice, 3 - y - 2 * row, 3 - x, _channels), _channels, 2 * _channels);
        }

        _normWeight = memory.Copy(weights.Of(name + "norm.weight"));
        _normBias = memory.Copy(weights.Of(name + "norm.bias"));
    }

    /// <param name="to">[n,C], to which the adapter's result is added.</param>
    public void Run(AdapterRoom<T> room, float* to)
    {
        var factors = Gate(room);
        MapParts.InPieces(room.Gated.Side, (y, x, pixels) => Lanes.Over(_channels, new ScaleColumns<T, TNumbers>(
            pixels, room.Normal.At(y, x), _channels, factors, room.Gated.At(y, x), _channels)));
        InParts(room.Halved.Side, (first, count, y, rows) => Halve(room, first, count, y, rows));
        InParts(room.Halved.Side, (first, count, y, rows) => Double(room, first, count, y, rows));
        MapParts.InPieces(room.Doubled.Side, (y, x, pixels) => Finish(room, to, y, x, pixels));
    }

    private void InParts(int side, Action<int, int, int, int> compute)
    {
        int shares = (_channels + AtOnce - 1) / AtOnce, strips = (side + RowsAtOnce - 1) / RowsAtOnce;
        WorkerThreads.For(shares * strips, part =>
        {
            int first = part / strips * AtOnce, y = part % strips * RowsAtOnce;
            compute(first, Math.Min(AtOnce, _channels - first), y, Math.Min(RowsAtOnce, side - y));
        });
    }

    // A factor for each channel, from its mean.
    private float* Gate(AdapterRoom<T> room)
    {
        var pixels = room.Normal.Side * room.Normal.Side;
        float* factors = room.Factors, normal = room.Normal.At(0, 0);
        new Span<float>(factors, _channels).Clear();
        WorkerThreads.For((_channels + AtOnce - 1) / AtOnce, part =>
        {
            var first = part * AtOnce;
            for (var pixel = 0; pixel < pixels; pixel++)
            {
                Lanes.Over(Math.Min(AtOnce, _channels - first),
                    new AddScaled(normal + (long)pixel * _channels + first, 1f / pixels, factors + first));
            }
        });
        var between = Scratch.Empty().Take<float>(_gateDown.Columns);
        _gateDown.Multiply(1, factors, _channels, between, _gateDown.Columns);
        Lanes.Over(_gateDown.Columns, new Convert<float, Singles, Relu>(1, between, 0, between, 0));
        _gateUp.Multiply(1, between, _gateDown.Columns, factors, _channels);
        for (var i = 0; i < _channels; i++)
            factors[i] = 1 / (1 + MathF.Exp(-factors[i]));
        return factors;
    }

    private void Halve(AdapterRoom<T> room, int first, int count, int firstRow, int rows)
    {
        var (from, to, side) = (room.Gated, room.Halved, room.Halved.Side);
        var sums = Scratch.Empty().Take<float>(rows * side * count);
        _halve.RunRows(first, count, rows, side, 2, from.At(2 * firstRow - 1, -1), from.Stride, sums);
        for (var y = 0; y < rows; y++)
        {
            Lanes.Over(count, new Convert<T, TNumbers, Relu>(
                side, sums + y * side * count, count, to.At(firstRow + y, 0) + first, _channels));
        }
    }

    // Output (2y + i, 2x + j) is made of the inputs in rows y - 1 + i and y + i, columns x - 1 + j and x + j.
    private void Double(AdapterRoom<T> room, int first, int count, int firstRow, int rows)
    {
        var (from, to, side) = (room.Halved, room.Doubled, room.Halved.Side);
        var sums = Scratch.Empty().Take<float>(rows * side * count);
        for (var place = 0; place < 4; place++)
        {
            var (i, j) = (place / 2, place % 2);
            for (var y = 0; y < 2 * rows; y++)                                          // of the inputs above, then of those below
            {
                _double[i, j, y / rows].MultiplyColumns(first, count, side, from.At(firstRow + y % rows + y / rows - 1 + i, j - 1),
                    _channels, sums + y % rows * side * count, count, adds: y >= rows);
            }

            for (var y = 0; y < rows; y++)
            {
                Lanes.Over(count, new Convert<float, Singles, Relu>(
                    side, sums + y * side * count, count, to.At(2 * (firstRow + y) + i, j) + first, 2 * _channels));
            }
        }
    }

    private void Finish(AdapterRoom<T> room, float* to, int y, int x, int pixels)
    {
        float* map = room.Doubled.At(y, x), tokens = to + ((long)y * room.Doubled.Side + x) * _channels;
        Lanes.Over(_channels, new AddRows<float, Singles>(pixels, map, _channels, room.Normal.At(y, x), _channels, map, _channels));
        RowSums.Normalize<float, Singles>(pixels, _channels, map, _channels, _normWeight, _normBias, _epsilon, map, _channels);
        Lanes.Over(_channels, new AddRows<float, Singles>(pixels, tokens, _channels, map, _channels, tokens, _channels));
    }
}

/// <summary>The maps that the adapters of an image's blocks need, one after the other.</summary>
internal sealed unsafe class AdapterRoom<T>(AlignedMemory memory, int side, int channels)
    where T : unmanaged
{
    /// <summary>What the block's MLP is given, too: to be filled before the adapter runs.</summary>
    public FusedMap<float> Normal { get; } = new(memory, side, channels, border: 0);

    /// <summary>Its channels multiplied with the gate's factors.</summary>
    public FusedMap<T> Gated { get; } = new(memory, side, channels);

    public FusedMap<T> Halved { get; } = new(memory, side / 2, channels);

    public FusedMap<float> Doubled { get; } = new(memory, side, channels, border: 0);

    /// <summary>[C].</summary>
    public float* Factors { get; } = memory.TakeUnset<float>(channels);
}
