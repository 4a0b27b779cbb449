namespace Microsoft.ML.SegSam.Volumes.Labels;

/// <summary>The least box that holds a label; first and last index of each axis.</summary>
internal readonly record struct LabelExtent(int I0, int I1, int J0, int J1, int K0, int K1)
{
    /// <summary>Of a label without a voxel, as <see cref="ToString"/> writes others.</summary>
    public const string None = "0 -1 0 -1 0 -1";

    /// <summary>Of each label that occurs.</summary>
    /// <param name="columns">Voxels of a row.</param>
    public static IReadOnlyDictionary<int, LabelExtent> Of(LabelRuns runs, int columns)
    {
        var extents = new Dictionary<int, LabelExtent>();
        for (var k = 0; k < runs.Slices; k++)
        {
            foreach (var run in runs.Of(k))
            {
                var (first, last) = (run.Start, run.End - 1);
                var isOneRow = first / columns == last / columns;
                var found = new LabelExtent(isOneRow ? first % columns : 0, isOneRow ? last % columns : columns - 1,
                    first / columns, last / columns, k, k);
                extents[run.Label] = extents.TryGetValue(run.Label, out var before) ? before.With(found) : found;
            }
        }

        return extents;
    }

    public override string ToString() => FormattableString.Invariant($"{I0} {I1} {J0} {J1} {K0} {K1}");

    private LabelExtent With(LabelExtent other) => new(Math.Min(I0, other.I0), Math.Max(I1, other.I1), Math.Min(J0, other.J0),
        Math.Max(J1, other.J1), Math.Min(K0, other.K0), Math.Max(K1, other.K1));
}
