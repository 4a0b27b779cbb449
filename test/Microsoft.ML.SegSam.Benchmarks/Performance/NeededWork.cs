using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>Multiplications of the image encoder for one image, each with its addition; two floating-point operations each.</summary>
/// <remarks>
/// Needed is what reaches the answer: linear layers of real tokens, and attention of real queries. Keys of a window's padding are
/// needed, since SAM's windows attend to them. The official implementations compute the padding's queries and linear layers too.
/// Norms, activations and sums are not counted.
/// </remarks>
internal static class NeededWork
{
    public static double EncoderFlops(SegSamConfig config) => 2.0 * Products(config, padded: false);

    /// <summary>As the official implementation computes it.</summary>
    public static double PlainEncoderFlops(SegSamConfig config) => 2.0 * Products(config, padded: true);

    private static long Products(SegSamConfig config, bool padded) => config.Kind switch
    {
        EncoderKind.Vit => Vit(config, padded),
        EncoderKind.TinyVit => TinyVit(config, config.Stages!, padded),
        _ => throw new NotSupportedException($"Work of the encoder {config.Kind} is not counted."),
    };

    private static long Vit(SegSamConfig config, bool padded)
    {
        long grid = config.Grid, tokens = grid * grid, width = config.EncoderWidth;
        var hidden = (long)(width * config.EncoderMlpRatio);
        var patches = tokens * width * 3 * config.PatchSize * config.PatchSize;
        return patches + Neck(config, width) + Enumerable.Range(0, config.EncoderDepth).Sum(Block);

        long Block(int index)
        {
            var side = config.GlobalBlocks.Contains(index) ? grid : config.WindowSize;
            var queries = padded ? Padded(grid, side) : tokens;
            var positions = 2 * side * width;                                          // of each query, to all rows and all columns
            return queries * (4 * width * width + 2 * side * side * width + positions) // q, k, v, out; logits and sums of values
                + tokens * 2 * width * hidden + Adapter(config);
        }
    }

    // SAM-Med2D's: the gate of one vector, a convolution 3 x 3 to half the side, a transposed one 4 x 4 back.
    private static long Adapter(SegSamConfig config)
    {
        long half = config.Grid / 2, width = config.EncoderWidth;
        return config.Adapter switch
        {
            SegSamAdapter.None => 0,
            SegSamAdapter.SamMed2D => 2 * width * (long)(width * config.AdapterRatio) + half * half * width * width * (9 + 16),
            _ => throw new NotSupportedException($"Work of the adapter {config.Adapter} is not counted."),
        };
    }

    private static long TinyVit(SegSamConfig config, IReadOnlyList<TinyVitStage> stages, bool padded)
    {
        long side = config.InputSize / 2, first = stages[0].Width;
        var work = side * side * (first / 2) * 3 * 9;
        side /= 2;
        work += side * side * first * (first / 2) * 9;
        foreach (var (i, stage) in stages.Index())
        {
            long width = stage.Width, hidden = (long)(width * config.EncoderMlpRatio), window = stage.Window * stage.Window;
            var queries = stage.Heads > 0 && padded ? Padded(side, stage.Window) : side * side;
            work += stage.Depth * (stage.Heads == 0
                ? side * side * (2 * width * hidden + 9 * hidden)
                : queries * (4 * width * width + 2 * window * width) + side * side * (9 * width + 2 * width * hidden));
            if (i == stages.Count - 1)
                continue;
            long next = stages[i + 1].Width, after = i < 2 ? side / 2 : side;
            work += side * side * width * next + after * after * (9 * next + next * next);
            side = after;
        }

        return work + Neck(config, stages[^1].Width);
    }

    private static long Neck(SegSamConfig config, long width) =>
        (long)config.Grid * config.Grid * (width * config.Width + 9L * config.Width * config.Width);

    private static long Padded(long side, long window) => (side + window - 1) / window * window * ((side + window - 1) / window * window);
}
