using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>A source file of the library: its room (folder) and its code without comments and texts.</summary>
internal sealed partial record SourceFile(string Name, string Room, string Text)
{
    public const string Root = "(root)";

    public static IReadOnlyList<SourceFile> Library { get; } = ReadAll(Path.Combine(SharedFolder.Repository, "src", "Microsoft.ML.SegSam"));

    public string Code { get; } = NotCode().Replace(Text, match => match.Value[0] == '/' ? "" : "\"\"");

    public int Lines => Text.AsSpan().Count('\n');

    /// <summary>Rooms that the code refers to, by a using line or a qualified name.</summary>
    public IEnumerable<string> Rooms(IEnumerable<string> all) =>
        all.Where(room => room != Room && Regex.IsMatch(Code, $@"(?<![\w.])(Microsoft\.ML\.)?(SegSam\.)?{room}\.\w|(?<![\w.])Microsoft\.ML\.SegSam\.{room}\b"));

    /// <summary>Whether the code uses a name, qualified or not.</summary>
    public bool Uses(string name) => Regex.IsMatch(Code, $@"\b{name}\b");

    private static List<SourceFile> ReadAll(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: path, Parts: Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar)))
            .Where(file => file.Parts[0] is not ("bin" or "obj"))
            .Select(file => new SourceFile(string.Join('/', file.Parts), file.Parts.Length == 1 ? Root : file.Parts[0], File.ReadAllText(file.Path))),
    ];

    // Line and block comments; raw, verbatim and plain texts; characters.
    [GeneratedRegex(""" //[^\n]*|/\*.*?\*/|\$*\"{3}.*?\"{3}|\$?@\$?"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])' """, RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NotCode();
}
