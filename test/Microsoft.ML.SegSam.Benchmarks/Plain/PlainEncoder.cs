using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Plain;

// B images or windows, h heads, H W map, D width, d = D/h, N = H·W.

/// <summary>
/// SAM's image encoder as the official code computes it: the padding of windows goes through all layers, and the full matrix of
/// attention stands in memory.
/// </summary>
internal sealed class PlainEncoder(SegSamNetwork network)
{
    private readonly ImageEncoder _encoder = (ImageEncoder)network.ImageEncoder;
    private readonly PlainModules _modules = new(network.ImageEncoder);

    public Tensor Encode(Tensor image)                                                  // [B,3,S,S]
    {
        using var scope = NewDisposeScope();
        var patches = nn.functional.conv2d(
            image, _modules["patch_embed.proj.weight"], _modules["patch_embed.proj.bias"],
            [network.Config.PatchSize, network.Config.PatchSize]);
        var x = patches.permute(0, 2, 3, 1).Plus(_modules["pos_embed"]);
        for (var i = 0; i < network.Config.EncoderDepth; i++)
        {
            var next = Block(i, x);
            x.Dispose();
            x = next;
        }

        return _encoder.Neck.call(x.permute(0, 3, 1, 2)).MoveToOuterDisposeScope();
    }

    private Tensor Block(int index, Tensor x)                                           // [B,H,W,D]
    {
        using var scope = NewDisposeScope();
        var (name, block) = ($"blocks.{index}", _encoder.Blocks[index]);
        var normed = _modules.Call(name + ".norm1", x);
        var attended = network.Config.GlobalBlocks.Contains(index) ? Attend(name + ".attn", normed)
            : WindowPartition.Merge(
                Attend(name + ".attn", WindowPartition.Partition(normed, network.Config.WindowSize)), x.size(1), x.size(2));
        x = x.Plus(attended);
        var second = _modules.Call(name + ".norm2", x);
        var y = x.Plus(_modules.Call(name + ".mlp.lin2", nn.functional.gelu(_modules.Call(name + ".mlp.lin1", second))));
        return (block.Adapter is null ? y : y.Plus(Adapt(name + ".Adapter", second))).MoveToOuterDisposeScope();
    }

    // SAM-Med2D's; others are computed alike in both forms.
    private Tensor Adapt(string name, Tensor x)                                         // [B,H,W,D]
    {
        if (network.Config.Adapter != SegSamAdapter.SamMed2D)
            return _modules.Call(name, x);
        x = x.permute(0, 3, 1, 2);
        var gate = _modules.Call(name + ".channel", nn.functional.adaptive_avg_pool2d(x, 1).flatten(1));
        var halved = nn.functional.relu(
            nn.functional.conv2d(x * gate.unsqueeze(-1).unsqueeze(-1), _modules[name + ".spatial.0.weight"], null, [2, 2], [1, 1]));
        var spatial = nn.functional.relu(
            nn.functional.conv_transpose2d(halved, _modules[name + ".spatial.2.weight"], null, [2, 2], [1, 1]));
        return _modules.Call(name + ".norm", x.Plus(spatial).permute(0, 2, 3, 1));
    }

    private Tensor Attend(string name, Tensor x)                                        // [B,H,W,D]
    {
        using var scope = NewDisposeScope();
        long batch = x.size(0), height = x.size(1), width = x.size(2), heads = network.Config.EncoderHeads;
        var parts = _modules.Call(name + ".qkv", x).reshape(batch, height * width, 3, heads, -1).permute(2, 0, 3, 1, 4)
            .reshape(3, batch * heads, height * width, -1).unbind(0);
        var (query, key, value) = (parts[0], parts[1], parts[2]);                       // [B·h,N,d]
        var map = query.reshape(batch * heads, height, width, -1);
        var byRow = einsum("bhwc,hkc->bhwk", map, Looked(_modules[name + ".rel_pos_h"], height));
        var byColumn = einsum("bhwc,wkc->bhwk", map, Looked(_modules[name + ".rel_pos_w"], width));
        using var weights = Softmax(query, key, byRow, byColumn);                       // [B·h,N,N]
        var attended = weights.matmul(value).reshape(batch, heads, height, width, -1)
            .permute(0, 2, 3, 1, 4)
            .reshape(batch, height, width, -1);
        return _modules.Call(name + ".proj", attended).MoveToOuterDisposeScope();
    }

    // Vectors of a table for every pair (query, key) on one axis: [side,side,d].
    private static Tensor Looked(Tensor table, long side) =>
        RelativePositions.Resize(table, 2 * side - 1)
            .index_select(0, RelativePositions.Distances(side, side, table.device).flatten())
            .reshape(side, side, -1);

    // Matrices are let go when Python would let them go: three of them stand at a time.
    private static Tensor Softmax(Tensor query, Tensor key, Tensor byRow, Tensor byColumn)
    {
        using var scope = NewDisposeScope();
        Tensor biased;
        using (NewDisposeScope())
        {
            var logits = query.Times(1 / Math.Sqrt(query.size(-1))).matmul(key.transpose(-2, -1));
            var half = logits.reshape([.. byRow.shape, byColumn.size(-1)]).Plus(byRow.unsqueeze(-1));
            biased = half.Plus(byColumn.unsqueeze(-2)).reshape(logits.shape).MoveToOuterDisposeScope();
        }

        return biased.softmax(-1).MoveToOuterDisposeScope();
    }
}
