namespace Microsoft.ML.SegSam.Propagation;

/// <summary>How far a volume's prediction is.</summary>
/// <param name="Slice">The slice that was just segmented.</param>
/// <param name="SlicesDone">How many were segmented so far. How many follow is known only where objects end.</param>
/// <param name="ObjectsOnSlice">How many objects were asked for on this slice.</param>
public sealed record VolumeProgress(int Slice, int SlicesDone, int ObjectsOnSlice)
{
    /// <summary>Slice and count.</summary>
    public override string ToString() => FormattableString.Invariant($"slice {Slice}, {SlicesDone} done");
}
