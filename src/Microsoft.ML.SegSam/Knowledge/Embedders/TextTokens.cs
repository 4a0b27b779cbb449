using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>Converts text to the token ids of a BERT or CLIP model, between its start and end token.</summary>
internal sealed partial class TextTokens
{
    private readonly Func<string, IReadOnlyList<int>> _encode;
    private readonly int _start;
    private readonly int _end;

    private TextTokens(
        Func<string, IReadOnlyList<int>> encode, int start, int end, int padding, int highest, int usualLimit, TextPooling usualPooling)
    {
        _encode = encode;
        _start = start;
        _end = end;
        Padding = padding;
        Highest = highest;
        UsualLimit = usualLimit;
        UsualPooling = usualPooling;
    }

    /// <summary>The id that pads the input of a model of fixed length.</summary>
    public int Padding { get; }

    /// <summary>The highest id in the vocabulary.</summary>
    public int Highest { get; }

    /// <summary>The number of tokens that published models of this kind accept.</summary>
    public int UsualLimit { get; }

    /// <summary>The pooling of published models of this kind.</summary>
    public TextPooling UsualPooling { get; }

    /// <summary>BERT's WordPiece for a vocabulary alone, CLIP's byte pairs for one with merges.</summary>
    /// <param name="lowerCase">Null: derived from the vocabulary. CLIP's texts are always lower-cased.</param>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    /// <exception cref="InvalidDataException">A file is not a vocabulary or merges list, or a special token is missing.</exception>
    public static TextTokens Open(EncoderFile vocabulary, EncoderFile? merges, bool? lowerCase)
    {
        const string advice = "Download the vocabulary that was published with the model (vocab.txt of BERT; vocab.json and merges.txt of "
            + "CLIP)";
        vocabulary.Require(advice);
        merges?.Require(advice);
        try
        {
            return merges is null ? Bert(vocabulary.ReadBytes(), lowerCase) : Clip(vocabulary.ReadBytes(), merges.ReadBytes());
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or JsonException)
        {
            var expected = merges is null
                ? "expected BERT's vocab.txt, one token per line, with [PAD], [UNK], [CLS] and [SEP]; a CLIP vocabulary (vocab.json) "
                    + "needs its merges.txt too"
                : $"expected CLIP's vocab.json, ids by token, with {StartOfText} and {EndOfText}, and the merges.txt of the same model "
                    + $"('{merges.Name}')";
            throw new InvalidDataException($"The vocabulary '{vocabulary.Name}' cannot be used: {failure.Message.TrimEnd('.')}; "
                + $"{expected}. The model is the first argument, the vocabulary the second.", failure);
        }
    }

    /// <summary>Start token, all tokens of the text, end token.</summary>
    public int[] Encode(string text) => Enclose([.. _encode(text)]);

    /// <summary>Start token, as many of the text's tokens as fit, end token: 2 to <paramref name="limit"/> ids.</summary>
    public int[] Encode(string text, int limit) => Enclose([.. _encode(text).Take(limit - 2)]);

    /// <summary>Any tokens, between start and end token.</summary>
    public int[] Enclose(params int[] tokens) => [_start, .. tokens, _end];

    private static TextTokens Bert(byte[] vocabulary, bool? lowerCase)
    {
        var tokens = Lines(vocabulary);
        int Id(string token) => tokens.IndexOf(token) is >= 0 and var id ? id : throw Invalid(token);
        var (padding, start, end) = (Id("[PAD]"), Id("[CLS]"), Id("[SEP]"));
        if (tokens.Where(token => token.Length > 0).CountBy(token => token).FirstOrDefault(token => token.Value > 1).Key is { } twice)
            throw new ArgumentException($"The token '{twice}' occurs twice.");

        // BERT's own configuration is in another file, so the vocabulary decides (our choice): one for lower-cased texts has no capitals,
        // one for texts without accents has no accents.
        var lowers = lowerCase ?? !tokens.Any(token => !IsSpecial(token) && BertWords.HasCapitals(token));
        var drops = lowers && !tokens.Any(BertWords.HasAccents);
        using var lines = new MemoryStream(vocabulary);
        var pieces = WordPieceTokenizer.Create(lines);
        var highest = tokens.FindLastIndex(token => token.Length > 0);
        return new(text => pieces.EncodeToIds(BertWords.Split(text, lowers, drops)), start, end, padding, highest, 512, TextPooling.Mean);
    }

    // [CLS], [unused7], <URL>: special tokens are in capitals in every vocabulary.
    private static bool IsSpecial(string token) => token is ['[', .., ']'] or ['<', .., '>'];

    // Invalid UTF-8 would give tokens that no text contains.
    private static List<string> Lines(byte[] file)
    {
        using var reader = new StreamReader(new MemoryStream(file), new UTF8Encoding(false, throwOnInvalidBytes: true));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return lines;
    }

    private const string StartOfText = "<|startoftext|>";
    private const string EndOfText = "<|endoftext|>";

    private static TextTokens Clip(byte[] numbers, byte[] merges)
    {
        var vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(numbers) ?? [];
        var options = new BpeOptions(vocabulary)
        {
            Merges = Lines(merges).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal)),
            PreTokenizer = new RegexPreTokenizer(ClipWords(), null),
            ByteLevel = true,
            EndOfWordSuffix = "</w>",
        };
        foreach (var token in (string[])[StartOfText, EndOfText])
        {
            if (!vocabulary.ContainsKey(token))
                throw Invalid(token);
        }

        options.UnknownToken = EndOfText;
        var tokenizer = BpeTokenizer.Create(options);
        IReadOnlyList<int> Encode(string text) => tokenizer.EncodeToIds(TextVectors.Compose(text).ToLowerInvariant());
        var end = vocabulary[EndOfText];
        return new(Encode, vocabulary[StartOfText], end, end, vocabulary.Values.Max(), 77, TextPooling.Pooled);
    }

    private static ArgumentException Invalid(string missing) => new($"The special token '{missing}' is not in the vocabulary.");

    // CLIP's own pattern.
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+")]
    private static partial Regex ClipWords();
}
