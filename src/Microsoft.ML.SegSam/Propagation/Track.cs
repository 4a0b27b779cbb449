using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Propagation;

/// <summary>An object that is being followed: its prompts, and its slices so far.</summary>
internal sealed class Track
{
    private readonly SortedDictionary<int, (ObjectSlice Slice, SliceAnswer Answer)> _slices = [];

    /// <param name="prompts">Of one label.</param>
    /// <param name="slices">Of the volume.</param>
    /// <exception cref="ArgumentException">
    /// There are two prompts for one slice, two boxes in three dimensions, a prompt outside of such a box, or none that says where the
    /// object is.
    /// </exception>
    public Track(IEnumerable<VolumePrompt> prompts, int slices)
    {
        var all = prompts.OrderBy(prompt => prompt.Slice).ToList();
        (Label, Box) = (all[0].Label, all.Find(prompt => prompt.Box is not null)?.Box);
        (First, Last) = Box is null ? (0, slices - 1) : (Box.FirstSlice, Box.LastSlice);
        foreach (var (prompt, next) in all.Zip(all.Skip(1)))
        {
            if (prompt.Slice == next.Slice)
            {
                throw new ArgumentException($"Object {Label} has two prompts on slice {prompt.Slice}; give one, with all its points "
                    + $"({nameof(SegSamPrompt)}.{nameof(SegSamPrompt.AndPoint)}).");
            }
        }

        if (all.Count(prompt => prompt.Box is not null) > 1)
            throw new ArgumentException($"Object {Label} has two boxes in three dimensions; give one.");
        if (all.Find(prompt => prompt.Slice < First || prompt.Slice > Last) is { } outside)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Object {Label} has a prompt on slice {outside.Slice}, and its box holds slices {First} to {Last}."));
        }

        Prompts = [.. all.Where(prompt => prompt.Prompt is not null)];
        NotOn = all.Where(prompt => prompt.Prompt is null).Select(prompt => prompt.Slice).ToHashSet();
        if (Prompts.Count == 0)
            throw new ArgumentException($"No prompt says where object {Label} is, only where it is not.");
    }

    public int Label { get; }

    public int First { get; }

    public int Last { get; }

    /// <summary>What surrounds the object on all of its slices; null: that is not known.</summary>
    public VolumeBox? Box { get; }

    /// <summary>Those that say where the object is, ascending.</summary>
    public IReadOnlyList<VolumePrompt> Prompts { get; }

    /// <summary>Slices that the object is not on.</summary>
    public IReadOnlySet<int> NotOn { get; }

    public PropagationStop StopBelow { get; set; }

    public PropagationStop StopAbove { get; set; }

    public IEnumerable<ObjectSlice> Slices => _slices.Values.Select(slice => slice.Slice);

    public void Add(ObjectSlice slice, SliceAnswer answer) => _slices.Add(slice.Slice, (slice, answer));

    /// <param name="categories">The model's.</param>
    public VolumeObject ToObject(IReadOnlyList<string> categories)
    {
        var weights = _slices.Values.Select(slice => slice.Slice.Mask.Area * Math.Max(1e-3, slice.Slice.PredictedIoU)).ToList();
        var shares = new double[categories.Count];
        foreach (var (weight, slice) in weights.Zip(_slices.Values))
        {
            for (var i = 0; i < shares.Length; i++)
                shares[i] += weight * slice.Answer.ClassScores[i] / weights.Sum();
        }

        return new(Label, _slices.Count == 0 ? [] : [.. categories.Zip(shares, (name, share) => new CategoryScore(name, (float)share))],
            [.. Slices], StopBelow, StopAbove);
    }
}
