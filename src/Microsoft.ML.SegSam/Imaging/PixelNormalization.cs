namespace Microsoft.ML.SegSam.Imaging;

/// <summary>(pixel - mean) / deviation per colour channel, pixels 0..255. Equal when the numbers are equal.</summary>
/// <param name="Mean">Three means, red green blue.</param>
/// <param name="Std">Three deviations above 0, red green blue.</param>
/// <exception cref="ArgumentException">Not three finite numbers, or a deviation is not above 0.</exception>
internal sealed record PixelNormalization(float[] Mean, float[] Std)
{
    /// <summary>SAM's and SAM-Med2D's.</summary>
    public static PixelNormalization Sam { get; } = new([123.675f, 116.28f, 103.53f], [58.395f, 57.12f, 57.375f]);

    public float[] Mean { get; } = Three(Mean, nameof(Mean), float.IsFinite);

    public float[] Std { get; } = Three(Std, nameof(Std), value => float.IsFinite(value) && value > 0);

    public bool Equals(PixelNormalization? other) =>
        other is not null && Mean.AsSpan().SequenceEqual(other.Mean) && Std.AsSpan().SequenceEqual(other.Std);

    public override int GetHashCode() => HashCode.Combine(Mean[0], Mean[1], Mean[2], Std[0], Std[1], Std[2]);

    private static float[] Three(float[] values, string name, Func<float, bool> isValid) =>
        values.Length == 3 && values.All(isValid) ? values
        : throw new ArgumentException(
            $"Expected three finite numbers (deviations above 0), red green blue; found [{string.Join(", ", values)}].", name);
}
