using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Turns text into the token numbers of a BERT or CLIP model, between its start and end marks.</summary>
internal sealed partial class TextTokens
{
    private readonly Func<string, IReadOnlyList<int>> _encode;
    private readonly int _start;
    private readonly int _end;

    private TextTokens(Func<string, IReadOnlyList<int>> encode, int start, int end, int padding, int highest, int usualLimit)
    {
        (_encode, _start, _end) = (encode, start, end);
        (Padding, Highest, UsualLimit) = (padding, highest, usualLimit);
    }

    /// <summary>Fills up a model of fixed length.</summary>
    public int Padding { get; }

    /// <summary>The highest number in the vocabulary.</summary>
    public int Highest { get; }

    /// <summary>How many tokens the published models of this kind take.</summary>
    public int UsualLimit { get; }

    /// <summary>BERT's WordPiece where the vocabulary is all there is, CLIP's byte pairs where it comes with merges.</summary>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A file is no vocabulary or merges list, or a special token is missing.</exception>
    public static TextTokens Open(string vocabularyFile, string? mergesFile)
    {
        foreach (var file in (string?[])[vocabularyFile, mergesFile])
        {
            if (file is not null && !File.Exists(file))
                throw new FileNotFoundException($"There is no file '{file}'. Download the vocabulary that was published with the model (vocab.txt of BERT; vocab.json and merges.txt of CLIP), or correct the path.", file);
        }

        try
        {
            return mergesFile is null ? Bert(vocabularyFile) : Clip(vocabularyFile, mergesFile);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or JsonException)
        {
            var expected = mergesFile is null
                ? $"expected BERT's vocab.txt, one token a line, with [PAD], [UNK], [CLS], [SEP] and [MASK]; a CLIP vocabulary (vocab.json) needs its merges.txt too"
                : $"expected CLIP's vocab.json, numbers by token, with {StartOfText} and {EndOfText}, and the merges.txt of the same model ('{mergesFile}')";
            throw new InvalidDataException($"The vocabulary '{vocabularyFile}' cannot be used: {failure.Message.TrimEnd('.')}; {expected}.", failure);
        }
    }

    /// <summary>Start mark, the text's tokens as far as they fit, end mark: 2 to <paramref name="limit"/> numbers.</summary>
    public int[] Encode(string text, int limit) => Enclose([.. _encode(text).Take(limit - 2)]);

    /// <summary>Any tokens between the two marks.</summary>
    public int[] Enclose(params int[] tokens) => [_start, .. tokens, _end];

    private static TextTokens Bert(string file)
    {
        var lines = File.ReadAllLines(file);
        // Uncased models have no capitals but in marks such as [CLS], and take away accents too (our choice: BERT's own files say it elsewhere).
        var uncased = !lines.Any(line => !line.StartsWith('[') && line.Any(char.IsUpper));
        var tokenizer = BertTokenizer.Create(file, new BertOptions { LowerCaseBeforeTokenization = uncased, RemoveNonSpacingMarks = uncased });
        return new(text => tokenizer.EncodeToIds(text, addSpecialTokens: false), tokenizer.ClassificationTokenId, tokenizer.SeparatorTokenId, tokenizer.PaddingTokenId, Array.FindLastIndex(lines, line => line.Length > 0), 512);
    }

    private const string StartOfText = "<|startoftext|>";
    private const string EndOfText = "<|endoftext|>";

    private static TextTokens Clip(string file, string merges)
    {
        var options = new BpeOptions(file, merges)
        {
            PreTokenizer = new RegexPreTokenizer(ClipWords(), null),
            ByteLevel = true,
            EndOfWordSuffix = "</w>",
        };
        var vocabulary = options.Vocabulary.ToDictionary();
        foreach (var mark in (string[])[StartOfText, EndOfText])
        {
            if (!vocabulary.ContainsKey(mark))
                throw new ArgumentException($"The special token '{mark}' is not in the vocabulary.");
        }

        options.UnknownToken = EndOfText;
        var tokenizer = BpeTokenizer.Create(options);
        var end = vocabulary[EndOfText];
        return new(text => tokenizer.EncodeToIds(text.ToLowerInvariant()), vocabulary[StartOfText], end, end, vocabulary.Values.Max(), 77);
    }

    // CLIP's own pattern.
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+")]
    private static partial Regex ClipWords();
}
