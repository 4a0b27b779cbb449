using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>Compares products of small whole numbers, which every type holds exactly, with integers.</summary>
internal static unsafe class ProductTrial
{
    private const int Side = 128; // of the products that are timed

    private static readonly (int M, int N, int K, int Extra)[] Shapes =
        [(64, 64, 64, 0), (66, 64, 96, 5), (49, 50, 32, 0), (17, 33, 18, 5), (1, 1, 2, 0), (5, 7, 768, 5), (196, 208, 30, 0)];

    /// <summary>What is wrong; null: nothing.</summary>
    public static string? Run<T, TNumbers>()
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        foreach (var (m, n, k, extra) in Shapes)
        {
            if (!IsRight<T, TNumbers>(m, n, k, extra))
                return string.Create(CultureInfo.InvariantCulture, $"a {TNumbers.Name} product of {m} x {k} x {n} numbers is wrong");
        }

        return null;
    }

    /// <param name="extra">Numbers between the rows of each matrix, which must stay unread and unwritten.</param>
    private static bool IsRight<T, TNumbers>(int m, int n, int k, int extra)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        int strideA = k + extra, strideB = n + extra, strideC = n + extra;
        using var memory = new AlignedMemory();
        T* a = memory.Take<T>(m * strideA), b = memory.Take<T>(k * strideB);
        var c = memory.Take<float>(m * strideC);
        for (var i = 0; i < m * strideA; i++)
            TNumbers.Store<Lanes1, float>(a + i, i % strideA < k ? Number(i / strideA, i % strideA, 7) : float.NaN);
        for (var i = 0; i < k * strideB; i++)
        {
            var (row, column) = (i / strideB, i % strideB);
            TNumbers.Store<Lanes1, float>(b + PlaceOf<T, TNumbers>(row, column, strideB), column < n ? Number(column, row, 5) : float.NaN);
        }

        for (var i = 0; i < m * strideC; i++)
            c[i] = i % strideC;
        TNumbers.Multiply(m, n, k, a, strideA, b, strideB, c, strideC, adds: false);
        TNumbers.Multiply(m, n, k, a, strideA, b, strideB, c, strideC, adds: true);
        for (var i = 0; i < m * strideC; i++)
        {
            var (row, column) = (i / strideC, i % strideC);
            long sum = column < n ? 0 : column;
            for (var j = 0; j < k && column < n; j++)
                sum += 2 * Number(row, j, 7) * Number(column, j, 5);
            if (c[i] != sum)
                return false;
        }

        return true;
    }

    /// <summary>How many times as fast bfloat16 products are as float32 products; libtorch must be loaded, and both be right.</summary>
    public static double GainOfHalves()
    {
        using var memory = new AlignedMemory();
        double singles = double.MaxValue, halves = double.MaxValue;
        float* a = memory.Take<float>(Side * Side), b = memory.Take<float>(Side * Side), c = memory.Take<float>(Side * Side);
        ushort* d = memory.Take<ushort>(Side * Side), e = memory.Take<ushort>(Side * Side);
        for (var i = 0; i < 6; i++)                                             // the first try of each only warms up
        {
            singles = Math.Min(singles, Seconds<float, Singles>(a, b, c));
            halves = Math.Min(halves, Seconds<ushort, Halves>(d, e, c));
        }

        MicroKernels.Release();
        return singles / halves;
    }

    private static double Seconds<T, TNumbers>(T* a, T* b, float* c)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 8; i++)
            TNumbers.Multiply(Side, Side, Side, a, Side, b, Side, c, Side, adds: true);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Where the number of a row and a column of a second operand is.</summary>
    public static int PlaceOf<T, TNumbers>(int row, int column, int stride)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        var together = TNumbers.RowsTogether;
        return row / together * together * stride + column * together + row % together;
    }

    private static int Number(int row, int column, int kinds) => (row * 3 + column) % kinds - kinds / 2;
}
