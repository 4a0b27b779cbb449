using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>Turns text into the token numbers of a BERT or CLIP model, between its start and end marks.</summary>
internal sealed partial class TextTokens
{
    private readonly Func<string, IReadOnlyList<int>> _encode;
    private readonly int _start;
    private readonly int _end;

    private TextTokens(Func<string, IReadOnlyList<int>> encode, int start, int end, int padding, int highest, int usualLimit, TextPooling usualPooling)
    {
        (_encode, _start, _end) = (encode, start, end);
        (Padding, Highest, UsualLimit, UsualPooling) = (padding, highest, usualLimit, usualPooling);
    }

    /// <summary>Fills up a model of fixed length.</summary>
    public int Padding { get; }

    /// <summary>The highest number in the vocabulary.</summary>
    public int Highest { get; }

    /// <summary>How many tokens the published models of this kind take.</summary>
    public int UsualLimit { get; }

    /// <summary>How vectors of this kind's published models are made.</summary>
    public TextPooling UsualPooling { get; }

    /// <summary>BERT's WordPiece where the vocabulary is all there is, CLIP's byte pairs where it comes with merges.</summary>
    /// <param name="lowerCase">Null: as the vocabulary shows. CLIP's texts always are lower-cased.</param>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A file is no vocabulary or merges list, or a special token is missing.</exception>
    public static TextTokens Open(EncoderFile vocabulary, EncoderFile? merges, bool? lowerCase)
    {
        const string advice = "Download the vocabulary that was published with the model (vocab.txt of BERT; vocab.json and merges.txt of CLIP)";
        vocabulary.Require(advice);
        merges?.Require(advice);
        try
        {
            return merges is null ? Bert(vocabulary.ReadBytes(), lowerCase) : Clip(vocabulary.ReadBytes(), merges.ReadBytes());
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or JsonException)
        {
            var expected = merges is null
                ? "expected BERT's vocab.txt, one token a line, with [PAD], [UNK], [CLS] and [SEP]; a CLIP vocabulary (vocab.json) needs its merges.txt too"
                : $"expected CLIP's vocab.json, numbers by token, with {StartOfText} and {EndOfText}, and the merges.txt of the same model ('{merges.Name}')";
            throw new InvalidDataException($"The vocabulary '{vocabulary.Name}' cannot be used: {failure.Message.TrimEnd('.')}; {expected}. The model comes first, the vocabulary second.", failure);
        }
    }

    /// <summary>Start mark, all tokens of the text, end mark.</summary>
    public int[] Encode(string text) => Enclose([.. _encode(text)]);

    /// <summary>Start mark, the text's tokens as far as they fit, end mark: 2 to <paramref name="limit"/> numbers.</summary>
    public int[] Encode(string text, int limit) => Enclose([.. _encode(text).Take(limit - 2)]);

    /// <summary>Any tokens between the two marks.</summary>
    public int[] Enclose(params int[] tokens) => [_start, .. tokens, _end];

    private static TextTokens Bert(byte[] vocabulary, bool? lowerCase)
    {
        var tokens = Lines(vocabulary);
        int Mark(string token) => tokens.IndexOf(token) is >= 0 and var number ? number : throw Missing(token);
        var (padding, start, end) = (Mark("[PAD]"), Mark("[CLS]"), Mark("[SEP]"));
        if (tokens.Where(token => token.Length > 0).CountBy(token => token).FirstOrDefault(token => token.Value > 1).Key is { } twice)
            throw new ArgumentException($"The token '{twice}' is there twice.");

        // BERT's own files say it elsewhere (our choice): a vocabulary of lower-cased texts has no capitals, one of texts without accents no accents.
        var lowers = lowerCase ?? !tokens.Any(token => !IsMark(token) && BertWords.HasCapitals(token));
        var drops = lowers && !tokens.Any(BertWords.HasAccents);
        using var lines = new MemoryStream(vocabulary);
        var pieces = WordPieceTokenizer.Create(lines);
        var highest = tokens.FindLastIndex(token => token.Length > 0);
        return new(text => pieces.EncodeToIds(BertWords.Split(text, lowers, drops)), start, end, padding, highest, 512, TextPooling.Mean);
    }

    // [CLS], [unused7], <URL>: marks are written in capitals whatever the vocabulary.
    private static bool IsMark(string token) => token is ['[', .., ']'] or ['<', .., '>'];

    // Bytes that are no UTF-8 would become tokens that no text has.
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
        foreach (var mark in (string[])[StartOfText, EndOfText])
        {
            if (!vocabulary.ContainsKey(mark))
                throw Missing(mark);
        }

        options.UnknownToken = EndOfText;
        var tokenizer = BpeTokenizer.Create(options);
        IReadOnlyList<int> Encode(string text) => tokenizer.EncodeToIds(TextVectors.Compose(text).ToLowerInvariant());
        var end = vocabulary[EndOfText];
        return new(Encode, vocabulary[StartOfText], end, end, vocabulary.Values.Max(), 77, TextPooling.Pooled);
    }

    private static ArgumentException Missing(string mark) => new($"The special token '{mark}' is not in the vocabulary.");

    // CLIP's own pattern.
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+")]
    private static partial Regex ClipWords();
}
