using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Kernels;

[TestClass]
public sealed unsafe class MicroKernelTests
{
    public static IEnumerable<object[]> Shapes =>
        [[1, 1, 1], [2, 5, 3], [16, 64, 32], [17, 65, 31], [49, 64, 27], [66, 130, 96], [3, 200, 257], [196, 96, 64]];

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Float32_products_are_right(int m, int n, int k)
    {
        TorchNatives.EnsureLoaded();
        Need(MicroKernels.WhyNotSingles);
        Check<float, Singles>(m, n, k, 1e-5);
    }

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Bfloat16_products_are_right(int m, int n, int k)
    {
        TorchNatives.EnsureLoaded();
        Need(MicroKernels.WhyNotHalves);
        Check<ushort, Halves>(m, n, k, 0.02);
    }

    [TestMethod]
    public void Attention_operands_are_laid_out_as_products_need_them()
    {
        TorchNatives.EnsureLoaded();
        Need(MicroKernels.WhyNotSingles);
        CheckPacking<float, Singles>(1e-5);
        Need(MicroKernels.WhyNotHalves);
        CheckPacking<ushort, Halves>(0.02);
    }

    // Whole, by columns and by rows.
    private static void Check<T, TNumbers>(int m, int n, int k, double within)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        using var scope = NewDisposeScope();
        using var memory = new AlignedMemory();
        var (a, weight) = (SmallNetwork.Normal(1, m, k), SmallNetwork.Normal(2, n, k));
        var depth = Packing.RoundUp(k, 2);
        var operand = memory.Take<T>(m * depth);
        Lanes.Over(k, new Convert<T, TNumbers, Identity>(m, memory.Copy(a.data<float>().ToArray()), k, operand, depth));
        var matrix = new PackedMatrix<T, TNumbers>(memory, weight.data<float>().ToArray(), n, k);
        var found = memory.Take<float>(m * n);
        var expected = a.to(float64).matmul(weight.to(float64).transpose(0, 1));

        matrix.Multiply(m, operand, depth, found, n);
        AssertClose(expected, found, within * Math.Sqrt(k));
        matrix.Multiply(m, operand, depth, found, n, adds: true);
        AssertClose(2 * expected, found, 2 * within * Math.Sqrt(k));
        for (var first = 0; first < n; first += PackedMatrix<T, TNumbers>.Panel)
            matrix.MultiplyColumns(first, Math.Min(PackedMatrix<T, TNumbers>.Panel, n - first), m, operand, depth, found + first, n);
        AssertClose(expected, found, within * Math.Sqrt(k));
        var half = k / 4 * 2;
        if (half == 0 || TNumbers.RowsTogether > 1 && k % 2 > 0)
            return;
        matrix.MultiplyRows(0, half, m, operand, depth, found, n, adds: false);
        matrix.MultiplyRows(half, k - half, m, operand + half, depth, found, n, adds: true);
        AssertClose(expected, found, within * Math.Sqrt(k));
    }

    private static void CheckPacking<T, TNumbers>(double within)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        const int tokens = 25, depth = 8, columns = 32;
        using var scope = NewDisposeScope();
        using var memory = new AlignedMemory();
        var (q, k) = (SmallNetwork.Normal(3, tokens, depth), SmallNetwork.Normal(4, tokens, depth));
        float* queries = memory.Copy(q.data<float>().ToArray()), keys = memory.Copy(k.data<float>().ToArray());
        T* converted = memory.Take<T>(tokens * depth), packed = memory.Take<T>(columns * depth), squared = memory.Take<T>(tokens * columns);
        var found = memory.Take<float>(tokens * columns);
        Packing.Columns<T, TNumbers>(tokens, depth, keys, depth, converted, packed, columns);
        var (a, stride) = Packing.First<T, TNumbers>(tokens, depth, queries, depth, converted);
        TNumbers.Multiply(tokens, columns, depth, (T*)a, stride, packed, columns, found, columns, adds: false);
        var scores = nn.functional.pad(q.matmul(k.transpose(0, 1)), [0, columns - tokens]);
        AssertClose(scores, found, 10 * within);

        Lanes.Over(columns, new Convert<T, TNumbers, Identity>(tokens, found, columns, squared, columns));
        Packing.Rows<T, TNumbers>(tokens, depth, keys, depth, packed);
        var result = memory.Take<float>(tokens * depth);
        var rows = Packing.RoundUp(tokens, TNumbers.RowsTogether);
        TNumbers.Multiply(tokens, depth, rows, squared, columns, packed, depth, result, depth, adds: false);
        AssertClose(scores[.., ..tokens].matmul(k), result, 100 * within);
    }

    private static void Need(string? missing)
    {
        if (missing is not null)
            Assert.Inconclusive(missing);
    }

    private static void AssertClose(Tensor expected, float* found, double within) =>
        SmallNetwork.AssertClose(expected, tensor(new Span<float>(found, (int)expected.numel()).ToArray()).reshape(expected.shape), within);
}
