using System.Text;

namespace SampleKit;

/// <summary>Creates file names for one folder that are valid on any file system and unique, ignoring case.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class UniqueFileNames
{
    private const int MostBytes = 200; // file systems allow 255; temporary files beside these have longer names
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _next = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A new name: the wanted one if it is valid and unused, otherwise with a number appended.</summary>
    /// <param name="wanted">Any text, without the extension. Invalid characters become underscores, and a long text is cut.</param>
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

    // A leading dot would hide the file; accents may be composed or decomposed.
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
