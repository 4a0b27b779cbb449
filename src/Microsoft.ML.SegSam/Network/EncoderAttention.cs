using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

// B images or windows, H W map, D width, h heads, d = D/h, w window side.

/// <summary>Self-attention with decomposed relative positions, over windows or over the whole map.</summary>
internal sealed class EncoderAttention : ScopedModule<Tensor, Tensor>, IInitialized
{
    private const long BiasBudget = 16 << 20; // numbers of bias held at a time: long maps go by rows of queries

    [ComponentName(Name = "rel_pos_h")] private readonly Parameter _rowTable;
    [ComponentName(Name = "rel_pos_w")] private readonly Parameter _columnTable;
    [ComponentName(Name = "qkv")] private readonly Linear _qkv;
    [ComponentName(Name = "proj")] private readonly Linear _projection;
    [ComponentName(Name = "Adapter")] private readonly LowRankUpdate? _update;
    private readonly int _heads, _window;

    /// <param name="window">Side of the windows; 0 attends to the whole map.</param>
    /// <param name="side">Side of the map or window that the position tables are made for.</param>
    /// <param name="rank">Of the trainable update to query and value; 0 for none.</param>
    public EncoderAttention(Layers make, int width, int heads, int window, int side, int rank = 0) : base(nameof(EncoderAttention))
    {
        (_heads, _window) = (heads, window);
        _qkv = make.Linear(width, 3 * width);
        _projection = make.Linear(width, width);
        _rowTable = make.Parameter(2 * side - 1, width / heads);
        _columnTable = make.Parameter(2 * side - 1, width / heads);
        _update = rank > 0 ? new(make, width, rank) : null;
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor x)                                                 // [B,H,W,D]
    {
        if (_window == 0)
            return _projection.call(Attend(Updated(_qkv.call(x), x)));

        // A padded token is zero, so its q, k, v are the bias: pad after the product instead of multiplying zeros.
        long height = x.size(1), width = x.size(2);
        var qkv = Windows.Partition(Updated(functional.linear(x.ForProduct(), _qkv.Weight.ForProduct()), x), _window).Plus(_qkv.Bias!.ForProduct()); // [B·n,w,w,3D]
        return _projection.call(Windows.Merge(Attend(qkv), height, width));
    }

    private Tensor Updated(Tensor product, Tensor x) => _update is null ? product : product.Plus(_update.call(x));

    private Tensor Attend(Tensor qkv)                                                           // [B,H,W,3D]
    {
        long batch = qkv.size(0), height = qkv.size(1), width = qkv.size(2), depth = qkv.size(3) / 3 / _heads;
        var parts = qkv.reshape(batch, height * width, 3, _heads, depth).permute(2, 0, 3, 1, 4).unbind(0);
        var (query, key, value) = (parts[0], parts[1], parts[2]);                                // [B,h,HW,d]

        var rows = RelativePositions.Lookup(_rowTable, height, height).ForProduct();                         // [H,H,d]
        var columns = RelativePositions.Lookup(_columnTable, width, width).ForProduct();                     // [W,W,d]
        var step = Math.Clamp(BiasBudget / (batch * _heads * width * height * width), 1, height);
        var results = new List<Tensor>();
        for (long row = 0; row < height; row += step)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(step, height - row);
            var some = query.narrow(2, row * width, count * width);                              // [B,h,rW,d]
            var bias = RelativePositions.Bias(some.reshape(batch * _heads, count, width, depth), rows.narrow(0, row, count), columns);
            bias = bias.reshape(batch, _heads, count * width, height * width);
            results.Add(functional.scaled_dot_product_attention(some, key, value, bias).MoveToOuterDisposeScope());
        }

        var attended = results.Count == 1 ? results[0] : cat(results, 2);                        // [B,h,HW,d]
        return attended.transpose(1, 2).reshape(batch, height, width, _heads * depth);           // [B,H,W,D]
    }

    public void Initialize(Generator generator)
    {
        _rowTable.Fill(table => table.fill_(0));
        _columnTable.Fill(table => table.fill_(0));
    }
}
