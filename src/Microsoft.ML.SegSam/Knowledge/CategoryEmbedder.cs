using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Embeds the texts of one category after another and checks the vectors.</summary>
internal sealed class CategoryEmbedder(IEmbeddingGenerator<string, Embedding<float>> generator, CancellationToken cancellation)
{
    private (string Category, int Width)? _first;

    /// <summary>The mean of the vectors of a category's texts.</summary>
    /// <exception cref="InvalidOperationException">
    /// The embedder failed, or did not return one finite vector of the common length for each text. The message names the category.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public float[] Embed(string category, IReadOnlyList<string> texts)
    {
        var vectors = Generate(category, texts);
        if (vectors?.Count != texts.Count)
            throw Invalid(category, $"it returned {vectors?.Count ?? 0} vectors for {texts.Count} texts; one for each text is needed");
        foreach (var vector in vectors.Select(embedding => embedding.Vector))
        {
            _first ??= (category, vector.Length);
            if (vector.Length == 0)
                throw Invalid(category, "it returned an empty vector");
            if (vector.Length != _first.Value.Width)
                throw Invalid(category, $"it returned a vector of {vector.Length} numbers, expected {_first.Value.Width} as for "
                    + $"'{_first.Value.Category}'");
            if (!vector.ToArray().All(float.IsFinite))
                throw Invalid(category, "it returned a vector that contains NaN or infinity");
        }

        return [.. Enumerable.Range(0, _first!.Value.Width).Select(i => vectors.Average(embedding => embedding.Vector.Span[i]))];
    }

    // Fit is synchronous: on a pool thread, an embedder's awaits cannot wait for a caller's context that is blocked here.
    private GeneratedEmbeddings<Embedding<float>> Generate(string category, IReadOnlyList<string> texts)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return Task.Run(() => generator.GenerateAsync(texts, cancellationToken: cancellation)).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            throw Invalid(category, failure.Message.TrimEnd('.'), failure);
        }
    }

    private InvalidOperationException Invalid(string category, string problem, Exception? cause = null) =>
        new($"The text embedder {generator.GetType().Name} gave no usable vector for the category '{category}': {problem}. "
            + "Correct the embedder, or leave TextEmbedder null to use the built-in one.", cause);
}
