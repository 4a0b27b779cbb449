using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

[TestClass]
public sealed class HouseRulesTests
{
    [TestMethod]
    public void No_file_is_long_and_most_are_short()
    {
        var lines = SourceFile.Library.Select(file => file.Lines).Order().ToList();
        Assert.IsEmpty(SourceFile.Library.Where(file => file.Lines > 300).Select(file => $"{file.Name}: {file.Lines}"));
        Assert.IsLessThanOrEqualTo(110, lines[lines.Count / 2]);
    }

    [TestMethod]
    public void Namespaces_are_folders_and_only_catalogs_and_extensions_sit_in_ML_NETs_own()
    {
        foreach (var file in SourceFile.Library)
        {
            var found = Regex.Match(file.Text, @"^namespace ([\w.]+);", RegexOptions.Multiline).Groups[1].Value;
            var expected = found == "Microsoft.ML" ? "the namespace of a *Catalog.cs or *Extensions.cs"
                : file.Room == SourceFile.Root ? "Microsoft.ML.SegSam" : $"Microsoft.ML.SegSam.{file.Room}";
            var isFine = found == expected || (found == "Microsoft.ML" && Regex.IsMatch(file.Name, @"^\w+(Catalog|Extensions)\.cs$"))
                || (file.Name == "Hosting/IgnoresAccessChecksToAttribute.cs" && found == "System.Runtime.CompilerServices"); // the runtime demands it
            Assert.IsTrue(isFine, $"{file.Name} is in {found}; expected {expected}.");
        }
    }

    [TestMethod]
    public void No_build_file_names_a_registry()
    {
        var files = ((string[])["*.props", "*.targets", "*.csproj", "*.slnx", "NuGet.config"])
            .SelectMany(pattern => Directory.EnumerateFiles(SharedFolder.Repository, pattern, SearchOption.AllDirectories))
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).ToList();
        Assert.Contains(Path.Combine(SharedFolder.Repository, "NuGet.config"), files);
        Assert.IsEmpty(files.Where(path => File.ReadAllText(path).Contains("http", StringComparison.OrdinalIgnoreCase)));
    }

    [TestMethod]
    public void The_library_writes_nothing_to_the_console() =>
        Assert.IsEmpty(SourceFile.Library.Where(file => file.Uses("Console")).Select(file => file.Name));
}
