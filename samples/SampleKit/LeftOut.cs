using System.Runtime.ExceptionServices;

namespace SampleKit;

/// <summary>Items that were left out, or used with a doubt, for one reason.</summary>
/// <param name="Reason">The reason, such as "masks without a pixel".</param>
/// <param name="First">A message about the first of them.</param>
public sealed record LeftOutItem(string Reason, int Count, string First)
{
    public override string ToString() => FormattableString.Invariant($"({Count}): {Reason}; the first: {First.TrimEnd('.')}.");
}

/// <summary>Records what a reader of foreign files leaves out, so that one bad file does not end the work and none is skipped
/// silently.</summary>
/// <param name="isStrict">Whether the first item that cannot be used is an error instead.</param>
public sealed class LeftOut(bool isStrict)
{
    private readonly List<LeftOutItem> _items = [], _doubts = [];

    /// <summary>One entry for each reason, in order of occurrence.</summary>
    public IReadOnlyList<LeftOutItem> Items => _items;

    /// <summary>The same for items that are used but look wrong.</summary>
    public IReadOnlyList<LeftOutItem> Doubts => _doubts;

    /// <summary>The number of items that were left out.</summary>
    public int Total => _items.Sum(item => item.Count);

    /// <summary>Messages about all entries.</summary>
    public IEnumerable<string> Lines => _items.Select(item => $"Left out {item}").Concat(_doubts.Select(item => $"Please check {item}"));

    /// <summary>Leaves out an item that cannot be used.</summary>
    /// <exception cref="InvalidDataException">Strict; the message is <paramref name="first"/>.</exception>
    public void Add(string reason, string first)
    {
        if (isStrict)
            throw new InvalidDataException(first);
        Count(reason, first);
    }

    /// <summary>Counts items that are left out on purpose, strict or not.</summary>
    public void Count(string reason, string first, int count = 1) => Count(_items, reason, first, count);

    /// <summary>Counts an item that is used although it looks wrong.</summary>
    public void Doubt(string reason, string first) => Count(_doubts, reason, first, 1);

    /// <summary>Reads an item; if it is missing or damaged, it is left out.</summary>
    /// <param name="reason">The reason to record for a damaged item.</param>
    /// <returns>null if it is left out.</returns>
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

    /// <summary>The error for a source of which nothing is left; it lists the reasons.</summary>
    public InvalidDataException Nothing(string source) =>
        new($"'{source}' contains nothing that can be used.{string.Concat(Lines.Select(line => Environment.NewLine + line))}");

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
