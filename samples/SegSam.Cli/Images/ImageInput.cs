using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Prediction;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Images;

/// <summary>A picture to answer about.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Name">
/// What its results are called, without an ending: its path below the folder that was named. No two pictures share one.
/// </param>
/// <param name="Prompts">Those of its rows in a table; null where it does not come from a table.</param>
internal sealed record ImageInput(string Path, string Name, IReadOnlyList<(string Text, SegSamPrompt Prompt)>? Prompts = null)
{
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"], TableEndings = [".csv", ".tsv"];
    private static readonly char[] Wildcards = ['*', '?'];

    public static bool IsTable(string path) => TableEndings.Contains(EndingOf(path));

    /// <summary>Whether an argument names one picture alone.</summary>
    public static bool IsPicture(string argument) =>
        !Directory.Exists(argument) && (File.Exists(argument) ? !IsTable(argument) : argument.IndexOfAny(Wildcards) < 0);

    /// <summary>All pictures that the arguments name, each once, in their order; those of a folder in the order of their paths.</summary>
    /// <param name="arguments">Pictures, folders, patterns with '*', '**' and '?', and tables.</param>
    /// <param name="needPrompts">Whether a row of a table must have a prompt.</param>
    /// <param name="note">Receives what was left out.</param>
    /// <param name="leftOut">Receives rows of tables that cannot be used.</param>
    /// <exception cref="IOException">An argument names nothing that is there.</exception>
    /// <exception cref="InvalidDataException">It names no picture.</exception>
    public static IReadOnlyList<ImageInput> Find(IEnumerable<string> arguments, bool needPrompts, Action<string> note, LeftOut leftOut)
    {
        var (found, paths) = (new List<ImageInput>(), new HashSet<string>(StringComparer.Ordinal));
        var names = new Dictionary<string, UniqueFileNames>(StringComparer.OrdinalIgnoreCase); // by folder
        foreach (var one in arguments.SelectMany(argument => Of(argument, needPrompts, note, leftOut)))
        {
            if (!paths.Add(System.IO.Path.GetFullPath(one.Path)))
            {
                note($"'{one.Path}' is named twice; it is answered once.");
                continue;
            }

            // s.png and s.jpg of one folder, or s.png of two folders that were named, must not share their results' names.
            var folder = System.IO.Path.GetDirectoryName(one.Name)!;
            if (!names.TryGetValue(folder, out var ofFolder))
                names[folder] = ofFolder = new();
            found.Add(one with { Name = System.IO.Path.Combine(folder, ofFolder.Next(System.IO.Path.GetFileName(one.Name), "")) });
        }

        return found;
    }

    private static IEnumerable<ImageInput> Of(string argument, bool needPrompts, Action<string> note, LeftOut leftOut)
    {
        if (Directory.Exists(argument))
            return InFolder(argument, "**", argument, note);
        if (File.Exists(argument))
            return IsTable(argument) ? InTable(argument, needPrompts, note, leftOut)
                : [new(argument, System.IO.Path.GetFileNameWithoutExtension(argument))];
        var wild = argument.IndexOfAny(Wildcards);
        if (wild < 0)
            throw new FileNotFoundException($"There is no image, folder or table '{argument}'.");
        var start = argument.LastIndexOfAny(['/', System.IO.Path.DirectorySeparatorChar], wild) + 1;
        var folder = start == 0 ? "." : argument[..start];
        return Directory.Exists(folder) ? InFolder(folder, argument[start..], argument, note)
            : throw new DirectoryNotFoundException($"There is no folder '{folder}' for the pattern '{argument}'.");
    }

    private static IEnumerable<ImageInput> InTable(string table, bool needPrompts, Action<string> note, LeftOut leftOut)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(table))!;
        return PromptTable.Read(table, needPrompts, note, leftOut)
            .Select(image => new ImageInput(image.Path, NameBelow(folder, image.Path), image.Prompts));
    }

    private static List<ImageInput> InFolder(string folder, string pattern, string argument, Action<string> note)
    {
        var matches = Matcher(pattern);
        var files = DataFiles.Under(folder).Select(file => (File: file, Below: DataFiles.IdOf(folder, file)))
            .Where(each => matches.IsMatch(each.Below)).ToLookup(each => Endings.Contains(EndingOf(each.File)));
        if (files[false].Any())
        {
            var kinds = files[false].CountBy(each => EndingOf(each.File) is { Length: > 0 } ending ? ending : "no ending");
            note($"'{argument}': left out {Words.Several(files[false].Count(), "file")} of other kinds than {string.Join(", ", Endings)}: "
                + string.Join(", ", kinds.Select(kind => $"{Words.Count(kind.Value)} x {kind.Key}")) + ".");
        }

        return files[true].Any() ? [.. files[true].Select(each => new ImageInput(each.File, NameBelow(folder, each.File)))]
            : throw new InvalidDataException($"'{argument}' holds no picture ({string.Join(", ", Endings)}).");
    }

    private static string EndingOf(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant();

    private static string NameBelow(string folder, string file)
    {
        var below = System.IO.Path.GetRelativePath(System.IO.Path.GetFullPath(folder), System.IO.Path.GetFullPath(file));
        var isBelow = !below.StartsWith("..", StringComparison.Ordinal) && !System.IO.Path.IsPathRooted(below);
        return System.IO.Path.ChangeExtension(isBelow ? below : System.IO.Path.GetFileName(file), null);
    }

    // '*' and '?' stay within a folder's name, '**' goes through folders.
    private static Regex Matcher(string pattern)
    {
        var text = Regex.Replace(pattern.Replace('\\', '/'), @"\*\*/?|\*|\?|[^*?]+", token => token.Value switch
        {
            "**/" => "(?:.*/)?",
            "**" => ".*",
            "*" => "[^/]*",
            "?" => "[^/]",
            var letters => Regex.Escape(letters),
        });
        return new($"^{text}$", RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }
}
