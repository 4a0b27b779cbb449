using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Docs;

/// <summary>A page of documentation: its text, its C#, where its links lead.</summary>
/// <param name="Name">Path within the repository, with slashes.</param>
internal sealed record MarkdownPage(string Name)
{
    public const string ModelCard = "src/Microsoft.ML.SegSam.Mini/MODEL_CARD.md";

    /// <summary>All pages of the repository.</summary>
    public static IEnumerable<MarkdownPage> All =>
        ((string[])["README.md", "CONTRIBUTING.md", "samples/README.md", "samples/images/ATTRIBUTION.md", ModelCard])
            .Concat(Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "docs"), "*.md").Order(StringComparer.Ordinal)
                .Select(path => "docs/" + Path.GetFileName(path)))
            .Select(name => new MarkdownPage(name));

    public string FullPath => Path.GetFullPath(Path.Combine(SharedFolder.Repository, Name));

    public string Text => File.ReadAllText(FullPath);

    /// <summary>The page's C#, block by block.</summary>
    public IEnumerable<string> Examples => Blocks("csharp");

    /// <summary>What stands between fences of a language; "" for those of none.</summary>
    public IEnumerable<string> Blocks(string language) =>
        Regex.Matches(Text, @"^(?<indent> *)```(?<language>\w*)\n(?<code>.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)
            .Where(block => block.Groups["language"].Value == language).Select(block => block.Groups["code"].Value);

    /// <summary>Targets within the repository, of links and of pictures: a file, perhaps with a heading of it.</summary>
    public IEnumerable<(string Path, string Heading)> Links =>
        from Match link in Regex.Matches(WithoutCode, @"\]\((?!https?:)(?<to>[^)#]*)(#(?<heading>[^)]+))?\)")
        let to = link.Groups["to"].Value
        select (
            to.Length == 0 ? FullPath : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(FullPath)!, to)),
            link.Groups["heading"].Value);

    /// <summary>Paths of the repository that the text names; what a build makes is left out.</summary>
    public IEnumerable<string> Paths =>
        Regex.Matches(Text, @"(?<![\w./-])(eng|src|test|samples|docs|\.ci)/[\w./-]+\w").Select(found => found.Value)
            .Where(path => !path.Contains("/bin/", StringComparison.Ordinal)).Select(path => Path.Combine(SharedFolder.Repository, path));

    /// <summary>How links name the page's headings.</summary>
    public IEnumerable<string> Headings =>
        Regex.Matches(WithoutCode, "^#+ (?<heading>.+)$", RegexOptions.Multiline)
            .Select(heading => Regex.Replace(heading.Groups["heading"].Value.ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'));

    private string WithoutCode => Regex.Replace(Text, "^ *```.*?^ *```$", "", RegexOptions.Multiline | RegexOptions.Singleline);
}
