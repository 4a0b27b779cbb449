using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Counts pixels of masks.</summary>
internal static class Overlap
{
    /// <summary>Counts both masks and what they share, in one pass.</summary>
    /// <param name="predicted">H·W pixels, row-major.</param>
    /// <param name="truth">As many pixels, in the same order.</param>
    /// <exception cref="ArgumentException">The masks differ in length.</exception>
    public static MaskOverlap Count(ReadOnlySpan<bool> predicted, ReadOnlySpan<bool> truth)
    {
        if (predicted.Length != truth.Length)
        {
            throw new ArgumentException(
                $"Masks of {predicted.Length} and {truth.Length} pixels cannot be compared; bring both to one size.");
        }

        // A bool is one byte, 0 or 1: eight pixels are counted as the set bits of one word.
        var predictedWords = MemoryMarshal.Cast<bool, ulong>(predicted);
        var truthWords = MemoryMarshal.Cast<bool, ulong>(truth);
        long intersection = 0, predictedCount = 0, truthCount = 0;
        for (var i = 0; i < predictedWords.Length; i++)
        {
            intersection += BitOperations.PopCount(predictedWords[i] & truthWords[i]);
            predictedCount += BitOperations.PopCount(predictedWords[i]);
            truthCount += BitOperations.PopCount(truthWords[i]);
        }

        for (var i = predictedWords.Length * sizeof(ulong); i < predicted.Length; i++)
        {
            intersection += predicted[i] && truth[i] ? 1 : 0;
            predictedCount += predicted[i] ? 1 : 0;
            truthCount += truth[i] ? 1 : 0;
        }

        return new MaskOverlap(intersection, predictedCount, truthCount);
    }
}

/// <summary>How a predicted set P and a true set Y overlap, in counts of their members (pixels).</summary>
/// <param name="Intersection">|P ∩ Y|.</param>
/// <param name="Predicted">|P|.</param>
/// <param name="Truth">|Y|.</param>
/// <remarks>Two empty sets agree perfectly: both measures are 1 (our choice, the limit of the usual small epsilon).</remarks>
internal readonly record struct MaskOverlap(long Intersection, long Predicted, long Truth)
{
    /// <summary>2 |P ∩ Y| / (|P| + |Y|), from 0 to 1.</summary>
    public double Dice => Predicted + Truth == 0 ? 1 : 2d * Intersection / (Predicted + Truth);

    /// <summary>|P ∩ Y| / |P ∪ Y|, from 0 to 1.</summary>
    public double IoU => Predicted + Truth == 0 ? 1 : (double)Intersection / (Predicted + Truth - Intersection);
}
