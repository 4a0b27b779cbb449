using System.Runtime.CompilerServices;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>Functions of single numbers, in float32.</summary>
internal static class Functions
{
    private const float GeluEnd = 5.25f; // beyond it, the Gaussian's share is 0 or 1 to a float32's last bit

    /// <summary>eˣ, right to two units of the last place; 0 and infinity beyond float32's range, NaN of NaN.</summary>
    /// <remarks>x = n·ln 2 + r; eʳ by the polynomial of Moshier's Cephes, and 2ⁿ by the exponent.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<L, V>(V x)
        where L : ILanes<V>
        where V : struct
    {
        const float log2E = 1.44269504f, ln2High = 0.693359375f, ln2Low = -2.12194440e-4f;
        x = L.Max(L.All(-104), L.Min(L.All(89), x));
        var shifted = L.MultiplyAdd(x, L.All(log2E), L.All(Lanes.Shift));
        var n = L.Subtract(shifted, L.All(Lanes.Shift));
        var r = L.MultiplyAdd(n, L.All(-ln2Low), L.MultiplyAdd(n, L.All(-ln2High), x));
        var sum = L.MultiplyAdd(L.All(1.9875691500e-4f), r, L.All(1.3981999507e-3f));
        sum = L.MultiplyAdd(sum, r, L.All(8.3334519073e-3f));
        sum = L.MultiplyAdd(sum, r, L.All(4.1665795894e-2f));
        sum = L.MultiplyAdd(sum, r, L.All(1.6666665459e-1f));
        sum = L.MultiplyAdd(sum, r, L.All(5.0000001201e-1f));
        return L.Scale(L.MultiplyAdd(sum, L.Multiply(r, r), L.Add(r, L.All(1))), shifted);
    }

    /// <summary>eˣ of x up to 0, right to 1.2e-4 of it, far less than bfloat16 rounds off; e⁻⁸⁶ of what is smaller, NaN of NaN.</summary>
    /// <remarks>2ⁿ by the exponent, and a polynomial from Chebyshev nodes for the rest of the power, -½ to ½.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpNearly<L, V>(V x)
        where L : ILanes<V>
        where V : struct
    {
        const float log2E = 1.44269504f;
        x = L.Max(L.All(-86), x);
        var shifted = L.MultiplyAdd(x, L.All(log2E), L.All(Lanes.Shift));
        var rest = L.MultiplyAdd(x, L.All(log2E), L.Subtract(L.All(Lanes.Shift), shifted));
        var sum = L.MultiplyAdd(L.All(0.055838283f), rest, L.All(0.24263948f));
        sum = L.MultiplyAdd(sum, rest, L.All(0.69313673f));
        return L.ScaleNormal(L.MultiplyAdd(sum, rest, L.All(0.99992456f)), shifted);
    }

    /// <summary>x·Φ(x), the exact GELU, right to 2e-7 times the larger of 1 and |x|; NaN of NaN and of minus infinity.</summary>
    /// <remarks>
    /// (Φ(x) - ½) / x is even in x: a polynomial in u = 2x²/c² - 1, -1 to 1, from Chebyshev nodes, |error| of Φ below 6e-9. Its
    /// coefficients alternate in sign where u is negative, so that they do not cancel out.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gelu<L, V>(V x)
        where L : ILanes<V>
        where V : struct
    {
        V end = L.All(GeluEnd), start = L.All(-GeluEnd);
        var t = L.Max(start, L.Min(end, x));
        var u = L.MultiplyAdd(L.Multiply(t, t), L.All(2 / (GeluEnd * GeluEnd)), L.All(-1));
        V u2 = L.Multiply(u, u), u4 = L.Multiply(u2, u2);
        var first = Four<L, V>(u, u2, 0.13465934f, -0.067126751f, 0.049646117f, -0.039766038f);
        var second = Four<L, V>(u, u2, 0.032025480f, -0.025011209f, 0.018578398f, -0.012932941f);
        var third = Four<L, V>(u, u2, 0.0082929079f, -0.0050352206f, 0.0030923487f, -0.0016170203f);
        var fourth = Four<L, V>(u, u2, 0.00050713529f, -0.00024729865f, 0.00028844972f, -0.00011562167f);
        var sum = L.MultiplyAdd(L.MultiplyAdd(fourth, u4, third), L.Multiply(u4, u4), L.MultiplyAdd(second, u4, first));
        var share = L.MultiplyAdd(t, sum, L.All(0.5f));
        share = L.IfLess(start, x, share, L.All(0));
        return L.Multiply(x, L.IfLess(x, end, share, L.All(1)));
    }

    // a + b·u + c·u² + d·u³, in pairs: a long chain of sums, each waiting for the one before, would leave the processor idle.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Four<L, V>(V u, V u2, float a, float b, float c, float d)
        where L : ILanes<V>
        where V : struct =>
        L.MultiplyAdd(L.MultiplyAdd(L.All(d), u, L.All(c)), u2, L.MultiplyAdd(L.All(b), u, L.All(a)));
}

/// <summary>What follows a product.</summary>
internal interface IActivation
{
    public static abstract V Of<L, V>(V x)
        where L : ILanes<V>
        where V : struct;
}

internal readonly struct Identity : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V x)
        where L : ILanes<V>
        where V : struct => x;
}

internal readonly struct Gelu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V x)
        where L : ILanes<V>
        where V : struct => Functions.Gelu<L, V>(x);
}

internal readonly struct Relu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V x)
        where L : ILanes<V>
        where V : struct => L.Max(L.All(0), x);
}
