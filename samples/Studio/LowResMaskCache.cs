namespace Studio;

/// <summary>Keeps the low-resolution masks of recent predictions by the steps that led to them.</summary>
/// <remarks>The cache only saves time: an evicted mask is computed again, with the same result.</remarks>
internal sealed class LowResMaskCache
{
    private const int Capacity = 24; // of a quarter of a megabyte each, at SAM's size
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ReadOnlyMemory<float>> _masks = [];
    private readonly Queue<string> _byAge = [];

    public bool TryGet(string steps, out ReadOnlyMemory<float> mask)
    {
        lock (_lock)
            return _masks.TryGetValue(steps, out mask);
    }

    public void Add(string steps, ReadOnlyMemory<float> mask)
    {
        lock (_lock)
        {
            if (!_masks.TryAdd(steps, mask))
                return;
            _byAge.Enqueue(steps);
            if (_byAge.Count > Capacity)
                _masks.Remove(_byAge.Dequeue());
        }
    }
}
