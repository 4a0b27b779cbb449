using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Samples.Notebooks;
using Microsoft.ML.SegSam.Tests.Samples.Studio;
using Microsoft.ML.SegSam.Tests.Support;
using ScriptEnd = Microsoft.CodeAnalysis.Scripting.ScriptState<object>;

namespace Microsoft.ML.SegSam.Tests.Docs;

[TestClass]
public sealed class PageTests
{
    // A console project's implicit ones, and those at the top of the README's examples.
    private const string Usings = """
        using System.IO; using System.Threading; using System.Threading.Tasks; using Microsoft.ML; using Microsoft.ML.SegSam;
        using Microsoft.ML.SegSam.Display; using Microsoft.ML.SegSam.Options; using Microsoft.ML.SegSam.Overlays;
        using Microsoft.ML.SegSam.Prediction;
        """;

    private static readonly MarkdownPage
        Readme = new("README.md"),
        Columns = new("docs/columns.md"),
        Deployment = new("docs/deployment.md");

    public static IEnumerable<object[]> Pages => MarkdownPage.All.Select(page => new object[] { page.Name });

    public static IEnumerable<object[]> PagesWithExamples =>
        MarkdownPage.All.Where(page => page.Name != Readme.Name && page.Examples.Any()).Select(page => new object[] { page.Name });

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public void Links_and_paths_within_the_repository_lead_somewhere(string name)
    {
        var page = new MarkdownPage(name);
        Assert.IsEmpty(page.Paths.Concat(page.Links.Select(link => link.Path)).Where(to => !Path.Exists(to)));
        foreach (var (path, heading) in page.Links.Where(link => link.Heading.Length > 0))
            Assert.Contains(heading, new MarkdownPage(Path.GetRelativePath(SharedFolder.Repository, path)).Headings.ToList(), path);
    }

    [TestMethod]
    public void The_readme_leads_to_every_page()
    {
        Assert.IsNotEmpty(Readme.Links);
        var pages = MarkdownPage.All.Where(page => page.Name != Readme.Name);
        Assert.IsEmpty(pages.Select(page => page.FullPath).Except(Readme.Links.Select(link => link.Path)));
    }

    [TestMethod]
    public void The_backend_packages_have_the_pinned_versions()
    {
        var packages = Regex.Matches(Deployment.Text, @"\| `(?<id>(?<family>libtorch|TorchSharp)-[\w-]+)` (?<version>[\d.]+) \|");
        Assert.HasCount(5, packages);
        foreach (Match package in packages)
        {
            var pin = package.Groups["family"].Value == "TorchSharp" ? "TorchSharp" : "libtorch-cpu-linux-x64";
            Assert.AreEqual(PackagePins.Versions[pin], package.Groups["version"].Value, package.Value);
        }
    }

    [TestMethod]
    [DataRow(SegSamAdapter.LowRank, "12,288")]
    [DataRow(SegSamAdapter.Bottleneck, "295,872")]
    public void The_sizes_of_adapters_are_those_of_the_network(SegSamAdapter adapter, string documented)
    {
        var config = SegSamConfig.For(SegSamEncoder.VitB) with { CategoryCount = 1 };
        var added = Count(config with { Adapter = adapter }) - Count(config);
        Assert.AreEqual(documented, (added / config.EncoderDepth).ToString("N0", CultureInfo.InvariantCulture));
        Assert.Contains(documented, Readme.Text);
        Assert.Contains(documented, new MarkdownPage("docs/training.md").Text);

        static long Count(SegSamConfig config)
        {
            using var shapes = ConfigCheck.Shapes(config);
            return shapes.parameters().Sum(parameter => parameter.numel());
        }
    }

    [TestMethod]
    public async Task The_examples_of_the_readme_run_one_after_the_other()
    {
        using var folder = new TemporaryFolder();
        using var host = new PageHost(folder.Path);
        var end = await RunAsync(Readme, folder, host);

        AssertOutputs(end, host.data);
        var output = end.GetVariable("output").Value;
        Assert.HasCount(64 * 64, (bool[])output.GetType().GetProperty("BinaryMask")!.GetValue(output)!);
    }

    [TestMethod]
    [DynamicData(nameof(PagesWithExamples))]
    public async Task The_examples_of_a_page_run_one_after_the_other(string name)
    {
        using var folder = new TemporaryFolder();
        using var host = new PageHost(folder.Path);
        var end = await RunAsync(new(name), folder, host);

        AssertOutputs(end, host.data);
        if (end.GetVariable("cached")?.Value is IEstimator<ITransformer> cached)
            Assert.IsTrue(float.IsFinite(cached.Fit(host.data).Transform(host.data).GetColumn<float>("PredictedIoU").First()));
    }

    private static Task<ScriptEnd> RunAsync(MarkdownPage page, TemporaryFolder folder, PageHost host) =>
        Script.Compile([Usings, .. page.Examples.Select(code => PageHost.Runnable(code, folder.Path))], typeof(PageHost)).RunAsync(host);

    // Every model of an example has the documented columns of output, but for the one that must be asked for.
    private static void AssertOutputs(ScriptEnd end, IDataView data)
    {
        var section = Regex.Match(Columns.Text, @"^## What comes out$.*?^## ", RegexOptions.Multiline | RegexOptions.Singleline).Value;
        var documented = Regex.Matches(section, @"^\| (?<name>[A-Z]\w+) \|(?!.*OutputLowResLogits)", RegexOptions.Multiline)
            .Select(row => row.Groups["name"].Value).ToList();
        Assert.HasCount(7, documented);
        string[] given = [.. data.Schema.Select(column => column.Name), "Image", "Mask", "TextVector"];
        foreach (var variable in end.Variables.Where(
            one => one.Value is TransformerChain<ITransformer> or TransformerChain<SegSamTransformer>))
        {
            var scored = ((ITransformer)variable.Value).GetOutputSchema(data.Schema).Select(column => column.Name).ToList();
            CollectionAssert.AreEquivalent(documented, scored.Except(given).ToList(), variable.Name);
        }
    }
}
