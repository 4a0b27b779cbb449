using System.Runtime.Intrinsics;
using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Tests.Kernels;

[TestClass]
public sealed class FunctionsTests
{
    /// <summary>Numbers of every exponent and both signs: denormal ones, infinities and NaN too.</summary>
    private static IEnumerable<float> Everything =>
        Enumerable.Range(0, 1 << 19).Select(i => BitConverter.UInt32BitsToSingle((uint)i * 8191)).Append(float.NaN)
            .Append(float.NegativeInfinity).Append(float.PositiveInfinity).Append(0).Append(-0f).Append(float.Epsilon);

    [TestMethod]
    public void The_exponential_is_right_over_its_whole_range()
    {
        foreach (var x in Everything)
        {
            var (expected, found) = (Math.Exp(x), (double)Functions.Exp<Lanes1, float>(x));
            if (double.IsNaN(expected))
                Assert.IsTrue(double.IsNaN(found), $"e^{x}");
            else if (expected > float.MaxValue)
                Assert.AreEqual(double.PositiveInfinity, found, $"e^{x}");
            else // half a unit of the smallest numbers, where there are no others
                Assert.AreEqual(expected, found, Math.Max(2.4e-7 * expected, 0.71 * float.Epsilon), $"e^{x}");
        }
    }

    [TestMethod]
    public void The_exponential_for_bfloat16_is_right_over_its_whole_range()
    {
        foreach (var x in Everything.Where(x => !(x > 0)))
        {
            double expected = Math.Exp(Math.Max(x, -86)), found = Functions.ExpNearly<Lanes1, float>(x);
            if (float.IsNaN(x))
                Assert.IsTrue(double.IsNaN(found));
            else
                Assert.AreEqual(expected, found, 1.2e-4 * expected, $"e^{x}");
        }
    }

    [TestMethod]
    public void Gelu_is_right_over_its_whole_range()
    {
        foreach (var x in Everything)
        {
            var found = Functions.Gelu<Lanes1, float>(x);
            if (float.IsNaN(x) || float.IsNegativeInfinity(x)) // -∞ · 0
                Assert.IsTrue(float.IsNaN(found), $"{x}");
            else if (float.IsPositiveInfinity(x))
                Assert.AreEqual(x, found);
            else
                Assert.AreEqual(x * Share(x), found, 2e-7 * Math.Max(1, Math.Abs(x)), $"{x}");
        }
    }

    [TestMethod]
    public void All_widths_compute_the_same_bits()
    {
        foreach (var numbers in Everything.Chunk(16).Where(chunk => chunk.Length == 16))
        {
            for (var i = 0; i < 16; i++)
            {
                var (exp, gelu) = (Functions.Exp<Lanes1, float>(numbers[i]), Functions.Gelu<Lanes1, float>(numbers[i]));
                AssertSame(exp, Functions.Exp<Lanes512, Vector512<float>>(Vector512.Create(numbers))[i]);
                var nearly = Functions.ExpNearly<Lanes1, float>(numbers[i]);
                AssertSame(nearly, Functions.ExpNearly<Lanes512, Vector512<float>>(Vector512.Create(numbers))[i]);
                AssertSame(nearly, Functions.ExpNearly<Lanes256, Vector256<float>>(Vector256.Create(numbers, i / 8 * 8))[i % 8]);
                AssertSame(gelu, Functions.Gelu<Lanes512, Vector512<float>>(Vector512.Create(numbers))[i]);
                AssertSame(exp, Functions.Exp<Lanes256, Vector256<float>>(Vector256.Create(numbers, i / 8 * 8))[i % 8]);
                AssertSame(gelu, Functions.Gelu<Lanes256, Vector256<float>>(Vector256.Create(numbers, i / 8 * 8))[i % 8]);
            }
        }

        static void AssertSame(float expected, float found) => Assert.IsTrue(
            BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(found)
                || float.IsNaN(expected) && float.IsNaN(found),
            $"{expected:r} and {found:r}");
    }

    /// <summary>Φ(x) in double precision: by the series of its odd part, or by the continued fraction of its tail.</summary>
    private static double Share(double x)
    {
        if (x > 0)
            return 1 - Share(-x);
        if (x < -4)
        {
            var fraction = -x;
            for (var k = 80; k > 0; k--)
                fraction = -x + k / fraction;
            return Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) / fraction;
        }

        var (sum, term) = (x, x);
        for (var n = 1; n < 100; n++)
            sum += term *= x * x / (2 * n + 1);
        return 0.5 + sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }
}
