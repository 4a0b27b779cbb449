using System.Runtime.Intrinsics;
using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Tests.Kernels;

[TestClass]
public sealed unsafe class LanesTests
{
    private static readonly float[] Numbers =
    [
        1, -2.5f, 3.14159274f, 1.00390625f, 1.01171875f, 0, -0f, float.Epsilon, float.MaxValue, float.PositiveInfinity,
        float.NegativeInfinity, float.NaN, BitConverter.Int32BitsToSingle(0x7F800001), BitConverter.Int32BitsToSingle(-1), 65504, -1e-39f,
    ];

    [TestMethod]
    public void Bfloat16_is_the_nearest_and_of_two_the_even_one()
    {
        foreach (var number in Numbers)
        {
            ushort found;
            Lanes1.StoreHalves(&found, number);
            var back = Lanes1.LoadHalves(&found);
            if (float.IsNaN(number))
                Assert.IsTrue(float.IsNaN(back), "NaN");
            else
                Assert.AreEqual(Nearest(number), back);
        }

        // Of all numbers that bfloat16 holds and that surround it; beyond the largest, infinity.
        static float Nearest(float number)
        {
            var bits = BitConverter.SingleToUInt32Bits(number) & 0xFFFF0000;
            var (below, above) = (BitConverter.UInt32BitsToSingle(bits), BitConverter.UInt32BitsToSingle(bits + 0x10000));
            if (number == below || float.IsInfinity(number))
                return number;
            double down = Math.Abs((double)number - below), up = float.IsInfinity(above)
                ? Math.Abs(Math.ScaleB(Math.Sign(number), 128) - number) : Math.Abs((double)above - number);
            return down < up || down == up && (bits >> 16) % 2 == 0 ? below : above;
        }
    }

    [TestMethod]
    public void Roots_are_the_nearest_at_every_width()
    {
        fixed (float* numbers = Numbers)
        {
            for (var i = 0; i < 16; i++)
            {
                var found = Lanes1.Sqrt(numbers[i]);
                Assert.AreEqual((float)Math.Sqrt(numbers[i]), found);
                AssertSame(found, Lanes256.Sqrt(Lanes256.Load(numbers + i / 8 * 8))[i % 8]);
                AssertSame(found, Lanes512.Sqrt(Lanes512.Load(numbers))[i]);
            }
        }
    }

    [TestMethod]
    public void All_widths_convert_alike()
    {
        ushort* one = stackalloc ushort[16], eight = stackalloc ushort[16], sixteen = stackalloc ushort[16];
        ushort* pairs = stackalloc ushort[32], pairsOf8 = stackalloc ushort[32], pairsOf1 = stackalloc ushort[32];
        fixed (float* numbers = Numbers)
        {
            Lanes512.StoreHalves(sixteen, Lanes512.Load(numbers));
            Lanes512.StorePairs(pairs, Lanes512.Load(numbers), Lanes512.Load(numbers) + Vector512<float>.One);
            for (var i = 0; i < 16; i += 8)
            {
                Lanes256.StoreHalves(eight + i, Lanes256.Load(numbers + i));
                Lanes256.StorePairs(pairsOf8 + 2 * i, Lanes256.Load(numbers + i), Lanes256.Load(numbers + i) + Vector256<float>.One);
            }

            for (var i = 0; i < 16; i++)
            {
                Lanes1.StoreHalves(one + i, numbers[i]);
                Lanes1.StorePairs(pairsOf1 + 2 * i, numbers[i], numbers[i] + 1);
                Assert.AreEqual(one[i], pairsOf1[2 * i]);
                AssertSame(Lanes1.LoadHalves(one + i), Lanes512.LoadHalves(sixteen)[i]);
                AssertSame(Lanes1.LoadHalves(one + i), Lanes256.LoadHalves(eight + i / 8 * 8)[i % 8]);
            }
        }

        Assert.IsTrue(new Span<ushort>(one, 16).SequenceEqual(new(eight, 16)));
        Assert.IsTrue(new Span<ushort>(one, 16).SequenceEqual(new(sixteen, 16)));
        Assert.IsTrue(new Span<ushort>(pairsOf1, 32).SequenceEqual(new(pairsOf8, 32)));
        Assert.IsTrue(new Span<ushort>(pairsOf1, 32).SequenceEqual(new(pairs, 32)));
    }

    [TestMethod]
    public void Sums_and_largest_numbers_are_of_all_lanes()
    {
        for (var at = 0; at < 16; at++)
        {
            var numbers = new float[16];
            numbers[at] = 3;
            Assert.AreEqual(3, Lanes512.Sum(Vector512.Create(numbers)));
            Assert.AreEqual(3, Lanes512.Largest(Vector512.Create(numbers)));
            Assert.AreEqual(at < 8 ? 3 : 0, Lanes256.Sum(Vector256.Create(numbers)));
            Assert.AreEqual(at < 8 ? 3 : 0, Lanes256.Largest(Vector256.Create(numbers)));
        }
    }

    [TestMethod]
    public void Kernels_run_over_every_number_once_whatever_their_count()
    {
        for (var count = 0; count < 70; count++)
        {
            var (from, to) = (new float[count + 1], new float[count + 1]);
            from.AsSpan().Fill(2);
            fixed (float* source = from, target = to)
                Lanes.Over(count, new AddResidual<Identity>(1, source, 0, source, target, 0, target, 0));
            Assert.IsTrue(to[..count].All(number => number == 4), $"of {count}");
            Assert.AreEqual(0, to[count]);
        }
    }

    private static void AssertSame(float expected, float found) =>
        Assert.AreEqual(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(found));
}
