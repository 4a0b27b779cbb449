using System.Text.RegularExpressions;
using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class ReadmeTests
{
    [TestMethod]
    [DataRow("README.md")]
    [DataRow("CONTRIBUTING.md")]
    [DataRow("samples/README.md")]
    public void Links_and_paths_within_the_repository_lead_somewhere(string name)
    {
        var path = Path.Combine(SharedFolder.Repository, name);
        var text = File.ReadAllText(path);
        var links = Regex.Matches(text, @"\]\((?!https:)(?<to>[^)#]+)").Select(link => Path.Combine(Path.GetDirectoryName(path)!, link.Groups["to"].Value));
        var paths = Regex.Matches(text, @"(?<![\w./])(eng|src|test|samples|\.ci)/[\w./]+\w").Select(found => Path.Combine(SharedFolder.Repository, found.Value));
        var all = links.Concat(paths).ToList();
        Assert.IsNotEmpty(all);
        Assert.IsEmpty(all.Where(to => !Path.Exists(to)));
    }

    [TestMethod]
    public void The_backend_packages_have_the_pinned_versions()
    {
        var packages = Regex.Matches(Text, @"\| `(?<id>(?<family>libtorch|TorchSharp)-[\w-]+)` (?<version>[\d.]+) \|");
        Assert.HasCount(5, packages);
        foreach (Match package in packages)
        {
            var pin = package.Groups["family"].Value == "TorchSharp" ? "TorchSharp" : "libtorch-cpu-linux-x64";
            Assert.AreEqual(PackagePins.Versions[pin], package.Groups["version"].Value, package.Value);
        }
    }

    [TestMethod]
    public async Task The_examples_run_one_after_the_other()
    {
        using var folder = new TemporaryFolder();
        var usings = "using System.IO; using System.Threading; using System.Threading.Tasks;"; // implicit ones of a console project
        var end = await Script.Compile([usings, .. Examples(folder.Path)], typeof(ReadmeHost)).RunAsync(new ReadmeHost(folder.Path));

        var (data, answer) = ((IDataView)end.GetVariable("data").Value, end.GetVariable("answer").Value);
        Assert.HasCount(64 * 64, (bool[])answer.GetType().GetProperty("BinaryMask")!.GetValue(answer)!);
        foreach (var name in (string[])["model", "again", "best", "described", "featurized", "published"])
        {
            var scored = ((ITransformer)end.GetVariable(name).Value).GetOutputSchema(data.Schema).Select(column => column.Name).ToList();
            string[] given = [.. data.Schema.Select(column => column.Name), "Image", "Mask", "TextVector"];
            CollectionAssert.AreEquivalent(DocumentedOutputs().ToList(), scored.Except(given).ToList(), name);
        }

        var cached = (IEstimator<ITransformer>)end.GetVariable("cached").Value;
        Assert.IsTrue(float.IsFinite(cached.Fit(data).Transform(data).GetColumn<float>("MaskQuality").First()));
    }

    // The text's own columns of output, but for the one that must be asked for.
    private static IEnumerable<string> DocumentedOutputs()
    {
        var section = Regex.Match(Text, @"^## What comes out$(?<body>.*?)^## ", RegexOptions.Multiline | RegexOptions.Singleline).Groups["body"].Value;
        return Regex.Matches(section, @"^\| (?<name>[A-Z]\w+) \|(?!.*OutputLowResLogits)", RegexOptions.Multiline).Select(row => row.Groups["name"].Value);
    }

    // Trained as briefly as can be, and saved where it is cleaned up.
    private static IEnumerable<string> Examples(string folder) =>
        from Match block in Regex.Matches(Text, @"^(?<indent> *)```csharp\n(?<code>.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)
        select block.Groups["code"].Value
            .Replace("\"segsam.zip\"", $"@\"{Path.Combine(folder, "segsam.zip")}\"", StringComparison.Ordinal)
            .Replace("\"sam.safetensors\"", $"@\"{Path.Combine(folder, "sam.safetensors")}\"", StringComparison.Ordinal)
            .Replace("\"sam_vit_b_01ec64.pth\"", $"@\"{Path.Combine(folder, ReadmeHost.Checkpoint)}\"", StringComparison.Ordinal)
            .Replace("\"text_model.onnx\", \"vocab.json\", \"merges.txt\"", string.Join(", ", ReadmeHost.TextEncoder.Select(name => $"@\"{Path.Combine(folder, name)}\"")), StringComparison.Ordinal)
            .Replace("Epochs = 40", "Epochs = 1", StringComparison.Ordinal);

    private static string Text { get; } = File.ReadAllText(Path.Combine(SharedFolder.Repository, "README.md"));
}
