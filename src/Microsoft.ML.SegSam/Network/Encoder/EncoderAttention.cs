using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

// B images, n windows, H W map, D width, h heads, d = D/h, w window side, r x c queries of a window or map.

/// <summary>Self-attention with decomposed relative positions, over windows or over the whole map.</summary>
internal sealed class EncoderAttention : ScopedModule<Tensor, Tensor>, IInitialized
{
    // Our choice, by measurement: numbers of bias held at a time, and heads that share them where one map needs more.
    private const long BiasBudget = 3 << 20, HeadsOfLargeMap = 2;

    [ComponentName(Name = "rel_pos_h")] private readonly Parameter _rowTable;
    [ComponentName(Name = "rel_pos_w")] private readonly Parameter _columnTable;
    [ComponentName(Name = "qkv")] private readonly Linear _qkv;
    [ComponentName(Name = "proj")] private readonly Linear _projection;
    [ComponentName(Name = "Adapter")] private readonly LowRankUpdate? _update;
    private readonly int _width, _heads, _window;

    /// <param name="window">Side of the windows; 0 attends to the whole map.</param>
    /// <param name="side">Side of the map or window that the position tables are made for.</param>
    /// <param name="rank">Of the trainable update to query and value; 0 for none.</param>
    public EncoderAttention(Layers make, int width, int heads, int window, int side, int rank = 0) : base(nameof(EncoderAttention))
    {
        (_width, _heads, _window) = (width, heads, window);
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
        if (_window == 0)
            return _projection.call(Attend(Query(qkv), KeyValue(qkv)));
        var bands = Parts(qkv, 1).Select(band => Joined(2, [.. Parts(band, 2).Select(AttendInWindows)]));
        return _projection.call(Joined(1, [.. bands]));
    }

    private Tensor Query(Tensor qkv) => qkv.narrow(3, 0, _width);

    private Tensor KeyValue(Tensor qkv) => qkv.narrow(3, _width, 2 * _width);

    // A map is cut where whole windows end: what is left over has smaller windows of queries, whose keys are padded.
    private IEnumerable<Tensor> Parts(Tensor map, int axis)
    {
        long side = map.size(axis), whole = side / _window * _window;
        if (whole > 0)
            yield return map.narrow(axis, 0, whole);
        if (side > whole)
            yield return map.narrow(axis, whole, side - whole);
    }

    private Tensor AttendInWindows(Tensor qkv)                                                  // [B,H,W,3D], each side whole windows or less than one
    {
        long height = qkv.size(1), width = qkv.size(2);
        var query = Windows.Partition(Query(qkv), Math.Min(height, _window), Math.Min(width, _window));
        var keyValue = Windows.Partition(Padded(Padded(KeyValue(qkv), 2), 1), _window);          // [B·n,w,w,2D]
        return Windows.Merge(Attend(query, keyValue), height, width);
    }

    // A padded token is zero, so that its key and value are the bias.
    private Tensor Padded(Tensor keyValue, int axis)
    {
        if (keyValue.size(axis) >= _window)
            return keyValue;
        long[] shape = [.. keyValue.shape];
        shape[axis] = _window - shape[axis];
        return cat([keyValue, _qkv.Bias!.narrow(0, _width, 2 * _width).ForProduct().expand(shape)], axis);
    }

    private Tensor Attend(Tensor query, Tensor keyValue)                                         // [n,r,c,D], [n,H,W,2D]
    {
        long windows = query.size(0), rows = query.size(1), width = query.size(2), height = keyValue.size(1), across = keyValue.size(2);
        var queries = query.reshape(windows, rows, width, _heads, -1).permute(0, 3, 1, 2, 4);    // [n,h,r,c,d]
        var parts = keyValue.reshape(windows, height * across, 2, _heads, -1).permute(2, 0, 3, 1, 4);
        var (key, value) = (parts[0], parts[1]);                                                 // [n,h,HW,d]
        var rowTable = RelativePositions.Resize(_rowTable, 2 * height - 1).ForProduct();
        var columnTable = RelativePositions.Resize(_columnTable, 2 * across - 1).ForProduct();
        var rowDistances = RelativePositions.Distances(height, height, query.device);            // [H,H]
        var columnDistances = RelativePositions.Distances(across, across, query.device).narrow(0, 0, width);

        // As many windows as the budget allows; of a large map few heads, and as many rows of queries.
        var ofRow = width * height * across;
        var isLarge = _heads * rows * ofRow > BiasBudget;
        var heads = isLarge ? HeadsOfLargeMap : _heads;
        var (together, step) = (Math.Clamp(BiasBudget / (heads * rows * ofRow), 1, windows), Math.Clamp(BiasBudget / (heads * ofRow), 1, rows));
        var attended = Steps(windows, isLarge ? 1 : together).Select(window => OfWindows(window).transpose(1, 2).reshape(-1, rows, width, _width));
        return Joined(0, [.. attended]);                                                         // [n,r,c,D]

        Tensor OfWindows((long, long) window) => Joined(1, [.. Steps(_heads, heads).Select(head => OfHeads(window, head))]);
        Tensor OfHeads((long, long) window, (long, long) head) => Joined(2, [.. Steps(rows, step).Select(row => OfRows(window, head, row))]);
        Tensor OfRows((long, long) window, (long, long) head, (long, long) row)                  // [n,h,rc,d]
        {
            using var scope = NewDisposeScope();
            Tensor Part(Tensor x) => Some(Some(x, 0, window), 1, head);
            var some = Some(Part(queries), 2, row);
            var bias = RelativePositions.Bias(some, rowTable, columnTable, Some(rowDistances, 0, row), columnDistances);
            return functional.scaled_dot_product_attention(some.flatten(2, 3), Part(key), Part(value), bias).MoveToOuterDisposeScope();
        }
    }

    private static Tensor Some(Tensor x, int axis, (long First, long Count) part) => x.narrow(axis, part.First, part.Count);

    private static IEnumerable<(long First, long Count)> Steps(long all, long step)
    {
        for (long first = 0; first < all; first += step)
            yield return (first, Math.Min(step, all - first));
    }

    private static Tensor Joined(int axis, List<Tensor> parts) => parts.Count == 1 ? parts[0] : cat(parts, axis);

    public void Initialize(Generator generator)
    {
        _rowTable.Fill(table => table.fill_(0));
        _columnTable.Fill(table => table.fill_(0));
    }
}
