using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Propagation;

/// <summary>What is known of an object on one slice of a volume. Immutable.</summary>
public sealed class VolumePrompt
{
    /// <param name="slice">Counting from 0, as in <see cref="Volumes.MedicalVolume.ReadSlice"/>.</param>
    /// <param name="prompt">Where the object is, in pixels of that slice's picture.</param>
    /// <param name="label">Of the object, from 1: prompts with the same label belong together.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slice is negative, or the label is not 1 to 65,535.</exception>
    public VolumePrompt(int slice, SegSamPrompt prompt, int label = 1) : this(slice, label, prompt) =>
        ArgumentNullException.ThrowIfNull(prompt);

    private VolumePrompt(int slice, int label, SegSamPrompt? prompt)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slice);
        ArgumentOutOfRangeException.ThrowIfLessThan(label, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(label, ushort.MaxValue);
        (Slice, Label, Prompt) = (slice, label, prompt);
    }

    /// <summary>The slice.</summary>
    public int Slice { get; }

    /// <summary>Of the object.</summary>
    public int Label { get; }

    /// <summary>Where the object is; null where it is not on the slice.</summary>
    public SegSamPrompt? Prompt { get; }

    /// <summary>The box that the object fills, on all of its slices; null: on which it is, is not known.</summary>
    internal VolumeBox? Box { get; private init; }

    /// <summary>Prompts an object by a box in three dimensions: on its middle slice, and on no slice outside of it.</summary>
    /// <param name="box">Around the object.</param>
    /// <param name="label">Of the object, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slices are not in order, or the label is not 1 to 65,535.</exception>
    public static VolumePrompt Within(VolumeBox box, int label = 1)
    {
        ArgumentNullException.ThrowIfNull(box);
        if (box.FirstSlice < 0 || box.LastSlice < box.FirstSlice)
        {
            throw new ArgumentOutOfRangeException(nameof(box), FormattableString.Invariant($"{box.FirstSlice} to {box.LastSlice}"),
                "Expected the first and the last slice of the object, counting from 0, the first not after the last.");
        }

        return new(box.MiddleSlice, label, SegSamPrompt.Box(box.X0, box.Y0, box.X1, box.Y1)) { Box = box };
    }

    /// <summary>Says that the object is not on a slice: it is not followed to it.</summary>
    /// <inheritdoc cref="VolumePrompt(int, SegSamPrompt, int)" path="/*[self::param or self::exception]"/>
    public static VolumePrompt NotOn(int slice, int label = 1) => new(slice, label, prompt: null);
}
