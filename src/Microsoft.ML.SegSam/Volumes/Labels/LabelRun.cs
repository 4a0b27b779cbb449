namespace Microsoft.ML.SegSam.Volumes.Labels;

/// <summary>Neighboring voxels of a slice that have one label.</summary>
/// <param name="Start">The first of them: i + Columns · j.</param>
/// <param name="Label">1 or more.</param>
internal readonly record struct LabelRun(int Start, int Length, int Label)
{
    public int End => Start + Length;
}
