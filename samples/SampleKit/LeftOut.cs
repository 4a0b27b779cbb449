using System.Runtime.ExceptionServices;

namespace SampleKit;

/// <summary>What was left out, or used with a doubt, for one reason.</summary>
/// <param name="Reason">What kind of thing it is, such as "masks without a pixel".</param>
/// <param name="First">The first of them, with what is wrong with it.</param>
public sealed record LeftOutItem(string Reason, int Count, string First)
{
    public override string ToString() => FormattableString.Invariant($"({Count}): {Reason}; the first: {First.TrimEnd('.')}.");
}

/// <summary>Records what a reader of other people's files leaves out, so that one bad file does not end the work and none goes unsaid.</summary>
/// <param name="isStrict">Whether the first thing that cannot be used is an error instead.</param>
public sealed class LeftOut(bool isStrict)
{
    private readonly List<LeftOutItem> _items = [], _doubts = [];

    /// <summary>One item for each reason, in the order in which they arose.</summary>
    public IReadOnlyList<LeftOutItem> Items => _items;

    /// <summary>The same of what is used, but should be looked at.</summary>
    public IReadOnlyList<LeftOutItem> Doubts => _doubts;

    /// <summary>How many things were left out.</summary>
    public int Total => _items.Sum(item => item.Count);

    /// <summary>All of it in words.</summary>
    public IEnumerable<string> Lines => _items.Select(item => $"Left out {item}").Concat(_doubts.Select(item => $"Please check {item}"));

    /// <summary>Leaves something out that cannot be used.</summary>
    /// <exception cref="InvalidDataException">Strict; the message is <paramref name="first"/>.</exception>
    public void Add(string reason, string first)
    {
        if (isStrict)
            throw new InvalidDataException(first);
        Count(reason, first);
    }

    /// <summary>Counts things that are left out on purpose, strict or not.</summary>
    public void Count(string reason, string first, int count = 1) => Count(_items, reason, first, count);

    /// <summary>Counts things that are used although they look wrong.</summary>
    public void Doubt(string reason, string first) => Count(_doubts, reason, first, 1);

    /// <summary>Reads something; what is missing or damaged is left out.</summary>
    /// <param name="reason">What kind of thing it is, if damaged.</param>
    /// <returns>null where it is left out.</returns>
    /// <exception cref="IOException">Strict; a file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">Strict; a file is damaged.</exception>
    public T? Try<T>(Func<T?> read, string reason = "files that cannot be used")
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            if (isStrict)
                ExceptionDispatchInfo.Throw(failure);
            Count(failure is FileNotFoundException or DirectoryNotFoundException ? "files that are missing" : reason, failure.Message);
            return null;
        }
    }

    /// <summary>The error of a source of which nothing is left; it lists the reasons.</summary>
    public InvalidDataException Nothing(string source) =>
        new($"'{source}' holds nothing that can be used.{string.Concat(Lines.Select(line => Environment.NewLine + line))}");

    /// <exception cref="InvalidDataException">Everything was left out.</exception>
    public void ThrowIfNothingIsLeft(string source, int left)
    {
        if (left == 0 && Total > 0)
            throw Total == 1 ? new InvalidDataException(_items[0].First) : Nothing(source);
    }

    private static void Count(List<LeftOutItem> items, string reason, string first, int count)
    {
        var at = items.FindIndex(item => item.Reason == reason);
        if (at < 0)
            items.Add(new(reason, count, first));
        else
            items[at] = items[at] with { Count = items[at].Count + count };
    }
}
