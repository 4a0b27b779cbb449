using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused;

// n pixels, C width, J columns (a token's head each), M = J rounded up to whole vectors, w pixels of a tile.

/// <summary>
/// One way through the maps of all prompts: pixels read tokens, and are normalized; and tokens read the pixels as they are then, which is
/// the next step of the transformer.
/// </summary>
internal sealed unsafe class FusedMapPass<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const int Tile = 64, MostTiles = 8, LeastChunks = 4; // our choice, by measurement; chunks are what threads share

    public required int Prompts { get; init; }

    public required int Tokens { get; init; }

    public required int Heads { get; init; }

    public required int Pixels { get; init; }

    public required int Width { get; init; }

    /// <summary>J, and J as whole vectors.</summary>
    public int Count => Tokens * Heads;

    public int Columns => Packing.RoundUp(Count, 16);

    public int Chunks => (Pixels + PixelsOfChunk - 1) / PixelsOfChunk;

    private int PixelsOfChunk => Math.Clamp(Packing.RoundUp((Pixels + LeastChunks - 1) / LeastChunks, Tile), Tile, Tile * MostTiles);

    /// <summary>Position codes of pixels, [n,C].</summary>
    public required float* Positions { get; init; }

    /// <summary>Of pixels that read: [P,C,M] folded keys, [P,M] their bias, [P,J,C] folded values, [C] the output's bias.</summary>
    public T* Keys { get; init; }

    public float* KeyBias { get; init; }

    public T* Values { get; init; }

    /// <summary>Of tokens that read: [P,C,M] folded queries.</summary>
    public T* Queries { get; init; }

    /// <summary>What each chunk's pixels give the tokens: [P,chunks,J,C] sums, [P,chunks,M] largest scores and sums of weights.</summary>
    public float* Sums { get; init; }

    public float* Largest { get; init; }

    public float* Weights { get; init; }

    /// <param name="strideFrom">From a prompt's map to the next in <paramref name="from"/>; 0: all share one.</param>
    /// <param name="from">[n,C] for each prompt.</param>
    /// <param name="to">[P,n,C], where pixels read.</param>
    /// <param name="outputBias">[C], likewise.</param>
    /// <param name="norm">Of the pixels that have read; null: tokens read them as they are.</param>
    public void Run(float* from, long strideFrom, float* to, float* outputBias, FusedNorm? norm) =>
        WorkerThreads.For(Prompts * Chunks, part =>
        {
            var (prompt, chunk) = (part / Chunks, part % Chunks);
            var map = from + prompt * strideFrom;
            var target = to + (long)prompt * Pixels * Width;
            for (var i = (long)part * Columns; i < (part + 1L) * Columns; i++)
                (Largest[i], Weights[i]) = (float.NegativeInfinity, 0);
            for (var first = chunk * PixelsOfChunk; first < Math.Min(Pixels, (chunk + 1) * PixelsOfChunk); first += Tile)
            {
                var scratch = Scratch.Empty();
                var pixels = Math.Min(Tile, Pixels - first);
                var tile = map + (long)first * Width;
                if (norm is not null)
                {
                    var changed = target + (long)first * Width;
                    PixelsRead(scratch, prompt, first, pixels, tile, changed, outputBias, norm);
                    tile = changed;
                }

                TokensRead(scratch, prompt, part, first, pixels, tile);
            }
        });

    private void PixelsRead(Scratch scratch, int prompt, int first, int pixels, float* tile, float* to, float* outputBias, FusedNorm norm)
    {
        var placed = scratch.Take<T>(pixels * Width);
        var scores = scratch.Take<float>(pixels * Columns);
        var weights = scratch.Take<T>(pixels * Columns);
        var sums = scratch.Take<float>(pixels * Width);
        Place(first, pixels, tile, placed);
        TNumbers.Multiply(
            pixels, Columns, Width, placed, Width, Keys + (long)prompt * Width * Columns, Columns, scores, Columns, adds: false);
        Lanes.Over(Heads, new SoftmaxAcross<T, TNumbers>(
            pixels, Tokens, Heads, scores, Columns, KeyBias + prompt * Columns, weights, Columns));
        TNumbers.Multiply(pixels, Width, Count, weights, Columns, Values + (long)prompt * Packing.RoundUp(Count, 2) * Width, Width,
            sums, Width, adds: false);
        Lanes.Over(Width, new AddResidual<Identity>(pixels, sums, Width, outputBias, tile, Width, to, Width));
        norm.Run(pixels, to);
    }

    private void TokensRead(Scratch scratch, int prompt, int part, int first, int pixels, float* tile)
    {
        var placed = scratch.Take<T>(pixels * Width);
        var scores = scratch.Take<float>(pixels * Columns);
        var turned = scratch.Take<float>(Columns * Tile);
        var weights = scratch.Take<T>(Columns * Tile);
        var values = scratch.Take<T>(Tile * Width);
        var factors = scratch.Take<float>(Columns);
        var sums = Sums + (long)part * Count * Width;
        Place(first, pixels, tile, placed);
        TNumbers.Multiply(
            pixels, Columns, Width, placed, Width, Queries + (long)prompt * Width * Columns, Columns, scores, Columns, adds: false);
        var isFirst = float.IsNegativeInfinity(Largest[(long)part * Columns]);
        Lanes.Over(Columns, new SoftmaxMore(
            pixels, scores, Columns, Largest + (long)part * Columns, Weights + (long)part * Columns, factors));
        if (!isFirst)
            Lanes.Over(Width, new ScaleRows<float, Singles>(Count, sums, Width, factors, sums, Width));
        var even = Packing.RoundUp(pixels, TNumbers.RowsTogether);
        if (even > pixels)
            new Span<float>(turned, Columns * even).Clear();
        Transposition.Run(pixels, Columns, (uint*)scores, Columns, (uint*)turned, even);
        var (a, strideA) = Packing.First<T, TNumbers>(Count, even, turned, even, weights);
        if (TNumbers.RowsTogether == 1)
            values = (T*)tile;
        else
            Packing.Rows<T, TNumbers>(pixels, Width, tile, Width, values);
        TNumbers.Multiply(Count, Width, even, (T*)a, strideA, values, Width, sums, Width, adds: !isFirst);
    }

    private void Place(int first, int pixels, float* tile, T* to) => Lanes.Over(Width, new AddRows<T, TNumbers>(
        pixels, tile, Width, Positions + (long)first * Width, Width, to, Width));

    /// <summary>The average pixel of each column, from what the chunks gave: always in their order. [J,C].</summary>
    public void Average(int prompt, float* to)
    {
        new Span<float>(to, Count * Width).Clear();
        var (first, count) = (prompt * Chunks, Count);
        for (var column = 0; column < count; column++)
        {
            var most = float.NegativeInfinity;
            for (var chunk = first; chunk < first + Chunks; chunk++)
                most = Lanes1.Max(Largest[(long)chunk * Columns + column], most);
            float weight = 0;
            for (var chunk = first; chunk < first + Chunks; chunk++)
                weight += Weights[(long)chunk * Columns + column] * MathF.Exp(Largest[(long)chunk * Columns + column] - most);
            for (var chunk = first; chunk < first + Chunks; chunk++)
            {
                var share = MathF.Exp(Largest[(long)chunk * Columns + column] - most) / weight;
                Lanes.Over(Width, new AddScaled(Sums + ((long)chunk * count + column) * Width, share, to + column * Width));
            }
        }
    }
}
