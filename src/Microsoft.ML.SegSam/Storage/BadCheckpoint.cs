using System.Globalization;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>The one kind of error of an unusable checkpoint, and how names from a file are shown in it.</summary>
internal static class BadCheckpoint
{
    private const int Shown = 100;

    public static InvalidDataException Because(string what) => new($"Unusable checkpoint: {what}.");

    /// <summary>Numbers of the file: a damaged one may hold negative ones, whose sign differs between languages.</summary>
    public static string List(params IEnumerable<long> numbers) => string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A text of the file, in quotes: shortened, control characters replaced.</summary>
    public static string Quote(string text) =>
        $"'{string.Concat(text.Take(Shown).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter))}{(text.Length > Shown ? "..." : "")}'";
}
