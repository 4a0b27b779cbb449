namespace SegSam.Cli.Tables;

/// <summary>A row cannot be used.</summary>
/// <param name="reason">The kind of problem, for counting.</param>
/// <param name="message">The problem with file and line.</param>
internal sealed class BadRowException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason => reason;
}

/// <summary>The rows of a table that cannot be used. They are left out, counted by reason and told; with --strict the first one ends the run.</summary>
internal sealed class LeftOutRows(bool isStrict)
{
    private readonly Dictionary<string, (int Count, string First)> _reasons = [];
    private BadRowException? _first;

    public int Count => _reasons.Values.Sum(each => each.Count);

    /// <exception cref="BadRowException">Rows must not be left out.</exception>
    public void Add(BadRowException wrong)
    {
        if (isStrict)
            throw wrong;
        _first ??= wrong;
        _reasons[wrong.Reason] = _reasons.TryGetValue(wrong.Reason, out var known) ? (known.Count + 1, known.First) : (1, wrong.Message);
    }

    /// <exception cref="InvalidDataException">Every row was left out.</exception>
    public void ThrowIfNoneIsLeft(int rows)
    {
        if (rows == 0 && _first is { } first)
            throw new InvalidDataException(first.Message + (Count == 1 ? "" : $" No row can be used; {Words.Count(Count)} are wrong:{Lines()}"), first);
    }

    /// <summary>One line for each reason, with the first row that it holds for; nothing where no row was left out.</summary>
    public void Tell(Action<string> note)
    {
        if (Count > 0)
            note($"Left out {Words.Several(Count, "row")} that cannot be used (with --strict the first one ends the run):{Lines()}");
    }

    private string Lines() => string.Concat(_reasons.OrderByDescending(each => each.Value.Count)
        .Select(each => $"{Environment.NewLine}  {Words.Count(each.Value.Count)} x {each.Key}, first: {each.Value.First}"));
}
