using Microsoft.ML.SegSam.Kernels;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Fused;

// P prompts, g map side, C width, w pixels of a tile. A pixel becomes four, and each of those four again.

/// <summary>
/// The up-scaling of a decoder's map for predictions on a CPU: a tile at a time, from the coarse map to the fine one; then the refinement.
/// </summary>
internal sealed unsafe class FusedUpscaling<T, TNumbers> : IUpscaling, IDisposable
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const int Parts = 4;
    private readonly AlignedMemory _weights = new();
    private readonly PackedMatrix<T, TNumbers> _first, _second;
    private readonly float* _firstBias, _secondBias;
    private readonly FusedNorm _norm;
    private readonly FusedRefinement<T, TNumbers>? _refinement;
    private readonly int _width;

    public FusedUpscaling(Upscaling upscaling, SegSamConfig config)
    {
        var weights = new ModuleWeights(upscaling);
        _width = config.Width;
        (_first, _second) = (Pack("0", _width), Pack("3", _width / 4));
        _firstBias = _weights.Copy(Repeat(weights.Of("0.bias")));
        _secondBias = _weights.Copy(Repeat(weights.Of("3.bias")));
        _norm = new(_weights, weights, "1", config.MapEpsilon);
        _refinement = config.RefinementDepth > 0
            ? new(_weights, weights, "refinement.", _width / 8, config.RefinementDepth) : null;

        // [C,C',2,2], a matrix for each part, as [4·C',C].
        PackedMatrix<T, TNumbers> Pack(string name, int inputs)
        {
            var weight = weights.Of(name + ".weight");
            var outputs = weight.Length / inputs / Parts;
            var turned = new float[weight.Length];
            for (var i = 0; i < turned.Length; i++)
            {
                var (part, output, input) = (i / inputs / outputs, i / inputs % outputs, i % inputs);
                turned[i] = weight[(input * outputs + output) * Parts + part];
            }

            return new(_weights, turned, Parts * outputs, inputs);
        }

        static float[] Repeat(float[] bias) => [.. Enumerable.Repeat(bias, Parts).SelectMany(numbers => numbers)];
    }

    public Tensor Compute(Tensor pixels, MaskContext context)
    {
        using var scope = NewDisposeScope();
        int prompts = (int)pixels.size(0), grid = (int)Math.Sqrt(pixels.size(1));
        Tensor map = pixels.contiguous(), upscaled = empty(prompts, 4 * grid, 4 * grid, _width / 8);
        Tensor? twofold = context.Fine?.Twofold.contiguous(), fourfold = context.Fine?.Fourfold.contiguous();
        var prior = context.Prior?.contiguous();
        fixed (byte* from = map.bytes, to = upscaled.bytes, mask = prior is null ? default : prior.bytes)
        fixed (byte* two = twofold is null ? default : twofold.bytes, four = fourfold is null ? default : fourfold.bytes)
        {
            float* source = (float*)from, target = (float*)to, addedFirst = (float*)two, addedSecond = (float*)four;
            var priors = (float*)mask;
            var isShared = twofold?.size(0) == 1;
            WorkerThreads.Call(get_num_threads(), () =>
            {
                Run(source, addedFirst, addedSecond, isShared, target, prompts, grid);
                _refinement?.Run(target, priors, prompts, 4 * grid);
            });
        }

        GC.KeepAlive(this);
        return upscaled.MoveToOuterDisposeScope();
    }

    public void Dispose() => _weights.Dispose();

    private void Run(float* from, float* twofold, float* fourfold, bool isShared, float* to, int prompts, int grid)
    {
        int pixels = grid * grid, tiles = (pixels + MapParts.Pixels - 1) / MapParts.Pixels;
        WorkerThreads.For(prompts * tiles, part =>
        {
            var (prompt, first) = (part / tiles, part % tiles * MapParts.Pixels);
            var map = (long)(isShared ? 0 : prompt) * pixels + first; // of the fine maps
            RunTile(from + ((long)prompt * pixels + first) * _width, twofold is null ? null : twofold + map * _width,
                fourfold is null ? null : fourfold + map * 2 * _width, to + (long)prompt * pixels * 2 * _width, grid, first,
                Math.Min(MapParts.Pixels, pixels - first));
        });
    }

    private void RunTile(float* from, float* twofold, float* fourfold, float* to, int grid, int first, int pixels)
    {
        var scratch = Scratch.Empty();
        var half = _width / 2;
        float* sums = scratch.Take<float>(pixels * _width), wide = scratch.Take<float>(pixels * Parts * half);
        T* operand = scratch.Take<T>(pixels * _width);
        var (a, stride) = Packing.First<T, TNumbers>(pixels, _width, from, _width, operand);
        _first.Multiply(pixels, (T*)a, stride, sums, _width);                           // [w,4·C/4]
        if (twofold is null)
            Lanes.Over(_width, new AddBias<float, Singles, Identity>(pixels, sums, _width, _firstBias, sums, _width));
        else
            Lanes.Over(_width, new AddResidual<Identity>(pixels, sums, _width, _firstBias, twofold, _width, sums, _width));
        _norm.Run(pixels * Parts, sums);                                                // [4w,C/4]
        Lanes.Over(pixels * _width, new Convert<T, TNumbers, Gelu>(1, sums, 0, operand, 0));
        _second.Multiply(pixels * Parts, operand, _width / Parts, wide, half);          // [4w,4·C/8]
        for (var i = 0; i < pixels;)                                                    // row by row of the coarse map
        {
            var (y, x) = ((first + i) / grid, (first + i) % grid);
            var count = Math.Min(grid - x, pixels - i);
            for (var part = 0; part < 8; part++)                                        // rows and columns of the first, rows of the second
            {
                var (down, across, downAgain) = (part / 4, part / 2 % 2, part % 2);
                var start = (long)(i * Parts + down * 2 + across) * half + downAgain * half / 2;
                var target = to + ((long)(4 * y + 2 * down + downAgain) * grid * 4 + 4 * x + 2 * across) * (_width / 8);
                var bias = _secondBias + downAgain * half / 2;
                if (fourfold is null)
                    Lanes.Over(half / 2, new AddBias<float, Singles, Gelu>(count, wide + start, Parts * half, bias, target, half));
                else
                {
                    Lanes.Over(half / 2, new AddResidual<Gelu>(
                        count, wide + start, Parts * half, bias, fourfold + start, Parts * half, target, half));
                }
            }

            i += count;
        }
    }
}
