using System.Text.Json;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SegSam.Tests.Samples.Notebooks;

[TestClass]
public sealed class NotebookTests
{
    /// <summary>All notebooks of the samples.</summary>
    public static IEnumerable<object[]> Names =>
        Directory.EnumerateFiles(Notebook.Folder, "*.ipynb").Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal).Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_front_end_finds_its_kernel_in_the_notebook_and_in_each_cell(string name)
    {
        var notebook = Open(name);
        Assert.AreEqual(".net-csharp", notebook.Metadata.GetProperty("kernelspec").GetProperty("name").GetString());
        Assert.IsNotEmpty(notebook.CodeCells);
        foreach (var metadata in notebook.CodeCells.Select(cell => cell.GetProperty("metadata")))
        {
            Assert.AreEqual("csharp", metadata.GetProperty("dotnet_interactive").GetProperty("language").GetString());
            Assert.AreEqual("csharp", metadata.GetProperty("polyglot_notebook").GetProperty("kernelName").GetString());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Nothing_is_stored_but_text_and_code(string name)
    {
        Assert.IsNotEmpty(Open(name).TextCells);
        foreach (var cell in Open(name).CodeCells)
        {
            Assert.AreEqual(0, cell.GetProperty("outputs").GetArrayLength(), Notebook.SourceOf(cell));
            Assert.AreEqual(JsonValueKind.Null, cell.GetProperty("execution_count").ValueKind);
        }
    }

    // "using var" does not compile at the top level of a cell.
    [TestMethod]
    [DynamicData(nameof(Names))]
    public void No_cell_declares_a_using_variable(string name) =>
        Assert.IsEmpty(Open(name).Lines.Where(line => line.StartsWith("using var", StringComparison.Ordinal)));

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void The_packages_it_asks_for_are_the_pinned_ones(string name)
    {
        var packages = Open(name).Lines.Select(line => Regex.Match(line, "^#r \"nuget: (?<id>[^,]+), (?<version>[^\"]+)\""))
            .Where(line => line.Success)
            .ToDictionary(line => line.Groups["id"].Value, line => line.Groups["version"].Value);
        Assert.HasCount(2, packages);
        Assert.AreEqual(PackagePins.Library, packages["Microsoft.ML.SegSam"]);
        Assert.AreEqual(PackagePins.Versions["libtorch-cpu-linux-x64"], packages["libtorch-cpu-linux-x64"]);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void The_assemblies_it_refers_to_are_those_of_projects_in_the_repository(string name)
    {
        var paths = Open(name).Lines.Select(line =>
            Regex.Match(line, "^#r \"(?<project>[.][^\"]*)/bin/Debug/net10.0/(?<name>[^\"/]+)[.]dll\"")).Where(line => line.Success)
            .ToList();
        Assert.IsNotEmpty(paths);
        foreach (var path in paths)
        {
            var project = Path.Combine(Notebook.Folder, path.Groups["project"].Value, path.Groups["name"].Value + ".csproj");
            Assert.IsTrue(File.Exists(project), $"{path.Value}: there is no {project}.");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_link_leads_to_a_notebook_that_is_there(string name)
    {
        foreach (var link in Open(name).TextCells.SelectMany(cell => Regex.Matches(Notebook.SourceOf(cell), @"\]\((?<to>[^)]+)\)")))
            Assert.IsTrue(File.Exists(Path.Combine(Notebook.Folder, link.Groups["to"].Value)), link.Value);
    }

    private static Notebook Open(string name) => new(name + ".ipynb");
}
