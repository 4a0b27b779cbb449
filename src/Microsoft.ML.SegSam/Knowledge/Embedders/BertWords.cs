using System.Globalization;
using System.Text;

namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>Splits text into the words that BERT's WordPiece expects (Devlin et al. 2018; BasicTokenizer of the official code).</summary>
internal static class BertWords
{
    // Unicode blocks of Chinese characters, each of which is a word.
    private static readonly (int First, int Last)[] Ideographs =
    [
        (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF),
        (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0x2F800, 0x2FA1F),
    ];

    /// <summary>The words, separated by spaces. Every punctuation mark and ideograph is a word.</summary>
    /// <remarks>Line breaks and tabs separate words; other control characters are removed.</remarks>
    /// <param name="text">Any text. Unpaired surrogates are removed.</param>
    /// <param name="lowerCase">Converts the text to lower case.</param>
    /// <param name="dropAccents">Removes accents; otherwise letter and accent become one character if there is one.</param>
    public static string Split(string text, bool lowerCase, bool dropAccents)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsSpace(rune))
                clean.Append(' ');
            else if (!IsRemoved(rune))
                clean.Append(rune);
        }

        // Decomposition comes first, so that the one capital whose lower-case letter has a mark (İ) loses that mark too.
        var letters = clean.ToString().Normalize(dropAccents ? NormalizationForm.FormD : NormalizationForm.FormC);
        var words = new StringBuilder(letters.Length);
        foreach (var rune in (lowerCase ? letters.ToLowerInvariant() : letters).EnumerateRunes())
        {
            if (IsPunctuation(rune) || Ideographs.Any(block => rune.Value >= block.First && rune.Value <= block.Last))
                words.Append(' ').Append(rune).Append(' ');
            else if (!dropAccents || !IsMark(rune))
                words.Append(rune);
        }

        return words.ToString();
    }

    /// <summary>Whether lower-casing changes a text.</summary>
    /// <remarks>
    /// Symbols that only look like capitals do not count: double-struck R has no lower case, and lower-case vocabularies contain it.
    /// </remarks>
    public static bool HasCapitals(string text) => text.EnumerateRunes().Any(rune => Rune.ToLowerInvariant(rune) != rune);

    /// <summary>Whether a text has letters with accents.</summary>
    public static bool HasAccents(string text) =>
        !Ascii.IsValid(text) && text.Normalize(NormalizationForm.FormD).EnumerateRunes().Any(IsMark);

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark;

    private static bool IsSpace(Rune rune) => rune.Value is '\t' or '\n' or '\r'
        || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static bool IsRemoved(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    // Every ASCII character other than letters, digits and spaces counts, including symbols such as + and <.
    private static bool IsPunctuation(Rune rune) =>
        rune.IsAscii ? rune.Value > ' ' && !Rune.IsLetterOrDigit(rune) : Rune.IsPunctuation(rune);
}
