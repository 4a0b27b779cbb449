using System.Text;

namespace SampleKit;

/// <summary>Names for several files of one folder: fit for any file system, and no two of them the same, with upper and lower case counting as equal.</summary>
/// <remarks>Not for several threads at once.</remarks>
public sealed class UniqueFileNames
{
    private const int MostBytes = 200; // file systems take 255; temporary files beside these have longer names
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _next = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A name that was not handed out before: the wanted one where it is safe and free, else with a number behind it.</summary>
    /// <param name="wanted">Any text, without the extension. What does not belong in a file's name becomes a low line, and a long text is cut.</param>
    /// <param name="extension">Such as ".png".</param>
    /// <returns>A file name of at most 200 bytes in UTF-8.</returns>
    public string Next(string wanted, string extension)
    {
        var whole = Safe(wanted);
        var name = Cut(whole, extension) + extension;
        if (_taken.Add(name))
            return name;
        var first = name;
        for (var number = _next.GetValueOrDefault(first, 2); ; number++)
        {
            var ending = FormattableString.Invariant($"-{number}{extension}");
            name = Cut(whole, ending) + ending;
            if (_taken.Add(name))
            {
                _next[first] = number + 1;
                return name;
            }
        }
    }

    // A leading dot would hide the file; an equal name may be spelled with one character or two.
    private static string Safe(string wanted)
    {
        var safe = string.Concat(wanted.Normalize().Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '.' ? letter : '_'));
        return safe.Length == 0 ? "_" : safe[0] == '.' ? "_" + safe[1..] : safe;
    }

    private static string Cut(string name, string ending)
    {
        var left = MostBytes - Encoding.UTF8.GetByteCount(ending);
        while (Encoding.UTF8.GetByteCount(name) > left)
            name = name[..^1];
        return name;
    }
}
