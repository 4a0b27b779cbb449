namespace Microsoft.ML.SegSam;

/// <summary>The embeddings of the images last asked about, for one cursor or engine; managed memory, oldest out first.</summary>
internal sealed class EmbeddingCache(int capacity = 16)
{
    private readonly Dictionary<string, float[]> _embeddings = [];
    private readonly Queue<string> _order = [];

    public float[]? Find(string key) => _embeddings.GetValueOrDefault(key);

    public void Add(string key, float[] embedding)
    {
        if (!_embeddings.TryAdd(key, embedding))
            return;
        _order.Enqueue(key);
        if (_order.Count > capacity)
            _embeddings.Remove(_order.Dequeue());
    }
}
