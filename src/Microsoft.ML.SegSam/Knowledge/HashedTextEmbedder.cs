using System.Text;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Text vectors without a model or a download: signed hashing of words, word pairs and character trigrams (our choice).</summary>
/// <remarks>The same text gives the same vector on every machine. Texts that share words or word stems lie close together.</remarks>
internal static class HashedTextEmbedder
{
    /// <summary>Length of every vector.</summary>
    public const int Width = 512;

    /// <summary>A vector of length 1, or of zeros for a text without letters and digits.</summary>
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
        foreach (var character in text.ToLowerInvariant())
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
