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
    public void Run(int pixels, int step, T* above, T* middle, T* below, float* sums)
    {
        var stride = step * _rows[0].Rows / 3;
        _rows[0].Multiply(pixels, above, stride, sums, Outputs);
        _rows[1].Multiply(pixels, middle, stride, sums, Outputs, adds: true);
        _rows[2].Multiply(pixels, below, stride, sums, Outputs, adds: true);
    }

    /// <summary>The same of some outputs in several rows of a map, while their weights are in the caches.</summary>
    /// <param name="first">The first of the outputs, where a panel begins: see <see cref="PackedMatrix{T, TNumbers}.Panel"/>.</param>
    /// <param name="step">Pixels and rows from one output to the next.</param>
    /// <param name="above">The pixel above the first output's and on its left.</param>
    /// <param name="strideRows">Numbers from a row of the map to the next.</param>
    /// <param name="sums">[rows,pixels,count].</param>
    public void RunRows(int first, int count, int rows, int pixels, int step, T* above, int strideRows, float* sums)
    {
        var stride = step * _rows[0].Rows / 3;
        for (var row = 0; row < 3; row++)
        {
            for (var y = 0; y < rows; y++)
            {
                _rows[row].MultiplyColumns(first, count, pixels, above + (long)(y * step + row) * strideRows, stride,
                    sums + y * pixels * count, count, adds: row > 0);
            }
        }
    }
}
