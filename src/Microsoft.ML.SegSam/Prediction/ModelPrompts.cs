namespace Microsoft.ML.SegSam.Prediction;

/// <summary>The kinds of prompts that a model was made for.</summary>
[Flags]
internal enum ModelPrompts
{
    None = 0,
    Box = 1,
    Points = 2,
    Mask = 4,
}

/// <summary>The rules that decide <see cref="ModelPrompts"/>.</summary>
internal static class ModelPromptRules
{
    /// <summary>The kinds that have a column.</summary>
    public static ModelPrompts Named(bool box, bool points, bool mask) =>
        (box ? ModelPrompts.Box : 0) | (points ? ModelPrompts.Points : 0) | (mask ? ModelPrompts.Mask : 0);

    /// <summary>
    /// The kinds that a model may be prompted with: points and masks also where other training than that of the columns showed them to it.
    /// </summary>
    /// <param name="named">The kinds that have a column.</param>
    /// <param name="hasCheckpoint">Whether training started from a checkpoint: SAM was trained with points and masks.</param>
    /// <param name="rounds">Correction rounds of each training step: they use points and the previous mask.</param>
    public static ModelPrompts Known(ModelPrompts named, bool hasCheckpoint, int rounds) =>
        hasCheckpoint || rounds > 0 ? named | ModelPrompts.Points | ModelPrompts.Mask : named;
}
