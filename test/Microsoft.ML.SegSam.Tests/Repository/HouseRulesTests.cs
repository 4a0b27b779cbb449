using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

[TestClass]
public sealed class HouseRulesTests
{
    private const int MostFiles = 20;
    private const int MostLines = 300;
    private const int LongestLine = 140;

    /// <summary>Where the rules of files, rooms and lines hold: the library, its samples, its tests.</summary>
    private static readonly string[] Projects = ["src", "samples", "test", "eng"];

    [TestMethod]
    public void A_room_has_at_most_twenty_files() =>
        Report(from project in Projects
               from room in SourceFile.Read(project).GroupBy(file => file.Room)
               where room.Count() > MostFiles
               select $"{project}/{room.Key}: {room.Count()} files; at most {MostFiles}");

    [TestMethod]
    public void No_file_is_long_and_most_of_the_library_are_short()
    {
        Report(from project in Projects
               from file in SourceFile.Read(project)
               where file.Lines.Count > MostLines
               select $"{project}/{file.Name}: {file.Lines.Count} lines; at most {MostLines}");
        var lines = SourceFile.Library.Select(file => file.Lines.Count).Order().ToList();
        Assert.IsLessThanOrEqualTo(110, lines[lines.Count / 2]);
    }

    [TestMethod]
    public void No_line_is_long() =>
        Report(from project in Projects
               from file in SourceFile.Read(project)
               from line in file.Lines.Index()
               where line.Item.Length > LongestLine
               select $"{project}/{file.Name}({line.Index + 1}): {line.Item.Length} characters; at most {LongestLine}");

    [TestMethod]
    public void Namespaces_are_folders_and_only_the_catalog_sits_in_ML_NETs_own() =>
        Report(from file in SourceFile.Library
               let found = Namespace(file)
               let expected = file.Room == SourceFile.Root ? "Microsoft.ML.SegSam" : $"Microsoft.ML.SegSam.{file.Room.Replace('/', '.')}"
               where found != expected
                   && !(found == "Microsoft.ML" && Regex.IsMatch(file.Name, @"^\w+Catalog\.cs$"))
                   // The runtime demands it.
                   && !(found == "System.Runtime.CompilerServices" && file.Name == "Hosting/IgnoresAccessChecksToAttribute.cs")
               select $"{file.Name} is in {found}; expected {expected}");

    [TestMethod]
    public void Tests_mirror_the_library()
    {
        // Folders of tests that stand for no room: what they test is the whole.
        string[] others = ["Benchmarks", "Docs", "Fuzz", "Golden", "Repository", "Samples", "Saved", "Support", SourceFile.Root];
        var rooms = SourceFile.Library.Select(file => file.Room).ToHashSet();
        Report(from file in SourceFile.Read("test/Microsoft.ML.SegSam.Tests")
               where !rooms.Contains(file.Room) && !others.Contains(file.Room.Split('/')[0])
               select $"{file.Name}: the library has no room {file.Room}");
        Report(from file in SourceFile.Read("test/Microsoft.ML.SegSam.Tests")
               let expected = "Microsoft.ML.SegSam.Tests" + (file.Room == SourceFile.Root ? "" : "." + file.Room.Replace('/', '.'))
               where Namespace(file) != expected
               select $"{file.Name} is in {Namespace(file)}; expected {expected}");
    }

    [TestMethod]
    public void No_build_file_names_a_registry()
    {
        var files = ((string[])["*.props", "*.targets", "*.csproj", "*.slnx", "NuGet.config"])
            .SelectMany(pattern => Directory.EnumerateFiles(SharedFolder.Repository, pattern, SearchOption.AllDirectories))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Contains("obj")).ToList();
        Assert.Contains(Path.Combine(SharedFolder.Repository, "NuGet.config"), files);
        Assert.IsEmpty(files.Where(path => File.ReadAllText(path).Contains("http", StringComparison.OrdinalIgnoreCase)));
    }

    [TestMethod]
    public void The_library_writes_nothing_to_the_console() =>
        Assert.IsEmpty(SourceFile.Library.Where(file => file.Uses("Console")).Select(file => file.Name));

    private static string Namespace(SourceFile file) =>
        Regex.Match(file.Text, @"^namespace ([\w.]+);", RegexOptions.Multiline).Groups[1].Value;

    private static void Report(IEnumerable<string> wrong)
    {
        var all = wrong.ToList();
        Assert.IsEmpty(all, string.Join('\n', all));
    }
}
