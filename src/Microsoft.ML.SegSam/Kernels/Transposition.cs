using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>Rows become columns, in elements of 32 bits: a float32 number, or a pair of bfloat16 numbers.</summary>
internal static unsafe class Transposition
{
    private const int Block = 8;

    /// <summary>[rows,columns] → [columns,rows].</summary>
    /// <param name="strideFrom">Elements from a row to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int rows, int columns, uint* from, int strideFrom, uint* to, int strideTo)
    {
        var (wholeRows, wholeColumns) = Avx.IsSupported ? (rows / Block * Block, columns / Block * Block) : (0, 0);
        for (var row = 0; row < wholeRows; row += Block)
        {
            for (var column = 0; column < wholeColumns; column += Block)
                RunBlock((float*)from + row * (long)strideFrom + column, strideFrom, (float*)to + column * (long)strideTo + row, strideTo);
        }

        for (var row = 0; row < rows; row++)
        {
            for (var column = row < wholeRows ? wholeColumns : 0; column < columns; column++)
                to[column * (long)strideTo + row] = from[row * (long)strideFrom + column];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunBlock(float* from, long strideFrom, float* to, long strideTo)
    {
        Vector256<float> a = Vector256.Load(from), b = Vector256.Load(from + strideFrom);
        Vector256<float> c = Vector256.Load(from + 2 * strideFrom), d = Vector256.Load(from + 3 * strideFrom);
        Vector256<float> e = Vector256.Load(from + 4 * strideFrom), f = Vector256.Load(from + 5 * strideFrom);
        Vector256<float> g = Vector256.Load(from + 6 * strideFrom), h = Vector256.Load(from + 7 * strideFrom);
        Vector256<float> ab = Avx.UnpackLow(a, b), cd = Avx.UnpackLow(c, d), ef = Avx.UnpackLow(e, f), gh = Avx.UnpackLow(g, h);
        Store(to, strideTo, Avx.Shuffle(ab, cd, 0x44), Avx.Shuffle(ef, gh, 0x44));
        Store(to + strideTo, strideTo, Avx.Shuffle(ab, cd, 0xEE), Avx.Shuffle(ef, gh, 0xEE));
        (ab, cd, ef, gh) = (Avx.UnpackHigh(a, b), Avx.UnpackHigh(c, d), Avx.UnpackHigh(e, f), Avx.UnpackHigh(g, h));
        Store(to + 2 * strideTo, strideTo, Avx.Shuffle(ab, cd, 0x44), Avx.Shuffle(ef, gh, 0x44));
        Store(to + 3 * strideTo, strideTo, Avx.Shuffle(ab, cd, 0xEE), Avx.Shuffle(ef, gh, 0xEE));
    }

    // A row of the block's upper half, and the one four below it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, long strideTo, Vector256<float> left, Vector256<float> right)
    {
        Avx.Permute2x128(left, right, 0x20).Store(to);
        Avx.Permute2x128(left, right, 0x31).Store(to + 4 * strideTo);
    }
}
