namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Collects the categories of the training rows and what is said of each, and makes the text bank from it.</summary>
internal sealed class CategoryTexts
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly List<HashSet<string>> _descriptions = [];
    private readonly List<(float[] Sum, int Count)?> _vectors = [];

    /// <summary>Names in order of first appearance.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Index of a category, which is added if new.</summary>
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

    /// <summary>Notes a description; equal ones count once.</summary>
    public void Describe(int category, string description)
    {
        if (!string.IsNullOrWhiteSpace(description))
            _descriptions[category].Add(description.Trim());
    }

    /// <summary>Notes a ready-made text vector.</summary>
    /// <exception cref="InvalidOperationException">Its length is not that of the vectors before.</exception>
    public void Describe(int category, ReadOnlySpan<float> vector)
    {
        var width = _vectors.FirstOrDefault(known => known is not null)?.Sum.Length ?? vector.Length;
        if (vector.Length != width || width == 0)
            throw new InvalidOperationException($"The description vector of '{_names[category]}' holds {vector.Length} numbers, expected {Math.Max(1, width)} as in the rows before.");
        var (sum, count) = _vectors[category] ?? (new float[vector.Length], 0);
        for (var i = 0; i < sum.Length; i++)
            sum[i] += vector[i];
        _vectors[category] = (sum, count + 1);
    }

    /// <summary>One row for each category: the mean of its ready-made vectors, else the mean of the embedded "name: description" texts, else the name with what the catalogue says of it, else the name.</summary>
    /// <param name="catalogue">Null for none. It is no help where others have ready-made vectors: those come from another embedder.</param>
    /// <returns>K rows of equal length.</returns>
    /// <exception cref="InvalidOperationException">Some categories have ready-made vectors and others have none.</exception>
    public float[][] ToBank(CategoryCatalogue? catalogue)
    {
        if (_vectors.All(vector => vector is null))
            return [.. _names.Select((name, i) => Embed(name, _descriptions[i], catalogue))];
        var without = _names.Where((_, i) => _vectors[i] is null).ToList();
        if (without.Count > 0)
            throw new InvalidOperationException($"No description vector is given for: {string.Join(", ", without)}. Every category needs at least one row with a vector.");
        return [.. _vectors.Select(vector => vector!.Value.Sum.Select(value => value / vector.Value.Count).ToArray())];
    }

    private static float[] Embed(string name, HashSet<string> descriptions, CategoryCatalogue? catalogue)
    {
        if (descriptions.Count == 0)
            return HashedTextEmbedder.Embed(catalogue is not null && catalogue.TryFind(name, out var entry) ? $"{name}: {entry.Describe()}" : name);
        var vectors = descriptions.Select(description => HashedTextEmbedder.Embed($"{name}: {description}")).ToList();
        return [.. Enumerable.Range(0, HashedTextEmbedder.Width).Select(i => vectors.Average(vector => vector[i]))];
    }
}
