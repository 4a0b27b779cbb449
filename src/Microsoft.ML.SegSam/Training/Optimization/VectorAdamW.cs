using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training.Optimization;

/// <summary>AdamW of float32 numbers in memory: libtorch's, up to rounding.</summary>
/// <remarks>
/// A pass over the gradients finds their norm. Another one adds them up again, which costs less than to keep the sums, and changes weights,
/// moments and copies. The result does not depend on the number of threads; its last bits depend on the processor's vectors.
/// </remarks>
internal sealed unsafe class VectorAdamW(double weightDecay, double clip, int threads) : IAdamWUpdate
{
    /// <summary>Of a weight: TorchSharp gives access to 2 GB of a tensor.</summary>
    public const int MostNumbers = int.MaxValue / sizeof(float);

    private const int PieceLength = 1 << 18; // what a thread takes at once
    private const int BlockLength = 2048;    // whose sums stay in the nearest cache

    public void Run(IReadOnlyList<WeightUpdate> updates)
    {
        foreach (var update in updates)
            update.Steps.add_(Arithmetic.Number(1), Arithmetic.Number(1));
        var weights = updates.Select(update => new WeightNumbers(update, weightDecay)).ToArray();
        (WeightNumbers Weight, int First)[] pieces =
        [
            .. weights.SelectMany(weight => Enumerable.Range(0, (weight.Length + PieceLength - 1) / PieceLength)
                .Select(piece => (weight, piece * PieceLength))),
        ];
        var squares = new double[pieces.Length];
        WorkerThreads.Call(threads, () =>
        {
            WorkerThreads.For(pieces.Length, i => ForBlocks(pieces[i], (_, count, gradient) =>
            {
                float sum = 0;
                Lanes.Over(count, new AddSquares(gradient, &sum));
                squares[i] += sum;
            }));
            var excess = Math.Max(1, (float)((Math.Sqrt(squares.Sum()) + 1e-6) / clip));
            WorkerThreads.For(pieces.Length, i => ForBlocks(pieces[i], (first, count, gradient) =>
                pieces[i].Weight.Change(first, count, gradient, excess)));
        });
        GC.KeepAlive(updates);
    }

    public void Dispose()
    {
    }

    /// <summary>Adds up the gradients of each block of a piece, and does something with the sums.</summary>
    private static void ForBlocks((WeightNumbers Weight, int First) piece, BlockAction act)
    {
        var sums = stackalloc float[BlockLength];
        var end = Math.Min(piece.Weight.Length, piece.First + PieceLength);
        for (var first = piece.First; first < end; first += BlockLength)
        {
            var count = Math.Min(BlockLength, end - first);
            piece.Weight.AddGradients(first, count, sums);
            act(first, count, sums);
        }
    }

    private delegate void BlockAction(int first, int count, float* gradient);

    /// <summary>Where the numbers of a weight lie, and those of its update.</summary>
    private sealed class WeightNumbers
    {
        private readonly (nint At, bool IsHalf)[] _gradients;
        private readonly float* _weight, _mean, _square;
        private readonly ushort* _cast;
        private readonly AdamWNumbers _numbers;

        public WeightNumbers(WeightUpdate update, double weightDecay)
        {
            Length = checked((int)update.Weight.numel());
            _weight = (float*)Address(update.Weight);
            _mean = (float*)Address(update.Mean);
            _square = (float*)Address(update.Square);
            _cast = update.Cast is null ? null : (ushort*)Address(update.Cast);
            _gradients = [.. update.Gradients.Select(gradient => ((nint)Address(gradient), gradient.dtype == ScalarType.BFloat16))];
            var (rate, steps) = (update.LearningRate, update.Steps.item<float>());
            _numbers = new(
                (float)(rate * weightDecay), (float)(rate / (1 - Math.Pow(AdamWOptimizer.MeanDecay, steps))),
                (float)Math.Sqrt(1 - Math.Pow(AdamWOptimizer.SquareDecay, steps)));
        }

        public int Length { get; }

        public void AddGradients(int first, int count, float* sums)
        {
            for (var i = 0; i < _gradients.Length; i++)
            {
                var (at, isHalf) = _gradients[i];
                var others = i == 0 ? null : sums;
                if (isHalf)
                    Lanes.Over(count, new AddUp<ushort, Halves>((ushort*)at + first, others, sums));
                else
                    Lanes.Over(count, new AddUp<float, Singles>((float*)at + first, others, sums));
            }
        }

        public void Change(int first, int count, float* gradient, float excess) => Lanes.Over(count, new AdamWKernel(
            gradient, excess, _weight + first, _mean + first, _square + first, _cast is null ? null : _cast + first, _numbers));

        // libtorch's memory does not move.
        private static void* Address(Tensor tensor) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
    }
}
