using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused;

/// <summary>A 3 x 3 convolution as three products for each row: three pixels side by side are one row of an operand.</summary>
internal sealed unsafe class FusedConvolution<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private readonly PackedMatrix<T, TNumbers>[] _rows;

    /// <param name="weight">[outputs,inputs,3,3].</param>
    public FusedConvolution(AlignedMemory memory, float[] weight, int outputs) => _rows =
    [
        .. Enumerable.Range(0, 3).Select(row => new PackedMatrix<T, TNumbers>(
            memory, FusedWeights.RowOf(weight, row, outputs), outputs, weight.Length / outputs / 3)),
    ];

    public int Outputs => _rows[0].Columns;

    /// <summary>sums = the convolution of a row.</summary>
    /// <param name="step">Pixels from one output to the next.</param>
    /// <param name="above">From here on the row above, beginning with the pixel on the left of the first output's.</param>
    /// <param name="sums">[pixels,outputs].</param>
    public void Run(int pixels, int step, T* above, T* middle, T* below, float* sums) =>
        Run(0, Outputs, pixels, step, above, middle, below, sums);

    /// <summary>The same of some outputs.</summary>
    /// <param name="first">The first of them, where a panel begins: see <see cref="PackedMatrix{T, TNumbers}.Panel"/>.</param>
    /// <param name="sums">[pixels,count].</param>
    public void Run(int first, int count, int pixels, int step, T* above, T* middle, T* below, float* sums)
    {
        var stride = step * _rows[0].Rows / 3;
        _rows[0].MultiplyColumns(first, count, pixels, above, stride, sums, count);
        _rows[1].MultiplyColumns(first, count, pixels, middle, stride, sums, count, adds: true);
        _rows[2].MultiplyColumns(first, count, pixels, below, stride, sums, count, adds: true);
    }
}
