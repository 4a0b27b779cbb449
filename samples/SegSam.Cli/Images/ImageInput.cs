using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Prediction;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Images;

/// <summary>An image to segment.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Name">
/// Base name of its results, without extension: its path below the folder that was named. Unique among the images of a run.
/// </param>
/// <param name="Prompts">The prompts of its rows in a table; null if the image does not come from a table.</param>
internal sealed record ImageInput(string Path, string Name, IReadOnlyList<(string Text, SegSamPrompt Prompt)>? Prompts = null)
{
    private static readonly string[] TableExtensions = [".csv", ".tsv"];
    private static readonly char[] Wildcards = ['*', '?'];

    public static bool IsTable(string path) => TableExtensions.Contains(DataFiles.ExtensionOf(path));

    /// <summary>Whether an argument names a single image.</summary>
    public static bool IsPicture(string argument) =>
        !Directory.Exists(argument) && (File.Exists(argument) ? !IsTable(argument) : argument.IndexOfAny(Wildcards) < 0);

    /// <summary>All images that the arguments name, each once, in order; those of a folder in the order of their paths.</summary>
    /// <param name="arguments">Images, folders, patterns with '*', '**' and '?', and tables.</param>
    /// <param name="needPrompts">Whether a row of a table must have a prompt.</param>
    /// <param name="note">Receives messages about files that are left out.</param>
    /// <param name="leftOut">Receives rows of tables that cannot be used.</param>
    /// <exception cref="IOException">A file or folder does not exist.</exception>
    /// <exception cref="InvalidDataException">A folder, pattern or table contains no image.</exception>
    public static IReadOnlyList<ImageInput> Find(IEnumerable<string> arguments, bool needPrompts, Action<string> note, LeftOut leftOut)
    {
        var (inputs, paths) = (new List<ImageInput>(), new HashSet<string>(StringComparer.Ordinal));
        var names = new Dictionary<string, UniqueFileNames>(StringComparer.OrdinalIgnoreCase); // by folder
        foreach (var input in arguments.SelectMany(argument => Of(argument, needPrompts, note, leftOut)))
        {
            if (!paths.Add(System.IO.Path.GetFullPath(input.Path)))
            {
                note($"'{input.Path}' is named more than once; it is processed once.");
                continue;
            }

            // s.png and s.jpg of one folder, or s.png of two folders that were named, must not share the names of their results.
            var folder = System.IO.Path.GetDirectoryName(input.Name)!;
            if (!names.TryGetValue(folder, out var ofFolder))
                names[folder] = ofFolder = new();
            inputs.Add(input with { Name = System.IO.Path.Combine(folder, ofFolder.Next(System.IO.Path.GetFileName(input.Name), "")) });
        }

        return inputs;
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
            .Where(file => matches.IsMatch(file.Below)).ToLookup(file => DataFiles.IsImage(file.File));
        if (files[false].Any())
        {
            var kinds = files[false].CountBy(
                file => DataFiles.ExtensionOf(file.File) is { Length: > 0 } extension ? extension : "no extension");
            note($"'{argument}': left out {NumberText.Plural(files[false].Count(), "file")} that are not {DataFiles.ImageKinds}: "
                + string.Join(", ", kinds.Select(kind => $"{NumberText.Count(kind.Value)} x {kind.Key}")) + ".");
        }

        return files[true].Any() ? [.. files[true].Select(file => new ImageInput(file.File, NameBelow(folder, file.File)))]
            : throw new InvalidDataException($"'{argument}' contains no image ({DataFiles.ImageKinds}).");
    }

    private static string NameBelow(string folder, string file)
    {
        var below = System.IO.Path.GetRelativePath(System.IO.Path.GetFullPath(folder), System.IO.Path.GetFullPath(file));
        var isBelow = !below.StartsWith("..", StringComparison.Ordinal) && !System.IO.Path.IsPathRooted(below);
        return System.IO.Path.ChangeExtension(isBelow ? below : System.IO.Path.GetFileName(file), null);
    }

    // '*' and '?' match within a name, '**' matches across folders.
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
