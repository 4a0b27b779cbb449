using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

/// <summary>An embedder that answers as a test says, and remembers what it was asked.</summary>
internal sealed class FixedEmbedder(Func<string, float[]> answer) : IEmbeddingGenerator<string, Embedding<float>>
{
    public List<string> Asked { get; } = [];

    /// <summary>Vectors that are left out of each answer.</summary>
    public int Withheld { get; init; }

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var texts = values.ToList();
        Asked.AddRange(texts);
        return [.. texts.Skip(Withheld).Select(text => new Embedding<float>(answer(text)))];
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
