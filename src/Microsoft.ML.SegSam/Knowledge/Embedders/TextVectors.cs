using System.Text;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>What the library's text embedders have in common: one text after the other, off the caller's thread.</summary>
internal static class TextVectors
{
    /// <param name="values">Texts; null is refused.</param>
    /// <param name="options">Dimensions may be given, but only the embedder's own.</param>
    /// <param name="width">Length of the embedder's vectors.</param>
    /// <param name="embed">The vector of a text.</param>
    /// <param name="cancellation">Looked at before each text.</param>
    /// <exception cref="ArgumentException">There is a null among the texts, or other dimensions are asked for.</exception>
    public static Task<GeneratedEmbeddings<Embedding<float>>> Generate(
        IEnumerable<string> values, EmbeddingGenerationOptions? options, int width, Func<string, float[]> embed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } wanted && wanted != width)
            throw new ArgumentException(FormattableString.Invariant($"{nameof(EmbeddingGenerationOptions)}.{nameof(options.Dimensions)} is '{wanted}'; it must be null or {width}, the only length of these vectors."), nameof(options));
        var texts = values.ToList();
        if (texts.Contains(null!))
            throw new ArgumentException($"Text {texts.IndexOf(null!)} (counting from 0) is null; every text must be given, if only as an empty one.", nameof(values));
        return Task.Run(() =>
        {
            var vectors = new GeneratedEmbeddings<Embedding<float>>(texts.Count);
            foreach (var text in texts)
            {
                cancellation.ThrowIfCancellationRequested();
                vectors.Add(new Embedding<float>(embed(text)));
            }

            return vectors;
        }, cancellation);
    }

    /// <summary>The text with letter and accent as one character, where it may have them as two that look the same.</summary>
    /// <remarks>What is no character (U+FFFE, half a surrogate pair) is left out.</remarks>
    public static string Compose(string text) =>
        string.Concat(text.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar && rune.Value != 0xFFFE)).Normalize();

    /// <summary>The embedder itself or what it says of itself, as callers of Microsoft.Extensions.AI ask for them.</summary>
    public static object? Service(object embedder, EmbeddingGeneratorMetadata metadata, Type type, object? key)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (key is not null)
            return null;
        return type.IsInstanceOfType(metadata) ? metadata : type.IsInstanceOfType(embedder) ? embedder : null;
    }
}

/// <summary>How a text encoder's vector of a text is made: as the model was trained, which its model card says.</summary>
public enum TextPooling
{
    /// <summary>The mean of <c>last_hidden_state</c> or <c>token_embeddings</c> over the text's tokens, marks included (all-MiniLM, all-mpnet and most sentence encoders).</summary>
    Mean,

    /// <summary>What <c>last_hidden_state</c> or <c>token_embeddings</c> holds at the first token, BERT's [CLS] (SapBERT, PubMedBERT, Arctic-embed, BGE).</summary>
    FirstToken,

    /// <summary>The model's own vector of the text, the first there is of <c>text_embeds</c>, <c>sentence_embedding</c> and <c>pooler_output</c> (CLIP).</summary>
    Pooled,
}
