using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>
/// One spelling, American, in names, comments, messages and pages; and none of the words that a native speaker would not write.
/// </summary>
[TestClass]
public sealed partial class SpellingTests
{
    // Beginnings and endings of words, so that names such as ColourOf and all inflections are found.
    private const string British = """
        colour favour behaviour neighbour honour labour tumour rumour vapour
        grey centre metre litre fibre calibre theatre sombre lustre
        catalogue analogue
        recognis normalis initialis summaris visualis serialis synchronis standardis generalis regularis quantis vectoris categoris organis
        finalis localis materialis memoris penalis prioritis randomis specialis stabilis tokenis utilis authoris
        minimise minimising maximise maximising optimise optimising optimisation emphasise analyse analysing paralyse
        learnt spelt burnt dreamt whilst amongst
        labelled labelling modelled modelling cancelled cancelling travelled travelling signalled signalling levelled levelling
        totalled channelled fuelled
        licence defence offence pretence
        artefact ageing judgement acknowledgement fulfil enrol skilful
        programme storey aluminium sceptic mould plough
        oedema haemo anaemi anaesth paediatr oesoph leukaemi diarrhoea foetus orthopaed
        """;

    // Words and turns of a dialect of our own, which had to be learned to be read.
    private const string Dialect =
        @"\banew\b|\bafresh\b|\bunchangeable\b|\bmade[- ]up\b|\bas against that\b|\bfor want of\b"
        + @"|\bexpected is (?!null)|(?<!no longer )\bknown are\b";

    // Where British names are data (the glossary understands them), or history.
    private static readonly string[] BritishData =
        ["CategoryName.cs", "CategoryGlossaryTests.cs", "GlossaryTests.cs",
         "CategoryWriterTests.cs", "HashedTextEmbedderTests.cs", "CHANGELOG.md"];

    private static readonly string[] Kinds =
        [".cs", ".md", ".ipynb", ".html", ".js", ".css", ".svg", ".yml", ".props", ".targets", ".csproj"];

    [TestMethod]
    public void Words_are_spelled_the_American_way() =>
        Report(Wrong(Pattern()).Where(word => !BritishData.Any(file => word.Contains(file + "(", StringComparison.Ordinal))));

    [TestMethod]
    public void Nobody_has_to_learn_our_dialect() => Report(Wrong(new Regex(Dialect, RegexOptions.IgnoreCase)));

    [TestMethod]
    [DataRow("colour")]
    [DataRow("NormaliseLevels")]
    [DataRow("greyscale")]
    [DataRow("neighbours")]
    [DataRow("_centreOfMass")]
    [DataRow("Recognised")]
    public void British_words_are_found_in_text_and_names(string text) => Assert.IsTrue(Pattern().IsMatch(text));

    [TestMethod]
    [DataRow("color, gray, center, neighbor")]
    [DataRow("Pedometer and parameter")]
    [DataRow("an optimistic analysis, analyses")]
    [DataRow("organism")]
    [DataRow("fulfilled and fulfilling, enrolled")]
    public void American_words_are_not(string text) => Assert.IsFalse(Pattern().IsMatch(text));

    private static Regex Pattern() => new(string.Join('|', Space().Split(British.Trim()).Select(word => word switch
    {
        "metre" or "litre" => $@"(?<![a-z]){word}s?\b|(?:milli|centi|kilo){word}",
        "fulfil" or "enrol" => $@"{word}(?!l)",
        "analyse" => @"\banalyse(?!s\b)\w*",
        "labelled" => "labelled(?!by)", // an attribute of HTML
        "organis" => @"organis(?!m)",
        "mould" or "grey" or "storey" or "plough" or "programme" => $@"{word}(?!r)",
        _ => word,
    })), RegexOptions.IgnoreCase);

    private static IEnumerable<string> Wrong(Regex pattern)
    {
        var files = Directory.EnumerateFiles(SharedFolder.Repository, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(SharedFolder.Repository, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(name => Kinds.Contains(Path.GetExtension(name))
                && !name.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "TestResults" or ".git" or "node_modules")
                && !name.EndsWith("/SpellingTests.cs", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        Assert.IsGreaterThan(500, files.Count);
        return from name in files
               from line in File.ReadLines(Path.Combine(SharedFolder.Repository, name)).Index()
               from Match word in pattern.Matches(line.Item)
               select $"{name}({line.Index + 1}): {word.Value}";
    }

    private static void Report(IEnumerable<string> wrong)
    {
        var all = wrong.ToList();
        Assert.IsEmpty(all, string.Join('\n', all.Prepend($"{all.Count} words")));
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
