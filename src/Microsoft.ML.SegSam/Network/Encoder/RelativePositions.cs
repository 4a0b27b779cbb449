using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

// B images or windows, h heads, d width of a head; r x c queries, a rectangle of the H x W keys.

/// <summary>
/// Positions in SAM's encoder. The decomposed relative ones are a bias on the attention logits, from the row distance and the column
/// distance of query and key.
/// </summary>
internal static class RelativePositions
{
    private const long FewKeys = 256; // our choice, by measurement: up to here a product adds rows and columns faster than a broadcast

    /// <summary>For every pair (query, key) on one axis the entry of a table [2·max(queries, keys) − 1, d]: [queries, keys].</summary>
    public static Tensor Distances(long queries, long keys, Device device)
    {
        // Counted on the longer axis, so that a table also serves queries and keys of unequal number, as in SAM.
        var queryStep = Math.Max((double)keys / queries, 1);
        var keyStep = Math.Max((double)queries / keys, 1);
        var distance = new long[queries * keys];
        for (long query = 0, at = 0; query < queries; query++)
        {
            for (long key = 0; key < keys; key++)
                distance[at++] = (long)(query * queryStep - key * keyStep + (keys - 1) * keyStep);
        }

        return tensor(distance, [queries, keys], device: device);
    }

    /// <summary>The table with <paramref name="length"/> rows: [length,d], interpolated linearly where it has another length.</summary>
    public static Tensor Resize(Tensor table, long length) => table.size(0) == length ? table
        : functional.interpolate(table.t().unsqueeze(0), [length], mode: InterpolationMode.Linear, align_corners: false).squeeze(0).t();

    /// <summary>
    /// Stored positions for another input size than they were trained at: absolute ones [1,g,g,D] are resized bilinearly, a table of
    /// relative ones [2g−1,d] linearly, as SAM-Med2D does.
    /// </summary>
    /// <param name="stored">As trained.</param>
    /// <param name="shape">As needed; of the same number of dimensions and the same width.</param>
    /// <returns>A new tensor; the caller disposes it.</returns>
    public static Tensor ResizeStored(Tensor stored, ReadOnlySpan<long> shape)
    {
        using var scope = NewDisposeScope();
        var resized = shape.Length == 4 ? ResizeMap(stored, shape[1], shape[2]) : Resize(stored, shape[0]);
        return resized.contiguous().MoveToOuterDisposeScope();
    }

    private static Tensor ResizeMap(Tensor map, long height, long width) => functional.interpolate(
        map.permute(0, 3, 1, 2), [height, width], mode: InterpolationMode.Bilinear, align_corners: false).permute(0, 2, 3, 1);

    /// <summary>Bias of some queries against all keys: [B,h,r·c,H·W].</summary>
    /// <param name="query">[B,h,r,c,d] the UNSCALED queries.</param>
    /// <param name="rowTable">[m,d], of row distances.</param>
    /// <param name="columnTable">[n,d], of column distances.</param>
    /// <param name="rows">[r,H], entries of <paramref name="rowTable"/>.</param>
    /// <param name="columns">[c,W], entries of <paramref name="columnTable"/>.</param>
    public static Tensor Bias(Tensor query, Tensor rowTable, Tensor columnTable, Tensor rows, Tensor columns)
    {
        long height = rows.size(1), width = columns.size(1), entries = rowTable.size(0);
        long[] queries = [.. query.shape[..4]];
        var products = query.matmul(cat([rowTable, columnTable]).t());                                          // [B,h,r,c,m+n]
        var byRow = products.narrow(-1, 0, entries).gather(-1, rows.unsqueeze(1).expand([.. queries, height])); // [B,h,r,c,H]
        var byColumn = products.narrow(-1, entries, columnTable.size(0))
            .gather(-1, columns.expand([.. queries, width]));                                                   // [B,h,r,c,W]
        var bias = height * width <= FewKeys
            ? cat([byRow, byColumn], -1).matmul(Spread(height, width, query))
            : byRow.unsqueeze(-1).Plus(byColumn.unsqueeze(-2));
        return bias.reshape(queries[0], queries[1], queries[2] * queries[3], height * width);
    }

    // Ones where a key lies in the row, and where it lies in the column: [H+W,H·W].
    private static Tensor Spread(long height, long width, Tensor like)
    {
        Tensor rows = eye(height, dtype: like.dtype, device: like.device), columns = eye(width, dtype: like.dtype, device: like.device);
        return cat([rows.unsqueeze(-1).expand(-1, -1, width).reshape(height, height * width), columns.repeat(1, height)]);
    }
}
