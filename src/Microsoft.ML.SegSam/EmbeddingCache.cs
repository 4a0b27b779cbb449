namespace Microsoft.ML.SegSam;

/// <summary>The embeddings of the images last asked about, for one cursor or engine; managed memory, oldest out first.</summary>
internal sealed class EmbeddingCache(int capacity = 16)
{
    private readonly Dictionary<string, float[]> _embeddings = [];
    private readonly Queue<string> _order = [];

    public bool Contains(string key) => _embeddings.ContainsKey(key);

    public float[] Get(string key) => _embeddings[key];

    /// <param name="atLeast">The images of the batch at hand, all of which must stay.</param>
    public void Add(string key, float[] embedding, int atLeast)
    {
        _embeddings.Add(key, embedding);
        _order.Enqueue(key);
        while (_order.Count > Math.Max(capacity, 2 * atLeast))
            _embeddings.Remove(_order.Dequeue());
    }
}
