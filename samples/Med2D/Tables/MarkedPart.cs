using System.Text.RegularExpressions;
using SampleKit;

namespace Med2D.Tables;

/// <summary>A part of a page between two comments, which a program writes; the rest of the page is written by hand.</summary>
internal static class MarkedPart
{
    /// <param name="path">The page.</param>
    /// <param name="parts">What to write between "&lt;!-- name …--&gt;" and "&lt;!-- /name --&gt;".</param>
    /// <exception cref="IOException">The page is missing or cannot be written.</exception>
    /// <exception cref="InvalidDataException">The page has no part of a name; it stays as it was.</exception>
    public static void Write(string path, params IEnumerable<(string Name, string Content)> parts) =>
        OutputFile.Write(path, parts.Aggregate(File.ReadAllText(path), (text, part) => With(text, path, part.Name, part.Content)));

    private static string With(string text, string path, string name, string content)
    {
        var part = new Regex($@"(<!-- {name}\b[^>]*-->\n).*?(<!-- /{name} -->)", RegexOptions.Singleline);
        return part.IsMatch(text) ? part.Replace(text, found => $"{found.Groups[1].Value}\n{content}\n\n{found.Groups[2].Value}", 1)
            : throw new InvalidDataException($"'{path}' has no part between '<!-- {name} -->' and '<!-- /{name} -->' to write into.");
    }
}
