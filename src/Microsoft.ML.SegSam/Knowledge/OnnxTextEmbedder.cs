using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Text vectors of a CLIP or BERT text encoder in ONNX form, with the vocabulary it was published with.</summary>
/// <remarks>
/// The model's inputs are <c>input_ids</c> and, where it has them, <c>attention_mask</c> and <c>token_type_ids</c>, as Hugging Face's exports
/// name them. Its vector is the first there is of <c>text_embeds</c>, <c>sentence_embedding</c> and <c>pooler_output</c>, else the mean of
/// <c>last_hidden_state</c> or <c>token_embeddings</c> over the text's tokens, marks included. A text's tokens beyond the limit are left out.
/// The program needs the package Microsoft.ML.OnnxRuntime. Safe to use from many threads.
/// </remarks>
public sealed class OnnxTextEmbedder : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly TextTokens _tokens;
    private readonly OnnxTextModel _model;
    private readonly int _limit;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>Loads model and vocabulary, and runs the model on the vocabulary's last token: one with more tokens than the model fails here. That a vocabulary of no more tokens is another model's cannot be seen.</summary>
    /// <param name="modelFile">The text encoder, .onnx.</param>
    /// <param name="vocabularyFile">BERT's vocab.txt (cased if any token has a capital letter), or CLIP's vocab.json.</param>
    /// <param name="mergesFile">CLIP's merges.txt; null for BERT.</param>
    /// <param name="maxTokens">How many tokens of a text are used, marks included, at least 3. Default null: as many as the model takes, and where it leaves that open 512 for BERT and 77 for CLIP.</param>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another kind, the model has inputs or outputs that are not known (those found are listed), or the vocabulary is another model's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The model takes fewer tokens than asked for.</exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    public OnnxTextEmbedder(string modelFile, string vocabularyFile, string? mergesFile = null, int? maxTokens = null)
    {
        ArgumentNullException.ThrowIfNull(modelFile);
        ArgumentNullException.ThrowIfNull(vocabularyFile);
        _tokens = TextTokens.Open(vocabularyFile, mergesFile);
        _model = new OnnxTextModel(modelFile);
        try
        {
            _limit = maxTokens ?? _model.Length ?? _tokens.UsualLimit;
            if (_limit < 3 || _limit > _model.Length)
                throw new ArgumentOutOfRangeException(nameof(maxTokens), _limit, $"Two marks and at least one token of text are used; '{modelFile}' takes {(_model.Length is { } length ? $"{length}" : "any number of")} tokens.");
            Width = Probe(vocabularyFile);
        }
        catch
        {
            _model.Dispose();
            throw;
        }

        _metadata = new("ONNX Runtime", defaultModelId: Path.GetFileName(modelFile), defaultModelDimensions: Width);
    }

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

    private float[] Embed(string text)
    {
        var tokens = _tokens.Encode(text, _limit);
        float[] vector;
        try
        {
            vector = _model.Run(tokens, _tokens.Padding);
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"{failure.Message} If the model takes fewer than {tokens.Length} tokens, say so by maxTokens.", failure);
        }

        var norm = MathF.Sqrt(vector.Sum(value => value * value));
        return norm == 0 ? vector : Array.ConvertAll(vector, value => value / norm);
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
