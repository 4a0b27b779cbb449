using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.SegSam.Prediction;

namespace Studio;

/// <summary>A bounded set of what clients have opened: the least recently used is dropped, and disposed once no request uses it.</summary>
/// <remarks>Clients with the same id share it.</remarks>
/// <param name="capacity">At least 1.</param>
internal sealed class Sessions<T>(int capacity) : IDisposable where T : class, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly LinkedList<Entry> _byUse = []; // most recent first

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>What was opened, for use until its lease is disposed.</summary>
    public bool TryRent(string id, [NotNullWhen(true)] out Lease<T>? lease)
    {
        lock (_lock)
        {
            lease = _entries.TryGetValue(id, out var entry) ? Rent(entry) : null;
            return lease is not null;
        }
    }

    /// <summary>Takes ownership; if another client has added the same, that one stays and this one is disposed.</summary>
    public Lease<T> Add(string id, T item)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(id, out var known))
            {
                item.Dispose();
                return Rent(known);
            }

            var entry = new Entry(id, item);
            _entries.Add(id, entry);
            _byUse.AddFirst(entry.Place);
            var lease = Rent(entry);
            if (_entries.Count > capacity)
                Drop(_byUse.Last!.Value);
            return lease;
        }
    }

    /// <summary>Drops what nobody wants any more; nothing happens if it is not there.</summary>
    public void Remove(string id)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(id, out var entry))
                Drop(entry);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            while (_byUse.Last is { } last)
                Drop(last.Value);
        }
    }

    private Lease<T> Rent(Entry entry)
    {
        entry.Users++;
        _byUse.Remove(entry.Place);
        _byUse.AddFirst(entry.Place);
        return new(entry.Item, () => Return(entry));
    }

    private void Return(Entry entry)
    {
        lock (_lock)
        {
            entry.Users--;
            DisposeIfUnused(entry);
        }
    }

    private void Drop(Entry entry)
    {
        _entries.Remove(entry.Id);
        _byUse.Remove(entry.Place);
        entry.IsDropped = true;
        DisposeIfUnused(entry);
    }

    private static void DisposeIfUnused(Entry entry)
    {
        if (entry.IsDropped && entry.Users == 0)
            entry.Item.Dispose();
    }

    private sealed class Entry
    {
        public Entry(string id, T item) => (Id, Item, Place) = (id, item, new(this));

        public string Id { get; }

        public T Item { get; }

        /// <summary>Its place in the order of use; guarded, like the members below, by the lock of the sessions.</summary>
        public LinkedListNode<Entry> Place { get; }

        public int Users { get; set; }

        public bool IsDropped { get; set; }
    }
}

/// <summary>The right to use what was opened: it is not disposed before its leases.</summary>
internal sealed class Lease<T>(T item, Action giveBack) : IDisposable
{
    private int _isReturned;

    public T Item => item;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReturned, 1) == 0)
            giveBack();
    }
}

/// <summary>One encoded image, and the masks of its recent predictions.</summary>
/// <param name="image">Owned.</param>
internal sealed class ImageSession(EncodedImage image) : IDisposable
{
    public EncodedImage Image => image;

    public MaskPromptCache Masks { get; } = new();

    public void Dispose() => image.Dispose();
}
