using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Tests.Kernels;

/// <summary>Kernels against libtorch on random numbers of random sizes.</summary>
[TestClass]
public sealed unsafe class RowKernelTests
{
    private const float Epsilon = 1e-5f;

    public static IEnumerable<object[]> Sizes => [[1, 1], [3, 15], [2, 16], [5, 24], [7, 31], [4, 49], [9, 160], [3, 209]];

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void What_follows_a_product(int rows, int width)
    {
        using var scope = NewDisposeScope();
        using var memory = new AlignedMemory();
        var (sums, bias, others) = (Random(1, rows, width), Random(2, width), Random(3, rows, width));
        float* a = Copy(memory, sums), b = Copy(memory, bias), c = Copy(memory, others), found = memory.Take<float>(rows * width);

        Lanes.Over(width, new AddBias<float, Singles, Gelu>(rows, a, width, b, found, width));
        AssertClose(functional.gelu(sums + bias), found, 1e-6);
        Lanes.Over(width, new AddBias<float, Singles, Relu>(rows, a, width, b, found, width));
        AssertClose(functional.relu(sums + bias), found, 0);
        Lanes.Over(width, new AddResidual<Identity>(rows, a, width, b, c, width, found, width));
        AssertClose(sums + bias + others, found, 1e-6);
        Lanes.Over(width, new ScaleRows<float, Singles>(rows, a, width, c, found, width));
        AssertClose(sums * others.flatten()[..rows].unsqueeze(1), found, 0);
        Lanes.Over(width, new ScaleColumns<float, Singles>(rows, a, width, b, found, width));
        AssertClose(sums * bias, found, 0);

        var halves = memory.Take<ushort>(rows * width);
        Lanes.Over(width, new Convert<ushort, Halves, Identity>(rows, a, width, halves, width));
        for (var i = 0; i < rows * width; i++)
            found[i] = Lanes1.LoadHalves(halves + i);
        AssertClose(sums.to(bfloat16).to(float32), found, 0);
    }

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void Layer_normalization(int rows, int width)
    {
        using var scope = NewDisposeScope();
        using var memory = new AlignedMemory();
        var (x, weight, bias) = (Random(4, rows, width) * 3 + 100, Random(5, width), Random(6, width));
        float* from = Copy(memory, x), w = Copy(memory, weight), b = Copy(memory, bias), to = memory.Take<float>(rows * width);
        RowSums.Normalize<float, Singles>(rows, width, from, width, w, b, Epsilon, to, width);
        AssertClose(functional.layer_norm(x.to(float64), [width], weight.to(float64), bias.to(float64), Epsilon), to, 1e-3);
        for (var row = 0; row < rows; row++)
        {
            RowSums.NormalizeRow<float, Singles, Lanes256, System.Runtime.Intrinsics.Vector256<float>>(
                width, from + row * width, w, b, Epsilon, to + row * width);
        }

        AssertClose(functional.layer_norm(x.to(float64), [width], weight.to(float64), bias.to(float64), Epsilon), to, 1e-3);
    }

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void Softmax_of_scores_however_large(int rows, int width)
    {
        using var scope = NewDisposeScope();
        using var memory = new AlignedMemory();
        var (scores, bias) = (Random(7, rows, width) * 300, Random(8, rows, width) * 50);
        bias[0, width - 1] = width > 1 ? float.NegativeInfinity : 0;
        float* b = Copy(memory, bias), to = memory.Take<float>(rows * width), factors = memory.Take<float>(rows);
        foreach (var added in (float*[])[b, null])
        {
            RowSums.Softmax<float, Singles>(rows, width, Copy(memory, scores), width, added, width, to, width, factors);
            for (var i = 0; i < rows * width; i++)
                to[i] *= factors[i / width];
            AssertClose((added is null ? scores : scores + bias).to(float64).softmax(-1), to, 1e-4);
        }

        for (var row = 0; row < rows; row++)
        {
            var sum = RowSums.SoftmaxRow<float, Singles, Lanes256, System.Runtime.Intrinsics.Vector256<float>>(
                width, Copy(memory, scores[row]), null, to + row * width);
            for (var i = 0; i < width; i++)
                to[row * width + i] /= sum;
        }

        AssertClose(scores.to(float64).softmax(-1), to, 1e-4);
    }

