using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class NotebookTests
{
    private const int Shortest = 1;

    // What each notebook's test changes, so that training is brief: it need not be good here, only work.
    private static readonly Dictionary<string, (string Name, int Value)[]> Shorter = new()
    {
        ["01-quickstart"] = [("epochs", Shortest), ("trainingSlices", 6), ("testSlices", 3)],
        ["02-fine-tune"] = [("epochs", Shortest), ("slices", 8), ("earlierSlices", 4), ("earlierEpochs", Shortest)],
        ["03-text-knowledge"] = [("epochs", Shortest), ("trainingSlices", 6), ("testSlices", 4)],
        ["04-evaluate"] = [("epochs", Shortest), ("trainingSlices", 24), ("validationSlices", 3), ("testSlices", 4)],
    };

    /// <summary>All notebooks of the samples.</summary>
    public static IEnumerable<object[]> Names =>
        Directory.EnumerateFiles(Notebook.Folder, "*.ipynb").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal).Select(name => new object[] { name });

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
        var asked = Open(name).Lines.Select(line => Regex.Match(line, "^#r \"nuget: (?<id>[^,]+), (?<version>[^\"]+)\"")).Where(line => line.Success).ToList();
        Assert.IsNotEmpty(asked);
        foreach (var package in asked)
            Assert.AreEqual(PackagePins.Versions[package.Groups["id"].Value], package.Groups["version"].Value, package.Value);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void The_assemblies_it_refers_to_are_those_of_projects_in_the_repository(string name)
    {
        var paths = Open(name).Lines.Select(line => Regex.Match(line, "^#r \"(?<project>[.][^\"]*)/bin/Debug/net10.0/(?<name>[^\"/]+)[.]dll\"")).Where(line => line.Success).ToList();
        Assert.IsGreaterThanOrEqualTo(2, paths.Count);
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

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task The_cells_run_in_order_and_show_something(string name)
    {
        var cells = Open(name).CodeCells.Select(cell => Shorten(name, Notebook.SourceOf(cell))).ToList();
        Assert.HasCount(Shorter[name].Length, cells.SelectMany(cell => cell.Split('\n')).Where(line => line.EndsWith("// shortened", StringComparison.Ordinal)));
        var host = new NotebookHost();
        var end = await Script.Compile(cells, typeof(NotebookHost)).RunAsync(host);
        Assert.IsNull(end.Exception);
        Assert.IsNotEmpty(host.Shown);
        foreach (var shown in host.Shown)
            Assert.StartsWith("<", shown, "Every value that is displayed says how to show it.");
        Directory.Delete((string)end.GetVariable("work").Value, recursive: true);
        if (name != "01-quickstart")
            return;

        var png = Regex.Match(host.Shown[^1], "^<img src=\"data:image/png;base64,(?<png>[^\"]+)\"");
        using var picture = MLImage.CreateFromStream(new MemoryStream(Convert.FromBase64String(png.Groups["png"].Value)));
        Assert.IsGreaterThan(2 * picture.Height, picture.Width, "Three views lie side by side.");
    }

    private static Notebook Open(string name) => new(name + ".ipynb");

    // The test host has the references.
    private static string Shorten(string name, string cell)
    {
        var code = Regex.Replace(cell, "^#r .*$", "", RegexOptions.Multiline);
        foreach (var (variable, value) in Shorter[name])
            code = Regex.Replace(code, $"^var {variable} = \\d+;.*$", $"var {variable} = {value}; // shortened", RegexOptions.Multiline);
        return code;
    }
}
