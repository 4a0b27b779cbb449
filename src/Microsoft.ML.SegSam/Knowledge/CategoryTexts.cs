using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.ML.SegSam.Knowledge.Embedders;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Collects the categories of the training rows with their descriptions, and makes the text bank from them.</summary>
internal sealed class CategoryTexts
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly List<HashSet<string>> _descriptions = [];
    private readonly List<(float[] Sum, int Count)?> _vectors = [];

    /// <summary>The names, in order of first appearance.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The index of a category, which is added if it is new.</summary>
    public int IndexOf(string name)
    {
        if (_indices.TryGetValue(name, out var index))
            return index;
        _indices[name] = index = _names.Count;
        _names.Add(name);
        _descriptions.Add([]);
        _vectors.Add(null);
        return index;
    }

    public bool TryIndexOf(string name, out int index) => _indices.TryGetValue(name, out index);

    /// <summary>Adds a description; equal descriptions count once.</summary>
    public void Describe(int category, string description)
    {
        if (!string.IsNullOrWhiteSpace(description))
            _descriptions[category].Add(description.Trim());
    }

    /// <summary>Adds a ready-made text vector.</summary>
    /// <exception cref="InvalidOperationException">Its length differs from that of the earlier vectors.</exception>
    public void Describe(int category, ReadOnlySpan<float> vector)
    {
        var width = _vectors.FirstOrDefault(known => known is not null)?.Sum.Length ?? vector.Length;
        if (vector.Length != width || width == 0)
        {
            throw new InvalidOperationException($"The description vector of '{_names[category]}' holds {vector.Length} numbers, "
                + $"expected {Math.Max(1, width)} as in the earlier rows.");
        }

        var (sum, count) = _vectors[category] ?? (new float[vector.Length], 0);
        for (var i = 0; i < sum.Length; i++)
            sum[i] += vector[i];
        _vectors[category] = (sum, count + 1);
    }

    /// <summary>
    /// One row for each category: the mean of its ready-made vectors, else the mean of the embedded "name: description" texts, else the
    /// embedded name with its glossary text, else the embedded name alone.
    /// </summary>
    /// <param name="glossary">
    /// Null for none. It cannot help if other categories have ready-made vectors: those come from another embedder.
    /// </param>
    /// <returns>K rows of equal length.</returns>
    /// <exception cref="InvalidOperationException">
    /// Some categories have ready-made vectors and others have none, or the embedder failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">Canceled while the embedder was working.</exception>
    public float[][] ToBank(
        CategoryGlossary? glossary, IEmbeddingGenerator<string, Embedding<float>> embedder, CancellationToken cancellation)
    {
        if (_vectors.All(vector => vector is null))
        {
            var category = new CategoryEmbedder(embedder, cancellation);
            return [.. _names.Select((name, i) => category.Embed(name, Texts(i, glossary)))];
        }

        var without = _names.Where((_, i) => _vectors[i] is null).ToList();
        if (without.Count > 0)
        {
            throw new InvalidOperationException($"There is no description vector for: {string.Join(", ", without)}. "
                + "Every category needs at least one row with a vector.");
        }

        return [.. _vectors.Select(vector => vector!.Value.Sum.Select(value => value / vector.Value.Count).ToArray())];
    }

    /// <summary>For each pair of categories, whether a glossary says that both names may be true of one object; null without one.</summary>
    public bool[,]? Compatible(CategoryGlossary? glossary)
    {
        if (glossary is null)
            return null;
        var compatible = new bool[_names.Count, _names.Count];
        for (var a = 0; a < _names.Count; a++)
        {
            for (var b = 0; b < _names.Count; b++)
                compatible[a, b] = glossary.Compatible(_names[a], _names[b]);
        }

        return compatible;
    }

    /// <summary>The categories with a text that is too long for an embedder, which reads only its beginning.</summary>
    public IReadOnlyList<string> CutBy(OnnxTextEmbedder embedder, CategoryGlossary? glossary) => _vectors.Any(vector => vector is not null)
        ? []
        : [.. _names.Where((_, i) => Texts(i, glossary).Any(text => embedder.CountTokens(text) > embedder.MaxTokens))];

    /// <summary>
    /// A digest of the texts or vectors from which the bank is made, and of their order. It does not cover the vectors that an embedder
    /// makes from the texts.
    /// </summary>
    public string Digest(CategoryGlossary? glossary)
    {
        var texts = _names.Select((name, i) => (object)new
        {
            name,
            texts = _vectors[i] is null ? Texts(i, glossary) : [],
            vector = _vectors[i]?.Sum,
            count = _vectors[i]?.Count,
        });
        return $"{_names.Count} categories, {Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(texts)))[..16]}";
    }

    private string[] Texts(int index, CategoryGlossary? glossary)
    {
        var name = _names[index];
        if (_descriptions[index].Count > 0)
            return [.. _descriptions[index].Select(description => $"{name}: {description}")];
        if (glossary is null || !glossary.TryFind(name, out var entry))
            return [name];
        // A spelling variant of the entry's name adds nothing to it; a synonym or a number does.
        return [$"{(CategoryName.AreAlike(name, entry.Name) ? entry.Name : name)}: {entry.Describe()}"];
    }
}