    [TestMethod]
    [DataRow(5, 3, 8), DataRow(2, 7, 4), DataRow(9, 20, 16), DataRow(1, 1, 1), DataRow(3, 2, 27)]
    public void Softmax_across_groups_and_over_rows_in_parts(int rows, int groups, int size)
    {
        using var scope = NewDisposeScope();
        using var memory = new AlignedMemory();
        var width = groups * size;
        var (scores, bias) = (Random(13, rows, width) * 100, Random(14, width) * 30);
        float* copy = Copy(memory, scores), to = memory.Take<float>(rows * width);
        Lanes.Over(size, new SoftmaxAcross<float, Singles>(rows, groups, size, copy, width, Copy(memory, bias), to, width));
        AssertClose((scores + bias).to(float64).reshape(rows, groups, size).softmax(1).reshape(rows, width), to, 1e-4);

        float* largest = memory.Take<float>(width), sums = memory.Take<float>(width), factors = memory.Take<float>(width);
        new Span<float>(largest, width).Fill(float.NegativeInfinity);
        copy = Copy(memory, scores);
        for (var row = 0; row < rows; row++) // what came before shrinks
        {
            Lanes.Over(width, new SoftmaxMore(1, copy + row * width, width, largest, sums, factors));
            for (var i = 0; i < row * width; i++)
                copy[i] *= factors[i % width];
        }

        for (var i = 0; i < rows * width; i++)
            copy[i] /= sums[i % width];
        AssertClose(scores.to(float64).softmax(0), copy, 1e-4);
    }

    [TestMethod]
    [DataRow(1, 16, 16), DataRow(3, 16, 5), DataRow(6, 32, 20), DataRow(4, 64, 64)]
    public void Softmax_over_a_map_with_numbers_for_rows_and_columns(int rows, int columns, int places)
    {
        using var scope = NewDisposeScope();
        using var memory = new AlignedMemory();
        var (scores, byRow, byColumn) = (Random(15, rows, columns) * 100, Random(16, rows, 1) * 50, Random(17, columns) * 50);
        byColumn[places..] = float.NegativeInfinity;
        float* from = Copy(memory, scores), y = Copy(memory, byRow), x = Copy(memory, byColumn), to = memory.Take<float>(rows * columns);
        var (largest, sum) = (float.NegativeInfinity, 0f);
        for (var row = 0; row < rows; row++) // what came before shrinks
        {
            var factor = PositionSoftmax.More<float, Singles>(
                1, columns, from + row * columns, y + row, x, to + row * columns, ref largest, ref sum);
            for (var i = 0; i < row * columns; i++)
                to[i] *= factor;
        }

        for (var i = 0; i < rows * columns; i++)
            to[i] /= sum;
        var expected = (scores + byRow + byColumn).to(float64).flatten().softmax(0).reshape(rows, columns);
        AssertClose(expected, to, 1e-4);

        (largest, sum) = (float.NegativeInfinity, 0f);
        PositionSoftmax.More<float, Singles, Lanes256, System.Runtime.Intrinsics.Vector256<float>>(
            rows, columns, Copy(memory, scores), y, x, to, ref largest, ref sum);
        for (var i = 0; i < rows * columns; i++)
            to[i] /= sum;
        AssertClose(expected, to, 1e-4);
    }

    [TestMethod]
    [DataRow(1, 3, 1), DataRow(4, 16, 1), DataRow(7, 40, 1), DataRow(9, 24, 2), DataRow(66, 17, 2)]
    public void Convolution_of_each_channel_by_itself(int outputs, int channels, int step)
    {
        using var scope = NewDisposeScope();
        using var memory = new AlignedMemory();
        var inputs = (outputs - 1) * step + 3;
        var (rows, weight, bias) = (Random(9, 3, inputs, channels), Random(10, channels, 9), Random(11, channels));
        float* from = Copy(memory, rows), w = Copy(memory, weight.transpose(0, 1)), b = Copy(memory, bias);
        var to = memory.Take<float>(outputs * channels);
        Lanes.Over(channels, new Depthwise<float, Singles, Gelu>(
            outputs, channels, step, from, from + inputs * channels, from + 2 * inputs * channels, w, b, to));
        var windows = rows.unfold(1, 3, step);                                                  // [3,outputs,channels,3]
        var expected = functional.gelu(einsum("yxck,cyk->xc", windows, weight.reshape(channels, 3, 3)) + bias);
        AssertClose(expected, to, 1e-5);
    }

    [TestMethod]
    [DataRow(1, 1), DataRow(8, 8), DataRow(7, 20), DataRow(24, 17), DataRow(49, 32)]
    public void Transposition_in_part_of_a_larger_matrix(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        using var memory = new AlignedMemory();
        var matrix = Random(12, rows, columns + 3);
        var to = memory.Take<float>(columns * (rows + 2));
        Transposition.Run(rows, columns, (uint*)Copy(memory, matrix), columns + 3, (uint*)to, rows + 2);
        AssertClose(functional.pad(matrix[.., ..columns].transpose(0, 1), [0, 2]), to, 0);
    }

    private static Tensor Random(long seed, params long[] shape) => SmallNetwork.Normal(seed, shape);

    private static float* Copy(AlignedMemory memory, Tensor numbers) => memory.Copy(numbers.contiguous().data<float>().ToArray());

    private static void AssertClose(Tensor expected, float* found, double within) =>
        SmallNetwork.AssertClose(expected, tensor(new Span<float>(found, (int)expected.numel()).ToArray()).reshape(expected.shape), within);
}
