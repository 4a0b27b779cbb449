using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Repository;

namespace Microsoft.ML.SegSam.Tests.Samples.Notebooks;

[TestClass]
public sealed class NotebookRunTests
{
    // Where TorchSharp puts 478 MB, left to itself.
    private static readonly string CopyOfLibTorch = Path.Combine(LocalFeed.Cache, "torchsharp", PackagePins.Versions["TorchSharp"], "lib",
        "net8.0", "cpu");

    private static NotebookRun? _run;

    // What each notebook's test changes, so that training is brief: it need not be good here, only work.
    private static readonly Dictionary<string, (string Name, int Value)[]> Shorter = new()
    {
        ["01-quickstart"] = [("epochs", 1), ("trainingSlices", 6), ("testSlices", 3)],
        ["02-fine-tune"] = [("epochs", 1), ("slices", 8), ("earlierSlices", 4), ("earlierEpochs", 1)],
        ["03-text-knowledge"] = [("epochs", 1), ("trainingSlices", 6), ("testSlices", 4)],
        ["04-evaluate"] = [("epochs", 1), ("trainingSlices", 24), ("validationSlices", 3), ("testSlices", 4)],
    };

    [ClassInitialize]
    public static void Pack(TestContext _) => _run = new();

    [ClassCleanup]
    public static void Remove() => _run?.Dispose();

    [TestMethod]
    [DynamicData(nameof(NotebookTests.Names), typeof(NotebookTests))]
    public void Its_cells_run_in_the_kernel_and_show_tables_and_pictures(string name)
    {
        var notebook = new Notebook(name + ".ipynb");
        var copied = Directory.Exists(CopyOfLibTorch);
        var shown = _run!.Execute(Shorten(name, File.ReadAllText(Path.Combine(Notebook.Folder, name + ".ipynb"))));
        foreach (var (cell, number) in notebook.CodeCells.Select((cell, i) =>
            (Notebook.SourceOf(cell), i + 1)).Skip(1)) // the first reports the packages
        {
            var rich = shown.Where(value => value.Cell == number && value.Mime == "text/html").ToList();
            Assert.HasCount(Regex.Count(cell, "^display[(]", RegexOptions.Multiline), rich, $"Code cell {number}:\n{cell}");
            foreach (var value in rich)
                Assert.MatchesRegex("<svg|<img|<table style=", value.Value,
                    "Every value that is displayed says how to show it."); // the kernel's own tables have classes
        }

        Assert.AreEqual(copied, Directory.Exists(CopyOfLibTorch), $"{CopyOfLibTorch}: libtorch is used where the package cache has it.");
        if (name == "01-quickstart")
            AssertThreeViews(shown.Last(value => value.Mime == "text/html").Value);
    }

    // Then it is outside of the default load context, where ML.NET looks for the class of a saved model.
    [TestMethod]
    public void A_library_that_is_referred_to_by_its_file_loads_what_it_saved()
    {
        string[] packages = ["Microsoft.ML", "Microsoft.ML.ImageAnalytics", "Microsoft.ML.Tokenizers", "Microsoft.ML.OnnxRuntime.Managed",
            "Microsoft.Extensions.AI.Abstractions", "TorchSharp", LocalFeed.Backend];
        var references = packages.Select(id => $"#r \"nuget: {id}, {PackagePins.Versions[id]}\"")
            .Append($"#r \"{typeof(SegSamTransformer).Assembly.Location.Replace('\\', '/')}\"")
            .Append("#r \"../Phantoms/bin/Debug/net10.0/Phantoms.dll\"");
        var shown = _run!.Execute(Json(string.Join('\n', references), """
            using System.IO;
            using System.Runtime.Loader;
            using Microsoft.ML;
            using Microsoft.ML.SegSam;
            using Microsoft.ML.SegSam.Options;
            using Phantoms;
            var ml = new MLContext(seed: 1);
            var data = PhantomData.Load(ml, PhantomGenerator.Create(seed: 1, 2).ToList());
            var model = ml.Transforms.SegSam(new SegSamOptions { BoxColumnName = "Box", InputSize = 64, Epochs = 1 }).Fit(data);
            var stream = new MemoryStream();
            ml.Model.Save(model, data.Schema, stream);
            var again = (SegSamTransformer)new MLContext().Model.Load(stream, out _);
            $"{AssemblyLoadContext.GetLoadContext(typeof(SegSamTransformer).Assembly) == AssemblyLoadContext.Default}
            """ + """
            , {again.Categories.SequenceEqual(model.Categories)}"
            """));
        Assert.AreEqual("False, True", shown[^1].Value);
    }

    [TestMethod]
    [DataRow("error NU1301: Failed to retrieve information about 'TorchSharp' from remote source 'X'.", true)]
    [DataRow("error NU1301: Unable to load the service index for source X.", true)]
    [DataRow("error NU1101: Unable to find package TorchSharp. No packages exist with this id in source(s): segsam", true)]
    [DataRow("error NU1101: Unable to find package Microsoft.ML.SegSam. No packages exist with this id in source(s): X", false)]
    [DataRow("error NU1102: Unable to find package TorchSharp with version (>= 9.9.9)", false)]
    [DataRow("error NU1301: The local source '/artifacts/feed' doesn't exist.", false)]
    [DataRow("(1,1): error CS0103: The name 'display' does not exist in the current context", false)]
    public void Only_a_machine_that_reaches_no_packages_skips(string error, bool skips) =>
        Assert.AreEqual(skips, NotebookRun.WhyPackagesAreOutOfReach(error) is not null);

    private static void AssertThreeViews(string html)
    {
        var png = Regex.Match(html, "^<img src=\"data:image/png;base64,(?<png>[^\"]+)\"");
        using var picture = MLImage.CreateFromStream(new MemoryStream(Convert.FromBase64String(png.Groups["png"].Value)));
        Assert.IsGreaterThan(2 * picture.Height, picture.Width, "Three views lie side by side.");
    }

    private static string Json(params string[] cells) => JsonSerializer.Serialize(new
    {
        cells = cells.Select(code => new
        {
            cell_type = "code",
            metadata = new { polyglot_notebook = new { kernelName = "csharp" } },
            execution_count = (int?)null,
            outputs = Array.Empty<int>(),
            source = new[] { code },
        }),
        metadata = new { kernelspec = new { display_name = ".NET (C#)", language = "C#", name = ".net-csharp" } },
        nbformat = 4,
        nbformat_minor = 5,
    });

    private static string Shorten(string name, string json)
    {
        foreach (var (variable, value) in Shorter[name])
        {
            var line = new Regex($"(?<=\"var {variable} = )\\d+(?=;)");
            Assert.AreEqual(1, line.Count(json), variable);
            json = line.Replace(json, $"{value}");
        }

        return json;
    }
}
