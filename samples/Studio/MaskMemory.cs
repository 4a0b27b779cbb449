namespace Studio;

/// <summary>Remembers the low-resolution masks of recent answers by the steps that led to them.</summary>
/// <remarks>It saves time only: what is forgotten is computed again, with the same result.</remarks>
internal sealed class MaskMemory
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
