using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.SegSam.Prediction;

namespace Studio;

/// <summary>Keeps the masks of recent predictions, as prompts, by the steps that led to them.</summary>
/// <remarks>The cache only saves time: an evicted mask is computed again, with the same result.</remarks>
internal sealed class MaskPromptCache
{
    private const int Capacity = 24; // of a quarter of a megabyte each, at SAM's size
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SegSamPrompt> _masks = [];
    private readonly Queue<string> _byAge = [];

    public bool TryGet(string steps, [MaybeNullWhen(false)] out SegSamPrompt mask)
    {
        lock (_lock)
            return _masks.TryGetValue(steps, out mask);
    }

    public void Add(string steps, SegSamPrompt mask)
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
