using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>The machine's own rate at matrix products: of two square matrices, with all threads.</summary>
internal sealed class Yardstick : IDisposable
{
    /// <summary>Of the matrices.</summary>
    public const int Side = 2048;

    private const int Tries = 3;
    private readonly Tensor _a, _b;

    public Yardstick(ScalarType type = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        (_a, _b) = (Matrix(), Matrix());
        FlopsPerSecond();

        Tensor Matrix() => randn([Side, Side], generator: generator).to(type).DetachFromDisposeScope();
    }

    public double FlopsPerSecond() => FlopsPerSecond(() => _a.mm(_b));

    /// <summary>The best of a few products: whatever disturbs makes them slower, never faster.</summary>
    /// <param name="product">One of two matrices of this <see cref="Side"/>.</param>
    public static double FlopsPerSecond(Action product) =>
        2.0 * Side * Side * Side / Enumerable.Range(0, Tries).Min(_ => Timing.Seconds(product));

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
    }
}
