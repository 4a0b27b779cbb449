using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused;

// n side of the map, C' its channels.

/// <summary><see cref="MaskRefinement"/> for predictions on a CPU.</summary>
internal sealed unsafe class FusedRefinement<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const float MaskScale = (float)(1 / PromptEncoder.SureLogit);
    private readonly List<Pair> _pairs;
    private readonly int _channels, _seen, _between; // of the map, with the mask, between the convolutions; whole pairs of the latter two

    /// <param name="name">Of the refinement, with a dot.</param>
    public FusedRefinement(AlignedMemory memory, ModuleWeights weights, string name, int channels, int depth)
    {
        _channels = channels;
        _seen = Packing.RoundUp(channels + 1, TNumbers.RowsTogether);
        _between = Packing.RoundUp(channels, TNumbers.RowsTogether);
        _pairs = [.. Enumerable.Range(0, depth).Select(i => new Pair(
            Pack($"{name}first.{i}.weight", channels + 1, _seen), memory.Copy(weights.Of($"{name}first.{i}.bias")),
            Pack($"{name}second.{i}.weight", channels, _between), memory.Copy(weights.Of($"{name}second.{i}.bias"))))];

        FusedConvolution<T, TNumbers> Pack(string weight, int inputs, int padded) =>
            new(memory, FusedWeights.Padded(weights.Of(weight), inputs, padded), channels);
    }

    /// <param name="maps">[P,n,n,C'] in, out.</param>
    /// <param name="priors">[P,n,n], the prompts' masks as logits; null: none.</param>
    public void Run(float* maps, float* priors, int prompts, int side)
    {
        using var memory = new AlignedMemory();
        FusedMap<T> seen = new(memory, side, _seen), between = new(memory, side, _between);
        var pixels = (long)side * side;
        for (var prompt = 0; prompt < prompts; prompt++)
        {
            float* map = maps + prompt * pixels * _channels, prior = priors is null ? null : priors + prompt * pixels;
            MapParts.InPieces(side, (y, x, count) => See(map, prior, seen, y, x, count));
            foreach (var (i, pair) in _pairs.Index())
            {
                MapParts.InPieces(side, (y, x, count) => pair.First(seen, between, y, x, count));
                MapParts.InPieces(side, (y, x, count) =>
                {
                    pair.Second(between, map, y, x, count);
                    if (i < _pairs.Count - 1)
                        See(map, prior, seen, y, x, count);
                });
            }
        }
    }

    private void See(float* map, float* prior, FusedMap<T> to, int y, int x, int pixels)
    {
        var place = (long)y * to.Side + x;
        var target = to.At(y, x);
        Lanes.Over(_channels, new Convert<T, TNumbers, Identity>(
            pixels, map + place * _channels, _channels, target, _seen));
        for (var i = 0; i < pixels; i++)
        {
            var mask = target + i * _seen + _channels;
            TNumbers.Store<Lanes1, float>(mask, prior is null ? 0 : prior[place + i] * MaskScale);
            if (_seen > _channels + 1)
                TNumbers.Store<Lanes1, float>(mask + 1, 0);
        }
    }

    private sealed class Pair(
        FusedConvolution<T, TNumbers> first, float* firstBias, FusedConvolution<T, TNumbers> second, float* secondBias)
    {
        public void First(FusedMap<T> from, FusedMap<T> to, int y, int x, int pixels)
        {
            var channels = first.Outputs;
            var target = to.At(y, x);
            var sums = Scratch.Empty().Take<float>(pixels * channels);
            first.Run(pixels, 1, from.At(y - 1, x - 1), from.At(y, x - 1), from.At(y + 1, x - 1), sums);
            Lanes.Over(channels, new AddBias<T, TNumbers, Gelu>(pixels, sums, channels, firstBias, target, to.Channels));
            for (var i = channels; i < pixels * to.Channels && channels < to.Channels; i += to.Channels)
                TNumbers.Store<Lanes1, float>(target + i, 0);
        }

        public void Second(FusedMap<T> from, float* map, int y, int x, int pixels)
        {
            var channels = second.Outputs;
            var sums = Scratch.Empty().Take<float>(pixels * channels);
            second.Run(pixels, 1, from.At(y - 1, x - 1), from.At(y, x - 1), from.At(y + 1, x - 1), sums);
            var target = map + ((long)y * from.Side + x) * channels;
            Lanes.Over(channels, new AddResidual<Identity>(pixels, sums, channels, secondBias, target, channels, target, channels));
        }
    }
}
