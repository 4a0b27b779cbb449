using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Encoder;

// n windows (or maps), h heads, r x c queries of each, d width of a head; primes count those of a tile.

/// <summary>Some windows, heads and rows of queries: what attends at a time.</summary>
internal readonly record struct AttentionTile(TileRange Windows, TileRange Heads, TileRange Rows)
{
    /// <summary>The tile's queries, of all of them [n,h,r,c,d]: [n',h',r',c,d].</summary>
    public Tensor QueriesOf(Tensor queries) => Rows.Of(Heads.Of(Windows.Of(queries, 0), 1), 2);

    /// <summary>The keys or values that the tile's queries see, of all of them [n,h,m,d]: [n',h',m,d].</summary>
    public Tensor KeysOf(Tensor keys) => Heads.Of(Windows.Of(keys, 0), 1);

    /// <summary>What belongs to the tile's rows of queries, of all rows [r,m]: [r',m].</summary>
    public Tensor RowsOf(Tensor rows) => Rows.Of(rows, 0);
}

/// <summary>Consecutive indices on one axis.</summary>
internal readonly record struct TileRange(long First, long Count)
{
    public Tensor Of(Tensor x, int axis) => x.narrow(axis, First, Count);

    /// <summary>An axis cut into ranges of one length; the last may be shorter.</summary>
    public static IEnumerable<TileRange> Cut(long length, long step)
    {
        for (long first = 0; first < length; first += step)
            yield return new(first, Math.Min(step, length - first));
    }
}

/// <summary>Attention whose bias, a number for each query and key, is never held whole: it is computed tile by tile.</summary>
internal static class AttentionTiles
{
    // Our choice, by measurement: numbers of bias held at a time, and heads of a tile where one map alone exceeds them.
    private const long BiasBudget = 3 << 20, HeadsOfLargeMap = 2;

    /// <summary>Computes attention tile by tile and joins the results: [n,r,c,h·d].</summary>
    /// <param name="queries">[n,h,r,c,d].</param>
    /// <param name="keys">How many keys each query sees.</param>
    /// <param name="attend">Attention of a tile, [n',h',r'·c,d].</param>
    public static Tensor Compute(Tensor queries, long keys, Func<AttentionTile, Tensor> attend)
    {
        long windows = queries.size(0), heads = queries.size(1), rows = queries.size(2), columns = queries.size(3), depth = queries.size(4);

        // As many windows as the budget allows; of a map that exceeds it a few heads, and as many rows of queries.
        long biasOfRow = columns * keys, biasOfWindow = heads * rows * biasOfRow;
        var (tileWindows, tileHeads, tileRows) = biasOfWindow <= BiasBudget
            ? (Math.Clamp(BiasBudget / biasOfWindow, 1, windows), heads, rows)
            : (1, HeadsOfLargeMap, Math.Clamp(BiasBudget / (HeadsOfLargeMap * biasOfRow), 1, rows));

        return Concatenate(0, TileRange.Cut(windows, tileWindows).Select(AllHeads));

        Tensor AllHeads(TileRange windowRange)                                                  // [n',r,c,h·d]
        {
            var attended = Concatenate(1, TileRange.Cut(heads, tileHeads).Select(headRange => AllRows(windowRange, headRange)));
            return attended.transpose(1, 2).reshape(-1, rows, columns, heads * depth);
        }

        Tensor AllRows(TileRange windowRange, TileRange headRange) =>                           // [n',h',r·c,d]
            Concatenate(2, TileRange.Cut(rows, tileRows).Select(rowRange => Tile(new(windowRange, headRange, rowRange))));

        Tensor Tile(AttentionTile tile)                                                         // [n',h',r'·c,d]
        {
            using var scope = NewDisposeScope();
            return attend(tile).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The parts side by side on an axis; a single part as it is, without a copy.</summary>
    public static Tensor Concatenate(int axis, IEnumerable<Tensor> parts)
    {
        var all = parts.ToList();
        return all.Count == 1 ? all[0] : cat(all, axis);
    }
}
