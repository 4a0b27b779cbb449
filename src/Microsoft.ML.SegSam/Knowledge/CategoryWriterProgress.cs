namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Report of one category that was described.</summary>
/// <param name="Category">The category, by the name its entry has.</param>
/// <param name="Position">Its place in the list of names, from 1.</param>
/// <param name="Count">Names in the list. Those that are known already, or are names of what was described before, have no report.</param>
/// <param name="Attempts">How often the model was asked about it; 0 where the cache file had the answer.</param>
public sealed record CategoryWriterProgress(string Category, int Position, int Count, int Attempts)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => FormattableString.Invariant($"Category {Position}/{Count}, {Category}: ") + Attempts switch
    {
        0 => "from the cache file",
        1 => "answered",
        _ => FormattableString.Invariant($"answered at attempt {Attempts}"),
    };
}
