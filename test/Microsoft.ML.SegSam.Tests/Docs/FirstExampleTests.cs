using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Samples.Studio;
using Microsoft.ML.SegSam.Tests.Support;
using Phantoms;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Docs;

/// <summary>
/// The README's first example. With SEGSAM_APPROVE=1, after the quick start, the quick start's model rewrites its output and
/// docs/images/predictions.png; otherwise the form of the output is compared, and its names with the truth.
/// </summary>
[TestClass]
public sealed class FirstExampleTests
{
    // The slices that the quick start holds out for its test, and the one of them that is asked about.
    private const int Seed = 1_000_004, Slices = 60, Asked = 9;

    private static readonly MarkdownPage Readme = new("README.md");

    [TestMethod]
    public async Task The_first_example_draws_and_prints_what_the_readme_shows()
    {
        using var folder = new TemporaryFolder();
        using var host = new PageHost(folder.Path);
        var model = Path.Combine(SharedFolder.Repository, "artifacts", "quickstart", "segsam.zip");
        var approve = Environment.GetEnvironmentVariable("SEGSAM_APPROVE") == "1";
        if (approve && !File.Exists(model))
            Assert.Inconclusive($"There is no {model}: run samples/Quickstart first.");
        if (approve)
            File.Copy(model, Path.Combine(folder.Path, PageHost.ModelFile), overwrite: true);
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the reader's own code prints in the machine's language
        await Script.Compile(
            ["using System.IO;", PageHost.Runnable(Readme.Examples.First(), folder.Path)],
            typeof(PageHost)).RunAsync(host);

        var (output, picture) = (host.Printed.ReplaceLineEndings("\n"), Path.Combine(folder.Path, "predictions.png"));
        if (approve)
        {
            var text = Readme.Text.Replace($"```\n{Output}```", $"```\n{output}```", StringComparison.Ordinal);
            File.WriteAllText(Readme.FullPath, text);
            File.Copy(picture, Image("predictions.png"), overwrite: true);
            Assert.Inconclusive(
                "The README's first output and docs/images/predictions.png are written; "
                + "review both and run again without SEGSAM_APPROVE.");
        }

        Assert.AreEqual(Form(Output), Form(output)); // numbers and names are those of a model trained longer
        using MLImage drawn = MLImage.CreateFromFile(picture), shown = MLImage.CreateFromFile(Image("predictions.png"));
        Assert.AreEqual((shown.Width, shown.Height), (drawn.Width, drawn.Height));
    }

    [TestMethod]
    public void Its_image_is_a_slice_of_the_quick_starts_test_and_the_names_shown_are_true()
    {
        using var folder = new TemporaryFolder();
        PhantomFolder.Write(folder.Path, PhantomGenerator.Create(Seed, Slices).Skip(Asked).Take(1));
        var rows = SamMed2DFolder.Read(folder.Path);
        CollectionAssert.AreEqual(File.ReadAllBytes(rows[0].ImagePath), File.ReadAllBytes(Image("slice.png")));

        var asked = Regex.Matches(Readme.Examples.First(), @"SegSamPrompt\.Box\((?<box>[^)]+)\)")
            .Select(box => box.Groups["box"].Value.Split(',')
                .Select(number => float.Parse(number, CultureInfo.InvariantCulture)).ToArray());
        var names = asked.Select(box => rows.Single(row => row.Box.SequenceEqual(box)).Category).ToList();
        var shown = Regex.Matches(Output, @"^(?<name>[a-z ]+) [\d.]+: ", RegexOptions.Multiline)
            .Select(line => line.Groups["name"].Value).ToList();
        Assert.IsNotEmpty(names);
        CollectionAssert.AreEqual(names, shown);
    }

    private static string Output { get; } =
        Regex.Match(
            Readme.Text, "^```csharp\n.*?^```\n\n```\n(?<output>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)
            .Groups["output"].Value;

    private static string Image(string name) => Path.Combine(SharedFolder.Repository, "docs", "images", name);

    // Which categories are present is the last line's, and differs.
    private static string Form(string output)
    {
        foreach (var name in PhantomGenerator.Categories.Keys.OrderByDescending(name => name.Length))
            output = output.Replace(name, "NAME", StringComparison.Ordinal);
        return Regex.Replace(Regex.Replace(output, @"-?\d+", "0"), "(?<=also in the image:).*", "").Trim();
    }
}
