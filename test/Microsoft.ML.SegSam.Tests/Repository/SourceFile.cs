using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>A source file of the library: its path below the project, its room (folder), and its code without comments and texts.</summary>
internal sealed partial record SourceFile(string Name, string Room, string Text)
{
    public const string Root = "(root)";

    public static IReadOnlyList<SourceFile> Library { get; } = Read("src/Microsoft.ML.SegSam");

    public string Code { get; } = NotCode().Replace(Text, match => match.Value[0] == '/' ? "" : "\"\"");

    public IReadOnlyList<string> Lines => Text.TrimEnd('\n').Split('\n');

    /// <summary>Whether the code uses a name, qualified or not.</summary>
    public bool Uses(string name) => Regex.IsMatch(Code, $@"\b{name}\b");

    /// <summary>All C# files below a folder of the repository, without what builds put there.</summary>
    public static IReadOnlyList<SourceFile> Read(string folder)
    {
        var root = Path.Combine(SharedFolder.Repository, folder);
        return
        [
            .. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'))
                .Where(name => !name.Split('/').Any(part => part is "bin" or "obj")).Order(StringComparer.Ordinal)
                .Select(name => new SourceFile(name, RoomOf(name), File.ReadAllText(Path.Combine(root, name)))),
        ];
    }

    private static string RoomOf(string name) => name.LastIndexOf('/') is > 0 and var end ? name[..end] : Root;

    // Line and block comments; raw, verbatim and plain texts; characters.
    [GeneratedRegex(""" //[^\n]*|/\*.*?\*/|\$*\"{3}.*?\"{3}|\$?@\$?"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])' """,
        RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NotCode();
}
