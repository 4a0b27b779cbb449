using System.Globalization;
using System.Text;

namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>Splits text into the words that BERT's WordPiece takes (Devlin et al. 2018; BasicTokenizer of the official code).</summary>
internal static class BertWords
{
    // Blocks of Chinese characters, each of which is a word.
    private static readonly (int First, int Last)[] Ideographs =
    [
        (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF),
        (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0x2F800, 0x2FA1F),
    ];

    /// <summary>The words with blanks between them: every punctuation mark and ideograph is one.</summary>
    /// <remarks>Line breaks and tabs separate words; other control characters are left out.</remarks>
    /// <param name="text">Any text. Halves of surrogate pairs that stand alone are left out.</param>
    /// <param name="lowerCase">Capitals become small letters.</param>
    /// <param name="dropAccents">Letters lose their marks; else letter and mark are one character where there is such a one.</param>
    public static string Split(string text, bool lowerCase, bool dropAccents)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsBlank(rune))
                clean.Append(' ');
            else if (!IsLeftOut(rune))
                clean.Append(rune);
        }

        // Letters and marks come apart first: the one capital whose small letter brings a mark along loses it too.
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
    /// <remarks>What only looks like a capital does not count: double-struck R, which has no small letter, is in vocabularies of lower-cased texts.</remarks>
    public static bool HasCapitals(string text) => text.EnumerateRunes().Any(rune => Rune.ToLowerInvariant(rune) != rune);

    /// <summary>Whether letters of a text stand with marks such as accents.</summary>
    public static bool HasAccents(string text) =>
        !Ascii.IsValid(text) && text.Normalize(NormalizationForm.FormD).EnumerateRunes().Any(IsMark);

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark;

    private static bool IsBlank(Rune rune) => rune.Value is '\t' or '\n' or '\r'
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static bool IsLeftOut(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    // All of ASCII that is no letter, digit or blank counts, symbols such as + and < included.
    private static bool IsPunctuation(Rune rune) => rune.IsAscii ? rune.Value > ' ' && !Rune.IsLetterOrDigit(rune) : Rune.IsPunctuation(rune);
}
