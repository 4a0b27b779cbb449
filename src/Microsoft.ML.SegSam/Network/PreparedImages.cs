using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

/// <summary>What all prompts about an image share, kept for the images that were asked about last. Many threads may ask at once.</summary>
/// <param name="prepare">Lays out an embedding, in inference mode.</param>
internal sealed class PreparedImages(Func<float[], ImageContext> prepare) : IDisposable
{
    private const int Capacity = 2; // an image, and the part of it that was looked at closer
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = []; // those used last come last

    /// <summary>Gives what is shared to <paramref name="use"/>, which must not keep it.</summary>
    /// <param name="embedding">Known by its reference; it is not kept alive.</param>
    public T Use<T>(float[] embedding, Func<ImageContext, T> use)
    {
        var entry = Rent(embedding);
        try
        {
            return use(entry.Images.Value);
        }
        finally
        {
            Return(entry);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _entries.ForEach(Forget);
            _entries.Clear();
        }
    }

    private Entry Rent(float[] embedding)
    {
        lock (_gate)
        {
            var entry = _entries.Find(entry => entry.IsOf(embedding)) ?? new(embedding, prepare);
            entry.Users++;
            _entries.Remove(entry);
            _entries.Add(entry);
            foreach (var old in _entries.Where((old, i) => i < _entries.Count - Capacity || !old.IsAlive).ToList())
            {
                _entries.Remove(old);
                Forget(old);
            }

            return entry;
        }
    }

    private void Return(Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
            if (!entry.Images.IsValueCreated) // it failed, and may be tried again
                _entries.Remove(entry);
            else if (entry.IsForgotten)
                Forget(entry);
        }
    }

    // Frees what nobody uses; else the last user does.
    private static void Forget(Entry entry)
    {
        entry.IsForgotten = true;
        if (entry.Users == 0 && entry.Images.IsValueCreated)
            entry.Images.Value.Dispose();
    }

    private sealed class Entry(float[] embedding, Func<float[], ImageContext> prepare)
    {
        private readonly WeakReference<float[]> _embedding = new(embedding);

        public Lazy<ImageContext> Images { get; } = new(() =>
        {
            using var scope = NewDisposeScope();
            return prepare(embedding).Detached();
        });

        public int Users { get; set; }

        public bool IsForgotten { get; set; }

        public bool IsAlive => _embedding.TryGetTarget(out _);

        public bool IsOf(float[] other) => _embedding.TryGetTarget(out var own) && own == other;
    }
}
