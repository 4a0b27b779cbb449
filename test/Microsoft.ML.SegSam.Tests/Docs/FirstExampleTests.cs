using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Samples.Studio;
using Microsoft.ML.SegSam.Tests.Support;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Docs;

/// <summary>
/// The README's first example, which asks the model that ships. With SEGSAM_APPROVE=1 it rewrites its output and
/// docs/images/predictions.png; otherwise both are compared with what it prints and draws, and its names with the truth.
/// </summary>
[TestClass]
public sealed partial class FirstExampleTests
{
    private static readonly MarkdownPage Readme = new("README.md");
    private static readonly string Picture = Path.Combine(SharedFolder.Repository, "docs", "images", "predictions.png");

    [TestMethod]
    public async Task The_first_example_draws_and_prints_what_the_readme_shows()
    {
        using var folder = new TemporaryFolder();
        using var host = new PageHost(folder.Path);
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the reader's own code prints in the machine's language
        await Script.Compile(
            ["using System.IO;", PageHost.Runnable(Readme.Examples.First(), folder.Path)],
            typeof(PageHost)).RunAsync(host);

        var (output, picture) = (host.Printed.ReplaceLineEndings("\n"), Path.Combine(folder.Path, "predictions.png"));
        if (Environment.GetEnvironmentVariable("SEGSAM_APPROVE") == "1")
        {
            File.WriteAllText(Readme.FullPath, Readme.Text.Replace($"```\n{Output}```", $"```\n{output}```", StringComparison.Ordinal));
            File.Copy(picture, Picture, overwrite: true);
            Assert.Inconclusive(
                "The README's first output and docs/images/predictions.png are written; "
                + "review both and run again without SEGSAM_APPROVE.");
        }

        // Another processor may differ in single pixels and in the last digit.
        Assert.AreEqual(Number().Replace(Output, "#"), Number().Replace(output, "#"));
        foreach (var (shown, printed) in Numbers(Output).Zip(Numbers(output)))
            Assert.AreEqual(shown, printed, Math.Max(0.02, 0.02 * shown), output);
        using MLImage drawn = MLImage.CreateFromFile(picture), kept = MLImage.CreateFromFile(Picture);
        Assert.AreEqual((kept.Width, kept.Height), (drawn.Width, drawn.Height));
        var differences = kept.Pixels.ToArray().Zip(drawn.Pixels.ToArray(), (one, other) => Math.Abs(one - other)).Average();
        Assert.IsLessThan(1, differences, "levels of 255, on average");
    }

    [TestMethod]
    public void Its_boxes_are_those_of_the_images_objects_and_the_names_shown_are_true()
    {
        var example = Readme.Examples.First();
        var sample = SampleImages.Of(Regex.Match(example, "samples/images/(?<name>[^\"]+)").Groups["name"].Value);
        var names = Regex.Matches(example, @"SegSamPrompt\.Box\((?<box>[^)]+)\)")
            .Select(box => box.Groups["box"].Value)
            .Select(box => sample.Objects.Single(
                truth => FormattableString.Invariant($"{truth.X0}, {truth.Y0}, {truth.X1}, {truth.Y1}") == box).Category).ToList();
        Assert.IsNotEmpty(names);
        CollectionAssert.AreEqual(names, Regex.Matches(Output, @"^(?<name>[\w ]+) [\d.]+: ", RegexOptions.Multiline)
            .Select(line => line.Groups["name"].Value.Replace('_', ' ')).ToList());
    }

    private static string Output { get; } =
        Regex.Match(
            Readme.Text, "^```csharp\n.*?^```\n\n```\n(?<output>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)
            .Groups["output"].Value;

    private static IEnumerable<double> Numbers(string text) =>
        Number().Matches(text).Select(number => double.Parse(number.Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Number();
}
