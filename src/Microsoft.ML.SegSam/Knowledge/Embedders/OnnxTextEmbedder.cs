using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>Text vectors from a BERT or CLIP text encoder in ONNX format, with the vocabulary that was published with it.</summary>
/// <remarks>
/// The model's inputs are <c>input_ids</c> and optionally <c>attention_mask</c> and <c>token_type_ids</c>, as Hugging Face's exports name
/// them. <see cref="TextPooling"/> determines how its outputs become one vector. Tokens beyond the limit are dropped, as is usual; training
/// logs a warning if that happens. Special tokens such as [SEP] within a text are treated as plain text. The program needs the package
/// Microsoft.ML.OnnxRuntime. Instances are thread-safe.
/// </remarks>
public sealed class OnnxTextEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly TextTokens _tokens;
    private readonly OnnxTextModel _model;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>Loads the model and its vocabulary from files.</summary>
    /// <remarks>
    /// The constructor runs the model on the vocabulary's last token, so a vocabulary with more tokens than the model fails immediately. A
    /// smaller vocabulary of another model cannot be detected.
    /// </remarks>
    /// <param name="modelFile">The text encoder, .onnx.</param>
    /// <param name="vocabularyFile">BERT's vocab.txt, or CLIP's vocab.json. UTF-8.</param>
    /// <param name="mergesFile">CLIP's merges.txt; null for BERT.</param>
    /// <param name="maxTokens">
    /// The largest number of tokens of a text, including start and end token. At least 3. Default null: the model's own length, or, if that
    /// is dynamic, 512 for BERT and 77 for CLIP.
    /// </param>
    /// <param name="pooling">
    /// How the vector is computed. Default null: the output <c>text_embeds</c> or <c>sentence_embedding</c> if the model has one; else the
    /// mean of the tokens for BERT and <c>pooler_output</c> for CLIP; else the other of these two.
    /// </param>
    /// <param name="lowerCase">
    /// For BERT: whether texts are lower-cased. Default null: yes, unless a token of the vocabulary has a capital (special tokens such as
    /// [CLS] do not count). If texts are lower-cased, accents are removed too, unless a token has one. CLIP's texts are always lower-cased.
    /// </param>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    /// <exception cref="ArgumentException"><paramref name="lowerCase"/> is false for CLIP.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged or of another kind; the model has unknown inputs, or no output for the pooling (the message lists those found); or
    /// the vocabulary belongs to another model.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxTokens"/> is below 3 or above the model's length.</exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    public OnnxTextEmbedder(
        string modelFile, string vocabularyFile, string? mergesFile = null, int? maxTokens = null,
        TextPooling? pooling = null, bool? lowerCase = null)
        : this(EncoderFile.At(modelFile, nameof(modelFile)), EncoderFile.At(vocabularyFile, nameof(vocabularyFile)),
            mergesFile is null ? null : EncoderFile.At(mergesFile, nameof(mergesFile)), maxTokens, pooling, lowerCase)
    {
    }

    /// <summary>Loads the model and its vocabulary from streams, for example from resources of an assembly.</summary>
    /// <remarks>Streams are read from their current position to the end. They need not be seekable, and are not disposed.</remarks>
    /// <param name="model">The text encoder, .onnx, with all weights in this one file.</param>
    /// <param name="vocabulary">BERT's vocab.txt, or CLIP's vocab.json. UTF-8.</param>
    /// <param name="merges">CLIP's merges.txt; null for BERT.</param>
    /// <param name="maxTokens">As for files.</param>
    /// <param name="pooling">As for files.</param>
    /// <param name="lowerCase">As for files.</param>
    /// <exception cref="ArgumentException">A stream cannot be read, or <paramref name="lowerCase"/> is false for CLIP.</exception>
    /// <exception cref="InvalidDataException">A stream is at its end, or as for files.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxTokens"/> is below 3 or above the model's length.</exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    public OnnxTextEmbedder(
        Stream model, Stream vocabulary, Stream? merges = null, int? maxTokens = null, TextPooling? pooling = null, bool? lowerCase = null)
        : this(EncoderFile.Read(model, nameof(model)), EncoderFile.Read(vocabulary, nameof(vocabulary)),
            merges is null ? null : EncoderFile.Read(merges, nameof(merges)), maxTokens, pooling, lowerCase)
    {
    }

    private OnnxTextEmbedder(
        EncoderFile model, EncoderFile vocabulary, EncoderFile? merges, int? maxTokens, TextPooling? pooling, bool? lowerCase)
    {
        if (pooling is { } chosen && !Enum.IsDefined(chosen))
            throw new ArgumentOutOfRangeException(nameof(pooling), pooling, $"Expected null or one of "
                + $"{string.Join(", ", Enum.GetNames<TextPooling>())}.");
        if (merges is not null && lowerCase == false)
            throw new ArgumentException("CLIP's texts are always lower-cased, because its vocabulary has no capitals. Leave lowerCase "
                + "null.", nameof(lowerCase));
        _tokens = TextTokens.Open(vocabulary, merges, lowerCase);
        _model = new OnnxTextModel(model, pooling, _tokens.UsualPooling);
        try
        {
            MaxTokens = maxTokens ?? _model.Length ?? _tokens.UsualLimit;
            if (MaxTokens < 3 || MaxTokens > _model.Length)
                throw new ArgumentOutOfRangeException(nameof(maxTokens), MaxTokens,
                    "A text needs a start token, an end token and at least one more; "
                    + $"'{model.Name}' accepts {(_model.Length is { } length ? $"{length}" : "any number of")} tokens.");
            Width = Probe(vocabulary.Name);
        }
        catch
        {
            _model.Dispose();
            throw;
        }

        _metadata = new("ONNX Runtime", defaultModelId: Path.GetFileName(model.Name), defaultModelDimensions: Width);
    }

    /// <summary>The largest number of tokens of a text, including start and end token.</summary>
    internal int MaxTokens { get; }

    /// <summary>Length of every vector.</summary>
    public int Width { get; }

    /// <summary>Computes one vector of <see cref="Width"/> numbers for each text, in order.</summary>
    /// <param name="values">Texts, none of them null.</param>
    /// <param name="options">Only the dimensions are used; they must be null or <see cref="Width"/>.</param>
    /// <param name="cancellationToken">Checked before each text.</param>
    /// <returns>Vectors of Euclidean norm 1, or of zeros if the model returns only zeros.</returns>
    /// <exception cref="ArgumentException">A text is null, or other dimensions are requested.</exception>
    /// <exception cref="InvalidDataException">
    /// The model fails on a text, for example because it accepts fewer tokens than the limit.
    /// </exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        TextVectors.Generate(values, options, Width, Embed, cancellationToken);

    /// <summary>This embedder or its <see cref="EmbeddingGeneratorMetadata"/>; null for any other type.</summary>
    /// <param name="serviceType">The requested type.</param>
    /// <param name="serviceKey">Must be null: there are no keyed services.</param>
    /// <returns>The service, or null.</returns>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        TextVectors.Service(this, _metadata, serviceType, serviceKey);

    /// <summary>Releases the model.</summary>
    public void Dispose() => _model.Dispose();

    /// <summary>The number of tokens of a text, including start and end token and those beyond the limit.</summary>
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
            throw new InvalidDataException($"{failure.Message} If the model accepts fewer than {tokens.Length} tokens, set "
                + "maxTokens.", failure);
        }

        var norm = Math.Sqrt(vector.Sum(value => (double)value * value));
        return norm == 0 ? vector : Array.ConvertAll(vector, value => (float)(value / norm));
    }

    // A vocabulary larger than the model's token table would fail on some texts only; the last token shows it now.
    private int Probe(string vocabularyFile)
    {
        try
        {
            return _model.Run(_tokens.Enclose(_tokens.Highest), _tokens.Padding).Length;
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"The vocabulary '{vocabularyFile}' has tokens up to number {_tokens.Highest}, which the model "
                + $"does not accept: {failure.Message} Use the vocabulary that was published with the model.", failure);
        }
    }
}
