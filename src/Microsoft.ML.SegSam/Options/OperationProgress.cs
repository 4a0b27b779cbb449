namespace Microsoft.ML.SegSam.Options;

/// <summary>Progress of a long operation.</summary>
public sealed class OperationProgress
{
    internal OperationProgress(int done, int total, string description, TimeSpan? timeLeft = null)
    {
        Done = done;
        Total = total;
        Description = description;
        TimeLeft = timeLeft;
    }

    /// <summary>Number of finished items, from 0 to <see cref="Total"/>.</summary>
    public int Done { get; }

    /// <summary>Number of all items.</summary>
    public int Total { get; }

    /// <summary>What is finished, in words, such as "2 of 3 images, 4 of 6 objects".</summary>
    public string Description { get; }

    /// <summary>Estimate from the mean time of the items so far; null where the operation makes none.</summary>
    public TimeSpan? TimeLeft { get; }

    /// <summary>A one-line summary.</summary>
    public override string ToString() =>
        TimeLeft is { TotalSeconds: var seconds } ? FormattableString.Invariant($"{Description}, {seconds:0} s left") : Description;
}
