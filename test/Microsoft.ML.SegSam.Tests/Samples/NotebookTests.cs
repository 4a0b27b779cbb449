using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class NotebookTests
{
    private static readonly Notebook Quickstart = new("01-quickstart.ipynb");

    [TestMethod]
    public void A_front_end_finds_its_kernel_in_the_notebook_and_in_each_cell()
    {
        Assert.AreEqual(".net-csharp", Quickstart.Metadata.GetProperty("kernelspec").GetProperty("name").GetString());
        Assert.IsNotEmpty(Quickstart.CodeCells);
        foreach (var metadata in Quickstart.CodeCells.Select(cell => cell.GetProperty("metadata")))
        {
            Assert.AreEqual("csharp", metadata.GetProperty("dotnet_interactive").GetProperty("language").GetString());
            Assert.AreEqual("csharp", metadata.GetProperty("polyglot_notebook").GetProperty("kernelName").GetString());
        }
    }

    [TestMethod]
    public void Nothing_is_stored_but_text_and_code()
    {
        Assert.IsNotEmpty(Quickstart.TextCells);
        foreach (var cell in Quickstart.CodeCells)
        {
            Assert.AreEqual(0, cell.GetProperty("outputs").GetArrayLength(), Notebook.SourceOf(cell));
            Assert.AreEqual(System.Text.Json.JsonValueKind.Null, cell.GetProperty("execution_count").ValueKind);
        }
    }

    // "using var" does not compile at the top level of a cell.
    [TestMethod]
    public void No_cell_declares_a_using_variable() =>
        Assert.IsEmpty(Quickstart.Lines.Where(line => line.StartsWith("using var", StringComparison.Ordinal)));

    [TestMethod]
    public void The_packages_it_asks_for_are_the_pinned_ones()
    {
        var asked = Quickstart.Lines.Select(line => Regex.Match(line, "^#r \"nuget: (?<id>[^,]+), (?<version>[^\"]+)\"")).Where(line => line.Success).ToList();
        Assert.IsNotEmpty(asked);
        foreach (var package in asked)
            Assert.AreEqual(PackagePins.Versions[package.Groups["id"].Value], package.Groups["version"].Value, package.Value);
    }

    [TestMethod]
    public void The_assemblies_it_refers_to_are_those_of_projects_in_the_repository()
    {
        var paths = Quickstart.Lines.Select(line => Regex.Match(line, "^#r \"(?<project>[.][^\"]*)/bin/Debug/net10.0/(?<name>[^\"/]+)[.]dll\"")).Where(line => line.Success).ToList();
        Assert.HasCount(2, paths);
        foreach (var path in paths)
        {
            var project = Path.Combine(Notebook.Folder, path.Groups["project"].Value, path.Groups["name"].Value + ".csproj");
            Assert.IsTrue(File.Exists(project), $"{path.Value}: there is no {project}.");
        }
    }

    [TestMethod]
    public async Task The_cells_run_in_order_and_show_a_picture()
    {
        var cells = Quickstart.CodeCells.Select(cell => Short(Notebook.SourceOf(cell))).ToList();
        Assert.HasCount(3, cells.SelectMany(cell => cell.Split('\n')).Where(line => line.EndsWith("// shortened", StringComparison.Ordinal)));
        var host = new NotebookHost();
        var clock = Stopwatch.StartNew();
        var end = await Script.Compile(cells, typeof(NotebookHost)).RunAsync(host);
        Assert.IsNull(end.Exception);

        var shown = Regex.Match(host.Shown.Single(), "^<img src=\"data:image/png;base64,(?<png>[^\"]+)\">$");
        Assert.IsTrue(shown.Success);
        using var picture = MLImage.CreateFromStream(new MemoryStream(Convert.FromBase64String(shown.Groups["png"].Value)));
        Assert.IsGreaterThan(2 * picture.Height, picture.Width, "Three views lie side by side.");
        Directory.Delete(Path.GetDirectoryName((string)end.GetVariable("path").Value)!, recursive: true);
        Console.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s");
    }

    // The test host has the references; training need not be good here, only work.
    private static string Short(string cell)
    {
        var code = Regex.Replace(cell, "^#r .*$", "", RegexOptions.Multiline);
        foreach (var (name, value) in ((string, int)[])[("epochs", 1), ("trainingSlices", 6), ("testSlices", 3)])
            code = Regex.Replace(code, $"^var {name} = \\d+;.*$", $"var {name} = {value}; // shortened", RegexOptions.Multiline);
        return code;
    }
}
