using System.Globalization;
using System.Text;

namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>
/// Uncased BERT's tokens by the published description (Devlin et al. 2018; Hugging Face's BertTokenizer), step by step and apart from the
/// library's.
/// </summary>
/// <param name="vocabulary">One token a line.</param>
internal sealed class PublishedWordPiece(IEnumerable<string> vocabulary)
{
    private readonly Dictionary<string, long> _numbers = vocabulary.Index()
        .ToDictionary(token => token.Item, token => (long)token.Index, StringComparer.Ordinal);

    /// <summary>[CLS], the pieces of all words, [SEP].</summary>
    public long[] Encode(string text) => [_numbers["[CLS]"], .. Words(text).SelectMany(Pieces), _numbers["[SEP]"]];

    // Clean, split at blanks, lower-case, take the accents away, split at punctuation.
    private static IEnumerable<string> Words(string text)
    {
        var blanked = text.Select(letter => letter is '\t' or '\n' or '\r'
            || char.GetUnicodeCategory(letter) == UnicodeCategory.SpaceSeparator ? ' ' : letter);
        var clean = string.Concat(blanked.Where(letter =>
            char.GetUnicodeCategory(letter) is not (UnicodeCategory.Control or UnicodeCategory.Format)));
        foreach (var word in clean.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var part = new StringBuilder();
            foreach (var letter in word.ToLowerInvariant().Normalize(NormalizationForm.FormD))
            {
                if (CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.NonSpacingMark)
                    continue;
                var isAlone = char.IsPunctuation(letter)
                    || letter is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~');
                if (isAlone && part.Length > 0)
                {
                    yield return part.ToString();
                    part.Clear();
                }

                if (isAlone)
                    yield return letter.ToString();
                else
                    part.Append(letter);
            }

            if (part.Length > 0)
                yield return part.ToString();
        }
    }

    // Greedy: always the longest token that the rest of the word begins with.
    private IEnumerable<long> Pieces(string word)
    {
        var pieces = new List<long>();
        for (var start = 0; start < word.Length;)
        {
            var end = word.Length;
            while (end > start && !_numbers.ContainsKey(Piece(word, start, end)))
                end--;
            if (end == start || word.Length > 100)
                return [_numbers["[UNK]"]];
            pieces.Add(_numbers[Piece(word, start, end)]);
            start = end;
        }

        return pieces;
    }

    private static string Piece(string word, int start, int end) => (start > 0 ? "##" : "") + word[start..end];
}
