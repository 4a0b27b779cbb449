using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>Text vectors of a BERT or CLIP text encoder in ONNX form, with the vocabulary it was published with.</summary>
/// <remarks>
/// The model's inputs are <c>input_ids</c> and, where it has them, <c>attention_mask</c> and <c>token_type_ids</c>, as Hugging Face's exports
/// name them. <see cref="TextPooling"/> says how its outputs become one vector. A text's tokens beyond the limit are left out, as is usual;
/// training warns where it does that. Marks such as [SEP] in a text are text.
/// The program needs the package Microsoft.ML.OnnxRuntime. Safe to use from many threads.
/// </remarks>
public sealed class OnnxTextEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly TextTokens _tokens;
    private readonly OnnxTextModel _model;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>Loads model and vocabulary, and runs the model on the vocabulary's last token: one with more tokens than the model fails here. That a vocabulary of no more tokens is another model's cannot be seen.</summary>
    /// <param name="modelFile">The text encoder, .onnx.</param>
    /// <param name="vocabularyFile">BERT's vocab.txt, or CLIP's vocab.json. UTF-8.</param>
    /// <param name="mergesFile">CLIP's merges.txt; null for BERT.</param>
    /// <param name="maxTokens">How many tokens of a text are used, marks included, at least 3. Default null: as many as the model takes, and where it leaves that open 512 for BERT and 77 for CLIP.</param>
    /// <param name="pooling">How the vector is made. Default null: <c>text_embeds</c> or <c>sentence_embedding</c> if the model has one; else for BERT the tokens' mean, for CLIP <c>pooler_output</c>; else the other of these.</param>
    /// <param name="lowerCase">
    /// For BERT: whether texts are lower-cased. Default null: unless a token of the vocabulary has a capital, marks such as [CLS] aside. Where
    /// texts are lower-cased, accents are removed, unless a token has one. CLIP's texts are always lower-cased.
    /// </param>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="ArgumentException">Capitals are to be kept for CLIP.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another kind, the model has inputs or outputs that are not known or none for the pooling (those found are listed), or the vocabulary is another model's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The model takes fewer tokens than asked for.</exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    public OnnxTextEmbedder(string modelFile, string vocabularyFile, string? mergesFile = null, int? maxTokens = null, TextPooling? pooling = null, bool? lowerCase = null)
        : this(EncoderFile.At(modelFile, nameof(modelFile)), EncoderFile.At(vocabularyFile, nameof(vocabularyFile)),
            mergesFile is null ? null : EncoderFile.At(mergesFile, nameof(mergesFile)), maxTokens, pooling, lowerCase)
    {
    }

    /// <summary>The same from streams, for example resources of an assembly. They are read to the end from where they stand, need not be seekable, and are not disposed of.</summary>
    /// <param name="model">The text encoder, .onnx, whole: without weights in files beside it.</param>
    /// <param name="vocabulary">BERT's vocab.txt, or CLIP's vocab.json. UTF-8.</param>
    /// <param name="merges">CLIP's merges.txt; null for BERT.</param>
    /// <param name="maxTokens">As for files.</param>
    /// <param name="pooling">As for files.</param>
    /// <param name="lowerCase">As for files.</param>
    /// <exception cref="ArgumentException">A stream cannot be read, or capitals are to be kept for CLIP.</exception>
    /// <exception cref="InvalidDataException">A stream is at its end, or as for files.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The model takes fewer tokens than asked for.</exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    public OnnxTextEmbedder(Stream model, Stream vocabulary, Stream? merges = null, int? maxTokens = null, TextPooling? pooling = null, bool? lowerCase = null)
        : this(EncoderFile.Read(model, nameof(model)), EncoderFile.Read(vocabulary, nameof(vocabulary)),
            merges is null ? null : EncoderFile.Read(merges, nameof(merges)), maxTokens, pooling, lowerCase)
    {
    }

    private OnnxTextEmbedder(EncoderFile model, EncoderFile vocabulary, EncoderFile? merges, int? maxTokens, TextPooling? pooling, bool? lowerCase)
    {
        if (pooling is { } chosen && !Enum.IsDefined(chosen))
            throw new ArgumentOutOfRangeException(nameof(pooling), pooling, $"Expected null or one of {string.Join(", ", Enum.GetNames<TextPooling>())}.");
        if (merges is not null && lowerCase == false)
            throw new ArgumentException("CLIP's texts are always lower-cased: its vocabulary has no capitals. Leave it null.", nameof(lowerCase));
        _tokens = TextTokens.Open(vocabulary, merges, lowerCase);
        _model = new OnnxTextModel(model, pooling, _tokens.UsualPooling);
        try
        {
            MaxTokens = maxTokens ?? _model.Length ?? _tokens.UsualLimit;
            if (MaxTokens < 3 || MaxTokens > _model.Length)
                throw new ArgumentOutOfRangeException(nameof(maxTokens), MaxTokens, $"Two marks and at least one token of text are used; '{model.Name}' takes {(_model.Length is { } length ? $"{length}" : "any number of")} tokens.");
            Width = Probe(vocabulary.Name);
        }
        catch
        {
            _model.Dispose();
            throw;
        }

        _metadata = new("ONNX Runtime", defaultModelId: Path.GetFileName(model.Name), defaultModelDimensions: Width);
    }

    /// <summary>How many tokens of a text are used, marks included.</summary>
    internal int MaxTokens { get; }

    /// <summary>Length of every vector.</summary>
    public int Width { get; }

    /// <summary>For each text, in order, a vector of <see cref="Width"/> numbers and Euclidean norm 1 (of zeros, where the model gives only zeros).</summary>
    /// <param name="values">Texts, none of them null.</param>
    /// <param name="options">Only its dimensions are looked at; they must be null or <see cref="Width"/>.</param>
    /// <param name="cancellationToken">Looked at before each text.</param>
    /// <exception cref="ArgumentException">There is a null among the texts, or other dimensions are asked for.</exception>
    /// <exception cref="InvalidDataException">The model fails on a text, for example because it takes fewer tokens than the limit.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        TextVectors.Generate(values, options, Width, Embed, cancellationToken);

    /// <summary>This embedder or its <see cref="EmbeddingGeneratorMetadata"/>; null for anything else.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null) => TextVectors.Service(this, _metadata, serviceType, serviceKey);

    /// <summary>Releases the model.</summary>
    public void Dispose() => _model.Dispose();

    /// <summary>How many tokens a text has, marks included, be they used or not.</summary>
    internal int CountTokens(string text) => _tokens.Encode(text).Length;

    private float[] Embed(string text)
    {
        var tokens = _tokens.Encode(text, MaxTokens);
        float[] vector;
        try
        {
            vector = _model.Run(tokens, _tokens.Padding);
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"{failure.Message} If the model takes fewer than {tokens.Length} tokens, say so by maxTokens.", failure);
        }

        var norm = Math.Sqrt(vector.Sum(value => (double)value * value));
        return norm == 0 ? vector : Array.ConvertAll(vector, value => (float)(value / norm));
    }

    // A vocabulary that is larger than the model's table of tokens would fail on some texts only; the last token tells it now.
    private int Probe(string vocabularyFile)
    {
        try
        {
            return _model.Run(_tokens.Enclose(_tokens.Highest), _tokens.Padding).Length;
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"The vocabulary '{vocabularyFile}' has tokens up to number {_tokens.Highest}, and the model does not take that: {failure.Message} Use the vocabulary that was published with the model.", failure);
        }
    }
}
