using System.Text;
using Microsoft.ML.SegSam.Knowledge;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

[TestClass]
public sealed class GlossaryFileTests
{
    private const string Phrases = """
        "location": "somewhere", "shape": "round", "intensity": { "OCT": "dark" }, "texture": "even", "border": "sharp", "differs": "alone"
        """;

    [TestMethod]
    public void A_custom_glossary_is_read_from_a_file()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, Entries($$"""
                { "name": "drum", "synonyms": ["tympanic membrane"], "hasSides": true, "left": "near one ear", {{Phrases}} }
                """));
            Assert.IsTrue(CategoryGlossary.Load(path).TryFind("Tympanic membranes, left", out var entry));
            Assert.AreEqual("left drum. On the left side of the body, near one ear. Location: somewhere. Shape: round. "
                + "Intensity: OCT: dark. Texture: even. Border: sharp. Told apart: alone.", entry.Describe());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    [DataRow("liver: large", "not valid JSON")]
    [DataRow("[]", "version")]
    [DataRow("""{ "version": 2, "entries": [] }""", "its version is 2, expected 1")]
    [DataRow("""{ "version": 1, "entries": [ { "name": "drum", "location": "ear" } ] }""", "\"drum\"", "shape", "differs")]
    [DataRow("""{ "version": 1, "entries": [ null ] }""", "entry 0 is null")]
    public void A_file_that_is_not_a_glossary_is_refused_with_the_reason(string json, params string[] words) => Refused(json, words);

    [TestMethod]
    [DataRow("\"name\": \"drum\", \"tint\": \"red\"", "tint")]
    [DataRow("\"name\": \" \"", "name", "empty")]
    [DataRow("\"name\": \"drum\", \"synonyms\": [\"\"]", "synonyms", "empty")]
    [DataRow("\"name\": \"drum\", \"synonyms\": null", "synonyms")]
    [DataRow("\"name\": \"drum\", \"broader\": [\" \"]", "broader", "empty")]
    [DataRow("\"name\": \"drum\", \"broader\": null", "broader")]
    [DataRow("\"name\": \"drum\", \"left\": \"above\"", "hasSides")]
    [DataRow("\"name\": \"left drum\", \"hasSides\": true", "left drum", "remove the side")]
    [DataRow("\"name\": \"17\"", "contains no word")]
    public void An_entry_that_makes_no_sense_is_refused(string start, params string[] words) =>
        Refused(Entries($"{{ {start}, {Phrases} }}"), words);

    [TestMethod]
    public void An_entry_without_intensity_is_refused() =>
        Refused(Entries($"{{ \"name\": \"drum\", {Phrases.Replace("\"OCT\": \"dark\"", "")} }}"), "drum", "no intensity");

    [TestMethod]
    public void Two_entries_of_one_name_are_refused_and_both_named() =>
        Refused(Entries($"{{ \"name\": \"ear drum\", {Phrases} }}, "
            + $"{{ \"name\": \"membrane\", \"synonyms\": [\"Drums of the ear\"], {Phrases} }}"),
            "Drums of the ear", "'membrane'", "'ear drum'");

    [TestMethod]
    public void Broader_terms_are_read_and_written()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, Entries($"{Named("tumor", "lump")}, {Named("ear tumor", broader: "lump")}"));
            CategoryGlossary.Load(path).Save(path);
            var loaded = CategoryGlossary.Load(path);
            CollectionAssert.AreEqual((string[])["lump"], loaded.Entries[1].Broader.ToArray());
            Assert.IsTrue(loaded.Compatible("Ear tumors, left", "tumor"));
            Assert.IsFalse(loaded.Compatible("ear tumor", "ear"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void A_broader_term_that_no_entry_has_is_refused() =>
        Refused(Entries(Named("drum", broader: "membrane")), "'membrane' of 'drum'", "add an entry of this name");

    [TestMethod]
    [DataRow("left drum")]
    [DataRow("drum 3")]
    public void A_broader_term_with_a_side_or_a_number_is_refused(string broader) => Refused(
        Entries($"{{ \"name\": \"drum\", \"hasSides\": true, {Phrases} }}, {Named("pearl", broader: broader)}"), broader, "'pearl'");

    [TestMethod]
    [DataRow("drum", "membrane", "skin")]
    [DataRow("skin", "membrane", "drum")]
    [DataRow("drum", "drums", "skin")]
    public void Broader_terms_that_lead_back_are_refused(string first, string second, string third) => Refused(
        Entries(string.Join(", ", Named("drum", broader: second), Named("membrane", broader: third), Named("skin", broader: first))),
        "is a broader term of", "remove one of the two");

    [TestMethod]
    public void A_missing_file_is_an_error_of_the_file_system() =>
        Assert.ThrowsExactly<FileNotFoundException>(() => CategoryGlossary.Load(Path.Combine(Path.GetTempPath(), "no such glossary.json")));

    private static string Named(string name, string? synonym = null, string? broader = null) =>
        $"{{ \"name\": \"{name}\", \"synonyms\": [{Quoted(synonym)}], \"broader\": [{Quoted(broader)}], {Phrases} }}";

    private static string Quoted(string? text) => text is null ? "" : $"\"{text}\"";

    private static string Entries(string entries) => $"{{ \"version\": 1, \"entries\": [ {entries} ] }}";

    private static void Refused(string json, params string[] words)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => CategoryGlossary.Load(stream));
        foreach (var word in words)
            StringAssert.Contains(failure.Message, word);
    }
}
