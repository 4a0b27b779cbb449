using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Repository;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Docs;

/// <summary>docs/method.md has what comments cite, and names options as they are.</summary>
[TestClass]
public sealed partial class MethodPageTests
{
    private static readonly MarkdownPage Method = new("docs/method.md");

    [TestMethod]
    public void Every_citation_in_the_library_names_a_heading_of_the_method()
    {
        var cited = SourceFile.Library.SelectMany(file => Citations(file.Name, file.Text)).ToList();
        foreach (var number in (string[])["4.2", "4.4", "5.2", "5.3", "6.2", "8.1"]) // from each way of citing
            Assert.Contains(number, cited.Select(citation => citation.Number).ToList());
        AssertNamed(cited, "^#+ ");
    }

    [TestMethod]
    public void Every_citation_in_tests_and_pages_names_a_point_of_the_method()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "test"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        var cited = tests.SelectMany(path => Citations(path, File.ReadAllText(path)))
            .Concat(MarkdownPage.All.SelectMany(page => Citations(page.Name, page.Text))).ToList();
        Assert.Contains("11.8", cited.Select(citation => citation.Number).ToList());
        AssertNamed(cited, @"^(#+|\|) ");
    }

    [TestMethod]
    public void Citations_are_found_in_every_form()
    {
        const string Code = """
            // Ways (method, 5.2, 5.3 and 11.5). Method, 4.4.
            // Decoders (4.3, 4.5; our choices)
            [DataRow(1.5, 2.5)] // a number (not 3.5) and (0.25 is above)
            """;
        var found = Citations("", Code).Select(citation => citation.Number).ToList();
        CollectionAssert.AreEqual((string[])["5.2", "5.3", "11.5", "4.4", "4.3", "4.5"], found);
    }

    [TestMethod]
    public void Options_in_tables_have_the_defaults_of_the_code()
    {
        var (defaults, found) = (new SegSamOptions(), 0);
        foreach (Match row in Regex.Matches(Method.Text, @"^\| `(?<option>\w+)` \|(?<cells>.+)\|$", RegexOptions.Multiline))
        {
            if (typeof(SegSamOptions).GetProperty(row.Groups["option"].Value) is not { } option)
                continue;
            var value = option.GetValue(defaults) is { } set ? Convert.ToString(set, CultureInfo.InvariantCulture)! : "null";
            Assert.Contains(value, row.Groups["cells"].Value.Split('|', StringSplitOptions.TrimEntries), option.Name);
            found++;
        }

        Assert.IsGreaterThan(10, found);
    }

    [TestMethod]
    public void Names_in_code_font_are_names_of_the_library_or_its_tests()
    {
        Type[] types = [.. typeof(SegSamOptions).Assembly.GetTypes(), .. typeof(MethodPageTests).Assembly.GetTypes()];
        var known = types.Select(type => type.Name).Concat(typeof(SegSamOptions).GetProperties().Select(property => property.Name))
            .Concat(types.Where(type => type.IsEnum).SelectMany(Enum.GetNames)).ToHashSet();
        var named = Regex.Matches(Method.Text, @"`(?<name>[A-Z]\w+)( = \w+)?`").Select(name => name.Groups["name"].Value).ToList();
        Assert.IsNotEmpty(named);
        Assert.IsEmpty(named.Where(name => !known.Contains(name)), string.Join(", ", named.Where(name => !known.Contains(name))));
    }

    private static IEnumerable<(string File, string Number)> Citations(string file, string text) =>
        Citation().Matches(text).SelectMany(citation => citation.Groups["number"].Captures.Select(number => (file, number.Value)));

    // Of headings, or of headings and rows of tables.
    private static void AssertNamed(IEnumerable<(string File, string Number)> cited, string before)
    {
        var numbers = Regex.Matches(Method.Text, $@"{before}(?<number>\d+(\.\d+)?)[. ]", RegexOptions.Multiline)
            .Select(point => point.Groups["number"].Value).ToHashSet();
        var missing = cited.Where(citation => !numbers.Contains(citation.Number)).ToList();
        Assert.IsEmpty(missing, $"{Method.Name} lacks what is cited: {string.Join(", ", missing)}");
    }

    // "method, 5.2 and 5.3" anywhere; several numbers alone, "(4.3, 4.5; our choices)", at the end of a comment.
    [GeneratedRegex("""
        (\b[Mm]ethod,\  | //.*\ \((?=[1-9]\.\d(,\ [1-9]\.\d)+(;\ our\ choices?)?\)\s*$))
        (?<number>\d+(\.\d+)?) ((,\ |\ and\ )(?<number>\d+(\.\d+)?))*
        """, RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Citation();
}
