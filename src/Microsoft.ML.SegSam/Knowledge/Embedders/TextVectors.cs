using System.Text;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>What the library's text embedders share: they embed one text after another, off the caller's thread.</summary>
internal static class TextVectors
{
    /// <param name="values">Texts, none of them null.</param>
    /// <param name="options">Only the dimensions are used; they must be null or the embedder's own.</param>
    /// <param name="width">Length of the embedder's vectors.</param>
    /// <param name="embed">The vector of a text.</param>
    /// <param name="cancellation">Checked before each text.</param>
    /// <exception cref="ArgumentException">A text is null, or other dimensions are requested.</exception>
    public static Task<GeneratedEmbeddings<Embedding<float>>> Generate(
        IEnumerable<string> values, EmbeddingGenerationOptions? options, int width, Func<string, float[]> embed,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } dimensions && dimensions != width)
        {
            const string name = $"{nameof(EmbeddingGenerationOptions)}.{nameof(options.Dimensions)}";
            throw new ArgumentException(FormattableString.Invariant(
                $"{name} is '{dimensions}'; it must be null or {width}, the only length of these vectors."), nameof(options));
        }

        var texts = values.ToList();
        if (texts.Contains(null!))
            throw new ArgumentException($"Text {texts.IndexOf(null!)} (counting from 0) is null; pass an empty text "
                + "instead.", nameof(values));
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

    /// <summary>The text in composed form (NFC), in which a letter and its accent are one character.</summary>
    /// <remarks>Code points that are not characters (U+FFFE, unpaired surrogates) are removed.</remarks>
    public static string Compose(string text) =>
        string.Concat(text.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar && rune.Value != 0xFFFE)).Normalize();

    /// <summary>The embedder itself or its metadata, in the way that Microsoft.Extensions.AI requests services.</summary>
    public static object? Service(object embedder, EmbeddingGeneratorMetadata metadata, Type type, object? key)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (key is not null)
            return null;
        return type.IsInstanceOfType(metadata) ? metadata : type.IsInstanceOfType(embedder) ? embedder : null;
    }
}

/// <summary>How a text encoder's outputs become the vector of a text. The model card says which pooling a model was trained with.</summary>
public enum TextPooling
{
    /// <summary>
    /// The mean of <c>last_hidden_state</c> or <c>token_embeddings</c> over the text's tokens, including start and end token (all-MiniLM,
    /// all-mpnet and most sentence encoders).
    /// </summary>
    Mean,

    /// <summary>
    /// The vector of <c>last_hidden_state</c> or <c>token_embeddings</c> at the first token, BERT's [CLS] (SapBERT, PubMedBERT,
    /// Arctic-embed, BGE).
    /// </summary>
    FirstToken,

    /// <summary>
    /// The model's own text vector: the first of <c>text_embeds</c>, <c>sentence_embedding</c> and <c>pooler_output</c> (CLIP).
    /// </summary>
    Pooled,
}
