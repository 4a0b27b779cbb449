using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using TextEncoder;

namespace Med2D.Training;

/// <summary>What the network is told about each category.</summary>
internal enum Texts
{
    /// <summary>The glossary's description.</summary>
    Descriptions,

    /// <summary>The name alone.</summary>
    Names,

    /// <summary>The name, with the description of another category: as many words, without knowledge.</summary>
    Shuffled,
}

/// <summary>What makes vectors of the texts.</summary>
internal enum Embedder
{
    /// <summary>The library's own, which knows words only by their letters.</summary>
    Hashed,

    /// <summary>A sentence encoder: see <see cref="SentenceEncoders.MiniLM"/>.</summary>
    MiniLm,
}

/// <summary>Prepares the texts of a run.</summary>
internal static class CategoryTexts
{
    /// <summary>The embedder of a run; null is the library's own.</summary>
    public static OnnxTextEmbedder? Open(Embedder embedder) => embedder == Embedder.MiniLm ? SentenceEncoders.MiniLM() : null;

    /// <summary>What takes the place of the glossary's descriptions; null leaves them.</summary>
    /// <param name="seed">Draws which category gets which description.</param>
    public static IReadOnlyDictionary<string, string>? Descriptions(Texts texts, IEnumerable<string> categories, int seed)
    {
        string[] names = [.. categories.Distinct().Order(StringComparer.Ordinal)];
        switch (texts)
        {
            case Texts.Names:
                return names.ToDictionary(name => name, name => name);
            case Texts.Shuffled: // that of the next one in a random cycle, so that none keeps its own
                new Random(seed).Shuffle(names);
                return names.Index().ToDictionary(name => name.Item, name => Description(names[(name.Index + 1) % names.Length]));
            default:
                return null;
        }
    }

    private static string Description(string category) =>
        CategoryGlossary.Default.TryFind(category, out var entry) ? entry.Describe() : category;
}
