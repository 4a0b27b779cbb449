using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Tests.Docs;

[TestClass]
public sealed class OptionsPageTests
{
    [TestMethod]
    public void The_page_of_options_is_the_one_that_the_library_writes()
    {
        var written = OptionsPage.Write();
        if (Environment.GetEnvironmentVariable("SEGSAM_APPROVE") == "1")
        {
            File.WriteAllText(OptionsPage.Path, written);
            Assert.Inconclusive("docs/options.md is written; review the difference and run again without SEGSAM_APPROVE.");
        }

        var expected = written.Split('\n');
        var found = File.ReadAllText(OptionsPage.Path).ReplaceLineEndings("\n").Split('\n');
        string[] differences =
        [
            .. found.Except(expected).Select(line => "- " + line),
            .. expected.Except(found).Select(line => "+ " + line),
        ];
        Assert.IsEmpty(
            differences,
            "docs/options.md (-) is not what the comments say (+); "
            + $"write it with SEGSAM_APPROVE=1:\n{string.Join('\n', differences)}");
        Assert.HasCount(expected.Length, found);
    }

    [TestMethod]
    public void It_holds_every_option_and_every_value_of_a_choice()
    {
        var page = File.ReadAllText(OptionsPage.Path);
        var options = OptionsPage.Of(typeof(SegSamOptions)).ToList();
        var values = options.Select(option => Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType)
            .Where(type => type.IsEnum).SelectMany(Enum.GetNames);
        Assert.IsNotEmpty(options);
        Assert.IsEmpty(options.Select(option => option.Name).Concat(values)
            .Where(name => !page.Contains($"| `{name}` |", StringComparison.Ordinal)));
    }
}
