namespace Microsoft.ML.SegSam.Volumes.Labels;

/// <summary>Labels of a volume as runs, slice by slice: memory follows the objects' outlines. Immutable.</summary>
internal sealed class LabelRuns
{
    private readonly LabelRun[][] _slices; // of each k; ascending, without overlap

    private LabelRuns(LabelRun[][] slices) => _slices = slices;

    public int Slices => _slices.Length;

    /// <summary>The runs of a slice, ascending.</summary>
    public ReadOnlySpan<LabelRun> Of(int slice) => _slices[slice];

    /// <summary>Voxels of each label that occurs.</summary>
    public SortedDictionary<int, long> Count()
    {
        var counts = new SortedDictionary<int, long>();
        foreach (var run in _slices.SelectMany(runs => runs))
            counts[run.Label] = counts.GetValueOrDefault(run.Label) + run.Length;
        return counts;
    }

    /// <summary>The label at a place; 0 for none.</summary>
    public int At(int slice, int place)
    {
        var (runs, low, high) = (_slices[slice], 0, _slices[slice].Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (runs[middle].End <= place)
                low = middle + 1;
            else
                high = middle;
        }

        return low < runs.Length && runs[low].Start <= place ? runs[low].Label : 0;
    }

    /// <summary>The least number of bytes, 1, 2 or 4, that holds every label.</summary>
    public int BytesOfLabel => Count().Keys.DefaultIfEmpty().Max() switch { <= byte.MaxValue => 1, <= ushort.MaxValue => 2, _ => 4 };

    /// <summary>Writes the label of every voxel, i fastest, slice by slice.</summary>
    /// <param name="pixels">Voxels of a slice.</param>
    /// <param name="bytes">Of each label.</param>
    public void Write(Stream stream, int pixels, int bytes, bool isBigEndian)
    {
        var slice = new byte[pixels * bytes];
        for (var k = 0; k < _slices.Length; k++)
        {
            Array.Clear(slice);
            foreach (var run in _slices[k])
            {
                for (var at = run.Start * bytes; at < run.End * bytes; at += bytes)
                {
                    for (var i = 0; i < bytes; i++)
                        slice[at + (isBigEndian ? bytes - 1 - i : i)] = (byte)(run.Label >> 8 * i);
                }
            }

            stream.Write(slice);
        }
    }

    /// <summary>Collects runs in any order.</summary>
    public sealed class Builder(int slices)
    {
        private readonly List<LabelRun>?[] _runs = new List<LabelRun>?[slices];

        /// <summary>Adds voxels that have no label yet.</summary>
        public void Add(int slice, int start, int length, int label) => (_runs[slice] ??= []).Add(new(start, length, label));

        /// <summary>Adds all labels of a slice, i fastest; 0 is none.</summary>
        public void AddSlice(int slice, ReadOnlySpan<int> labels)
        {
            for (var start = 0; start < labels.Length;)
            {
                var rest = labels[start..];
                var length = rest.IndexOfAnyExcept(rest[0]) is >= 0 and var end ? end : rest.Length;
                if (rest[0] != 0)
                    Add(slice, start, length, rest[0]);
                start += length;
            }
        }

        /// <exception cref="InvalidOperationException">Two runs overlap.</exception>
        public LabelRuns Build() => new([.. _runs.Select(runs => runs is null ? [] : Join(runs))]);

        private static LabelRun[] Join(List<LabelRun> runs)
        {
            var joined = new List<LabelRun>(runs.Count);
            foreach (var run in runs.OrderBy(run => run.Start))
            {
                if (joined.Count > 0 && joined[^1].End > run.Start)
                    throw new InvalidOperationException($"Labels {joined[^1].Label} and {run.Label} share a voxel.");
                if (joined.Count > 0 && joined[^1].End == run.Start && joined[^1].Label == run.Label)
                    joined[^1] = joined[^1] with { Length = joined[^1].Length + run.Length };
                else
                    joined.Add(run);
            }

            return [.. joined];
        }
    }
}
