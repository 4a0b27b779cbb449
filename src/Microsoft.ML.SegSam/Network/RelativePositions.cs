using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Decomposed relative positions of SAM's encoder: a bias on attention logits from row and column distances apart.</summary>
internal static class RelativePositions
{
    /// <summary>Vectors of a table for every pair (query, key) on one axis: [queries, keys, d].</summary>
    /// <param name="table">[length, d]; interpolated linearly when length is not 2·max(queries, keys) − 1.</param>
    public static Tensor Lookup(Tensor table, long queries, long keys)
    {
        using var scope = NewDisposeScope();
        var length = 2 * Math.Max(queries, keys) - 1;
        if (table.size(0) != length)
            table = Resize(table, length);

        // Distances are counted on the longer axis, so that tables serve maps of unequal sides too.
        var queryStep = Math.Max((double)keys / queries, 1);
        var keyStep = Math.Max((double)queries / keys, 1);
        var distance = new long[queries * keys];
        for (long query = 0, at = 0; query < queries; query++)
        {
            for (long key = 0; key < keys; key++)
                distance[at++] = (long)(query * queryStep - key * keyStep + (keys - 1) * keyStep);
        }

        return table.index_select(0, tensor(distance, device: table.device)).reshape(queries, keys, -1).MoveToOuterDisposeScope();
    }

    /// <summary>The table [length, d], interpolated linearly.</summary>
    public static Tensor Resize(Tensor table, long length) =>
        functional.interpolate(table.t().unsqueeze(0), [length], mode: InterpolationMode.Linear, align_corners: false).squeeze(0).t();

    /// <summary>Bias [B·heads, q, W'·…] of some rows of queries against the whole map.</summary>
    /// <param name="query">[N,h,w,d] the UNSCALED queries; N is batch times heads.</param>
    /// <param name="rows">[h,H,d] from <see cref="Lookup"/>.</param>
    /// <param name="columns">[w,W,d] from <see cref="Lookup"/>.</param>
    /// <returns>[N, h·w, H·W].</returns>
    public static Tensor Bias(Tensor query, Tensor rows, Tensor columns)
    {
        var byRow = einsum("nhwd,hkd->nhwk", query, rows);             // [N,h,w,H]
        var byColumn = einsum("nhwd,wkd->nhwk", query, columns);       // [N,h,w,W]
        var bias = byRow.unsqueeze(-1).Plus(byColumn.unsqueeze(-2));   // [N,h,w,H,W]
        return bias.reshape(query.size(0), query.size(1) * query.size(2), rows.size(1) * columns.size(1));
    }
}
