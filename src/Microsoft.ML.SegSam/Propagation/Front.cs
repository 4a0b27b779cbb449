using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Propagation;

/// <summary>Where an object is being followed from, in one direction.</summary>
/// <param name="direction">1 or −1.</param>
/// <param name="last">The last slice to go to.</param>
/// <param name="isBetween">Whether it goes towards another prompt of the object.</param>
internal sealed class Front(Track track, int slice, int direction, int last, bool isBetween, SliceAnswer answer, SegmentationMask mask)
{
    public bool MayShrink = true;

    public Track Track => track;

    /// <summary>Whether the object is known to go on: towards another prompt, or within its box.</summary>
    public bool IsCertain => isBetween || track.Box is not null;

    public int Next { get; private set; } = slice + direction;

    /// <summary>The answer on the slice before.</summary>
    public SliceAnswer Answer { get; private set; } = answer;

    /// <summary>What is followed of its mask.</summary>
    public SegmentationMask Mask { get; private set; } = mask;

    /// <summary>Whether it can go on; if not, the track knows why.</summary>
    /// <param name="slices">Of the volume.</param>
    public bool GoesOn(int slices)
    {
        if (track.NotOn.Contains(Next))
            Stop(PropagationStop.NotThere);
        else if (Next < 0 || Next >= slices)
            Stop(PropagationStop.VolumeEnd);
        else if (direction * (Next - last) > 0)
            Stop(PropagationStop.LimitReached);
        else
            return true;
        return false;
    }

    public void Advance(SliceAnswer answer, SegmentationMask mask, double overlap)
    {
        track.Add(new(Next, mask, answer.PredictedIoU, overlap), answer);
        (Answer, Mask, Next) = (answer, mask, Next + direction);
    }

    public void Stop(PropagationStop reason)
    {
        if (isBetween)
            return;
        if (direction > 0)
            track.StopAbove = reason;
        else
            track.StopBelow = reason;
    }
}
