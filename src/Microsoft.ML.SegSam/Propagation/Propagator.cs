using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Propagation;

/// <summary>
/// Follows objects from their prompts through the slices of a volume. All objects on a slice are asked for together, so that each slice is
/// encoded once in each direction.
/// </summary>
/// <param name="slices">Of the volume.</param>
internal sealed class Propagator(
    int slices, SliceSegmenter segment, MaskProjector projector, StopRules rules, VolumePredictionOptions options,
    IProgress<VolumeProgress>? progress, CancellationToken cancel)
{
    private int _done;

    /// <summary>Fills the tracks.</summary>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public void Run(IReadOnlyList<Track> tracks)
    {
        var found = tracks.ToDictionary(track => track, _ => new List<(int Slice, SliceAnswer Answer)>());
        var prompted = tracks.SelectMany(track => track.Prompts.Select(prompt => (Track: track, Prompt: prompt)))
            .GroupBy(item => item.Prompt.Slice).OrderBy(group => group.Key);
        foreach (var group in prompted)
        {
            var items = group.ToList();
            var answers = Ask(group.Key, [.. items.Select(item => item.Prompt.Prompt!)]);
            foreach (var ((track, prompt), answer) in items.Zip(answers).Where(item => item.Second.Mask.Area > 0))
            {
                track.Add(new(prompt.Slice, answer.Mask, answer.PredictedIoU, overlap: null), answer);
                found[track].Add((prompt.Slice, answer));
            }
        }

        foreach (var track in tracks.Where(track => found[track].Count == 0))
            track.StopAbove = track.StopBelow = PropagationStop.TooSmall;
        var fronts = tracks.SelectMany(track => Fronts(track, found[track])).ToList();
        foreach (var direction in (int[])[1, -1])
            Sweep([.. fronts.Where(front => front.Direction == direction).Select(front => front.Front)], direction);
    }

    // Both ways from each slice where a prompt found the object; towards another such slice half of the way.
    private IEnumerable<(Front Front, int Direction)> Fronts(Track track, List<(int Slice, SliceAnswer Answer)> found)
    {
        foreach (var (i, (slice, answer)) in found.Index())
        {
            var (isFirst, isLast) = (i == 0, i == found.Count - 1);
            var above = isLast ? (int)Math.Min(track.Last, (long)slice + options.MaxSlices) : slice + (found[i + 1].Slice - slice) / 2;
            yield return (new(track, slice, 1, above, !isLast, answer, answer.Mask), 1);
            var below = isFirst ? (int)Math.Max(track.First, (long)slice - options.MaxSlices)
                : found[i - 1].Slice + (slice - found[i - 1].Slice) / 2 + 1;
            yield return (new(track, slice, -1, below, !isFirst, answer, answer.Mask), -1);
        }
    }

    private void Sweep(List<Front> fronts, int direction)
    {
        fronts.RemoveAll(front => !front.GoesOn(slices));
        while (fronts.Count > 0)
        {
            var next = direction > 0 ? fronts.Min(front => front.Next) : fronts.Max(front => front.Next);
            var group = fronts.Where(front => front.Next == next).ToList();
            var answers = Ask(next, [.. group.Select(front => projector.Project(front.Answer, front.Mask, front.Track.Box))]);
            foreach (var (front, answer) in group.Zip(answers))
            {
                if (!Advance(front, answer) || !front.GoesOn(slices))
                    fronts.Remove(front);
            }
        }
    }

    private bool Advance(Front front, SliceAnswer answer)
    {
        var mask = MaskRegions.Touching(answer.Mask, front.Mask);
        var (stop, overlap) = rules.Check(front.Mask, mask, answer.PredictedIoU, ref front.MayShrink);
        if (front.IsCertain && mask.Area > 0)
            stop = null;
        if (stop is { } reason)
            front.Stop(reason);
        else
            front.Advance(answer, mask, overlap);
        return stop is null;
    }

    private IReadOnlyList<SliceAnswer> Ask(int slice, IReadOnlyList<Prediction.SegSamPrompt> prompts)
    {
        cancel.ThrowIfCancellationRequested();
        var answers = segment(slice, prompts);
        progress?.Report(new(slice, ++_done, prompts.Count));
        return answers;
    }
}
