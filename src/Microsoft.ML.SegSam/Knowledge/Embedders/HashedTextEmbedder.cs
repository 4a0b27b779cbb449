using System.Text;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>Text vectors without a model or a download: signed hashing of words, word pairs and character trigrams (our choice).</summary>
/// <remarks>
/// The same text has the same vector on every machine. Texts that share words or word stems are close together. Thread-safe.
/// </remarks>
internal sealed class HashedTextEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>Length of every vector.</summary>
    public const int Width = 512;

    private static readonly EmbeddingGeneratorMetadata Metadata = new("SEG-SAM, hashed words", defaultModelDimensions: Width);

    /// <summary>
    /// For each text, in order, a vector of <see cref="Width"/> numbers with Euclidean norm 1, or of zeros for a text without letters or
    /// digits.
    /// </summary>
    /// <param name="values">Texts, none of them null.</param>
    /// <param name="options">Only the dimensions are used; they must be null or <see cref="Width"/>.</param>
    /// <param name="cancellationToken">Checked before each text.</param>
    /// <exception cref="ArgumentException">A text is null, or other dimensions are requested.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        TextVectors.Generate(values, options, Width, Embed, cancellationToken);

    /// <summary>This embedder or its <see cref="EmbeddingGeneratorMetadata"/>; null for anything else.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        TextVectors.Service(this, Metadata, serviceType, serviceKey);

    /// <summary>Does nothing: there is nothing to release.</summary>
    public void Dispose()
    {
    }

    /// <summary>A vector of norm 1, or of zeros for a text without letters or digits.</summary>
    public static float[] Embed(string text)
    {
        var vector = new float[Width];
        var previous = "";
        foreach (var word in Words(text))
        {
            Add(vector, "w:" + word, 1);
            if (previous.Length > 0)
                Add(vector, $"p:{previous} {word}", 0.5f);
            var padded = $"^{word}$";
            for (var i = 0; i + 3 <= padded.Length; i++)
                Add(vector, $"c:{padded.AsSpan(i, 3)}", 0.25f);
            previous = word;
        }

        var norm = MathF.Sqrt(vector.Sum(value => value * value));
        for (var i = 0; i < Width && norm > 0; i++)
            vector[i] /= norm;
        return vector;
    }

    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var character in TextVectors.Compose(text).ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(character))
            {
                word.Append(character);
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0)
            yield return word.ToString();
    }

    // FNV-1a, 64 bit; string.GetHashCode differs between runs. The sign bit makes collisions cancel on average.
    private static void Add(float[] vector, string feature, float weight)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in Encoding.UTF8.GetBytes(feature))
            hash = (hash ^ value) * 1099511628211UL;
        hash ^= hash >> 32;
        vector[hash % Width] += (hash >> 63 & 1) == 0 ? weight : -weight;
    }
}
