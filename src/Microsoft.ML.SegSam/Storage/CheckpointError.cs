using System.Globalization;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>The error of an unusable checkpoint, and how texts and numbers from the file appear in its message.</summary>
internal static class CheckpointError
{
    private const int Shown = 100;

    public static InvalidDataException Invalid(string problem) => new($"Unusable checkpoint: {problem}.");

    /// <summary>Numbers from the file. A damaged file may hold negative numbers, whose sign depends on the culture.</summary>
    public static string List(params IEnumerable<long> numbers) =>
        string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A text from the file, in quotes: shortened, with control characters replaced.</summary>
    public static string Quote(string text)
    {
        var shown = text.Take(Shown).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter);
        return $"'{string.Concat(shown)}{(text.Length > Shown ? "..." : "")}'";
    }
}
