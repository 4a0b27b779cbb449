using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Support;
using Quickstart;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class QuickstartTests
{
    [TestMethod]
    public void It_ends_with_real_images_their_names_and_a_picture_of_each()
    {
        using var folder = new TemporaryFolder();
        var output = new StringWriter(CultureInfo.InvariantCulture);
        RealImages.Ask(folder.Path, output);

        var lines = Regex.Matches(output.ToString(),
            @"(?m)^(?<image>[\w-]+)\.png, (?<truth>[\w ]+): (?<name>[\w ]+?) [01]\.\d\d, \d+ pixels");
        var images = lines.Select(line => line.Groups["image"].Value).Distinct().ToList();
        Assert.IsGreaterThanOrEqualTo(2, images.Count);
        Assert.HasCount(images.Sum(image => SampleImages.Of(image + ".png").Objects.Count), lines);
        var named = lines.Count(line => line.Groups["name"].Value.Replace('_', ' ') == line.Groups["truth"].Value);
        Assert.IsGreaterThanOrEqualTo(0.8, named / (double)lines.Count, output.ToString());
        foreach (var image in images)
        {
            using var picture = MLImage.CreateFromFile(Path.Combine(folder.Path, image + ".png"));
            Assert.IsGreaterThan(picture.Height, picture.Width, "Two views lie side by side.");
        }
    }
}
