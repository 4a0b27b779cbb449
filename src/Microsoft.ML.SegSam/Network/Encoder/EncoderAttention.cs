using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

// B images, n windows, H W map, D width, h heads, d = D/h, w window side, r x c queries of a window or map.

/// <summary>Self-attention with decomposed relative positions, over windows or over the whole map.</summary>
internal sealed class EncoderAttention : ScopedModule<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "rel_pos_h")] private readonly Parameter _rowTable;
    [ComponentName(Name = "rel_pos_w")] private readonly Parameter _columnTable;
    [ComponentName(Name = "qkv")] private readonly LinearLayer _qkv;
    [ComponentName(Name = "proj")] private readonly LinearLayer _projection;
    [ComponentName(Name = "Adapter")] private readonly LowRankUpdate? _update;
    private readonly int _width, _heads, _window;

    /// <param name="window">Side of the windows; 0 attends to the whole map.</param>
    /// <param name="side">Side of the map or window that the position tables are made for.</param>
    /// <param name="rank">Of the trainable update to query and value; 0 for none.</param>
    public EncoderAttention(LayerFactory make, int width, int heads, int window, int side, int rank = 0) : base(nameof(EncoderAttention))
    {
        _width = width;
        _heads = heads;
        _window = window;
        _qkv = make.Linear(width, 3 * width);
        _projection = make.Linear(width, width);
        _rowTable = make.Parameter(2 * side - 1, width / heads);
        _columnTable = make.Parameter(2 * side - 1, width / heads);
        _update = rank > 0 ? new(make, width, rank) : null;
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor x)                                                 // [B,H,W,D]
    {
        var qkv = _qkv.call(x);                                                                  // [B,H,W,3D]
        if (_update is not null)
            qkv = qkv.Plus(_update.call(x));
        var attended = _window == 0
            ? Attend(Query(qkv), KeyValue(qkv))
            : WindowPartition.MapRegions(qkv, _window, AttendInWindows);
        return _projection.call(attended);                                                       // [B,H,W,D]
    }

    private Tensor Query(Tensor qkv) => qkv.narrow(3, 0, _width);

    private Tensor KeyValue(Tensor qkv) => qkv.narrow(3, _width, 2 * _width);

    // Each side is whole windows or less than one: what is left over has smaller windows of queries, whose keys are padded.
    private Tensor AttendInWindows(Tensor qkv)                                                   // [B,H,W,3D] → [B,H,W,D]
    {
        long height = qkv.size(1), width = qkv.size(2);
        var query = WindowPartition.Partition(Query(qkv), Math.Min(height, _window), Math.Min(width, _window));
        var keyValue = WindowPartition.Partition(PadToWindow(PadToWindow(KeyValue(qkv), 2), 1), _window); // [B·n,w,w,2D]
        return WindowPartition.Merge(Attend(query, keyValue), height, width);
    }

    // A padded token is zero, so that its key and value are the bias.
    private Tensor PadToWindow(Tensor keyValue, int axis)
    {
        if (keyValue.size(axis) >= _window)
            return keyValue;
        long[] shape = [.. keyValue.shape];
        shape[axis] = _window - shape[axis];
        return cat([keyValue, _qkv.Bias!.narrow(0, _width, 2 * _width).ToComputeType().expand(shape)], axis);
    }

    private Tensor Attend(Tensor query, Tensor keyValue)                                         // [n,r,c,D], [n,H,W,2D] → [n,r,c,D]
    {
        long windows = query.size(0), rows = query.size(1), columns = query.size(2), height = keyValue.size(1), width = keyValue.size(2);
        var queries = query.reshape(windows, rows, columns, _heads, -1).permute(0, 3, 1, 2, 4);  // [n,h,r,c,d]
        var keysAndValues = keyValue.reshape(windows, height * width, 2, _heads, -1).permute(2, 0, 3, 1, 4);
        var (keys, values) = (keysAndValues[0], keysAndValues[1]);                               // [n,h,HW,d]
        var rowTable = RelativePositions.Resize(_rowTable, 2 * height - 1).ToComputeType();      // [2H-1,d]
        var columnTable = RelativePositions.Resize(_columnTable, 2 * width - 1).ToComputeType(); // [2W-1,d]
        var rowDistances = RelativePositions.Distances(height, height, query.device);            // [H,H]
        var columnDistances = RelativePositions.Distances(width, width, query.device).narrow(0, 0, columns); // [c,W]

        return AttentionTiles.Compute(queries, keys: height * width, tile =>
        {
            var tileQueries = tile.QueriesOf(queries);                                           // [n',h',r',c,d]
            var bias = RelativePositions.Bias(tileQueries, rowTable, columnTable, tile.RowsOf(rowDistances), columnDistances);
            return functional.scaled_dot_product_attention(tileQueries.flatten(2, 3), tile.KeysOf(keys), tile.KeysOf(values), bias);
        });
    }

    public void Initialize(Generator generator)
    {
        _rowTable.FillWith(0);
        _columnTable.FillWith(0);
    }
}
