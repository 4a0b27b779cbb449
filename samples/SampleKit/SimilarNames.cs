using System.Globalization;
using System.Text;

namespace SampleKit;

/// <summary>Finds names that are different texts but probably mean the same thing.</summary>
public static class SimilarNames
{
    /// <summary>Groups of names that differ only in case, spaces or punctuation, in the order of their first names.</summary>
    /// <remarks>A plus is significant, and so is a minus at the end: Ki67+ and Ki67- are opposites.</remarks>
    public static IReadOnlyList<IReadOnlyList<string>> Groups(IEnumerable<string> names) =>
    [
        .. names.Distinct(StringComparer.Ordinal).GroupBy(Key, StringComparer.Ordinal).Where(group => group.Count() > 1)
            .Select(group => group.ToList()),
    ];

    /// <summary>The groups as text: 'Liver', 'liver'; 'left kidney', 'left-kidney'.</summary>
    public static string Text(IReadOnlyList<IReadOnlyList<string>> groups) =>
        string.Join("; ", groups.Select(group => string.Join(", ", group.Select(name => $"'{name}'"))));

    private static string Key(string name)
    {
        var plain = name.Normalize(NormalizationForm.FormKC).Trim();
        var key = new StringBuilder();
        for (var i = 0; i < plain.Length; i++)
        {
            var isSign = plain[i] == '+' || (plain[i] == '-' && i == plain.Length - 1);
            var isIgnored = char.IsWhiteSpace(plain[i]) || char.IsPunctuation(plain[i])
                || char.GetUnicodeCategory(plain[i]) == UnicodeCategory.Format;
            if (isSign || !isIgnored)
                key.Append(char.ToUpperInvariant(plain[i]));
        }

        return key.Length > 0 ? key.ToString() : plain;
    }
}
