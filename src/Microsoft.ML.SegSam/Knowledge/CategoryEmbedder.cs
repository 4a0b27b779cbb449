using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Asks a text embedder about one category after the other and checks its answers.</summary>
internal sealed class CategoryEmbedder(IEmbeddingGenerator<string, Embedding<float>> generator, CancellationToken cancellation)
{
    private (string Category, int Width)? _first;

    /// <summary>The mean of the vectors of a category's texts.</summary>
    /// <exception cref="InvalidOperationException">The embedder failed or answered with something else than one finite vector of the common length for each text; the message names the category.</exception>
    /// <exception cref="OperationCanceledException">Cancelled by the token.</exception>
    public float[] Embed(string category, IReadOnlyList<string> texts)
    {
        var vectors = Ask(category, texts);
        if (vectors?.Count != texts.Count)
            throw Bad(category, $"it gave {vectors?.Count ?? 0} vectors for {texts.Count} texts; one for each is needed");
        foreach (var vector in vectors.Select(embedding => embedding.Vector))
        {
            _first ??= (category, vector.Length);
            if (vector.Length == 0)
                throw Bad(category, "it gave a vector of no numbers");
            if (vector.Length != _first.Value.Width)
                throw Bad(category, $"it gave a vector of {vector.Length} numbers, expected {_first.Value.Width} as for '{_first.Value.Category}'");
            if (!vector.ToArray().All(float.IsFinite))
                throw Bad(category, "it gave a vector that holds NaN or infinity");
        }

        return [.. Enumerable.Range(0, _first!.Value.Width).Select(i => vectors.Average(embedding => embedding.Vector.Span[i]))];
    }

    // Fit is synchronous: on a pool thread an embedder's awaits cannot wait for a caller's context that is blocked here.
    private GeneratedEmbeddings<Embedding<float>> Ask(string category, IReadOnlyList<string> texts)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return Task.Run(() => generator.GenerateAsync(texts, cancellationToken: cancellation)).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            throw Bad(category, failure.Message.TrimEnd('.'), failure);
        }
    }

    private InvalidOperationException Bad(string category, string what, Exception? cause = null) =>
        new($"The text embedder {generator.GetType().Name} has no vector for the category '{category}': {what}. Correct it, or leave TextEmbedder null for the built-in one.", cause);
}
