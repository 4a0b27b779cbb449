using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SegSam.Knowledge;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

[TestClass]
public sealed class CategoryResponseTests
{
    [TestMethod]
    [DataRow("{0}")]
    [DataRow("```json\n{0}\n```")]
    [DataRow("```\n{0}```\n")]
    [DataRow("Here it is:\n{0}\nDo you need more?")]
    public void A_good_response_is_accepted_plain_fenced_or_among_words(string around)
    {
        var response = new CategoryResponse(around.Replace("{0}",
            ScriptedChat.Good("Ear Drums", ("synonyms", (string[])["tympanic membrane"]), ("hasSides", true),
            ("intensity", new { ct = "gray.", endoscopy = "pearly" }))), "ear drum");
        Assert.IsEmpty(response.Faults);
        Assert.AreEqual(("ear drum", "tympanic membrane", true),
            (response.Entry!.Name, response.Entry.Synonyms.Single(), response.Entry.HasSides));
        CollectionAssert.AreEqual(new[] { "CT=gray", "endoscopy=pearly" },
            response.Entry.Intensity.Select(pair => $"{pair.Key}={pair.Value}").ToArray());
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("no idea")]
    [DataRow("{ \"name\": \"drum\", ")]
    [DataRow("}{")]
    [DataRow("\"drum\"")]
    [DataRow("[]")]
    [DataRow("null")]
    public void Text_that_is_not_a_JSON_object_is_reported(string text)
    {
        var response = new CategoryResponse(text, "drum");
        Assert.IsNull(response.Entry);
        StringAssert.Contains(response.Faults.Single(), "it is not ");
    }

    [TestMethod]
    [DataRow("name", "anvil", "it is about 'anvil', but the request was about 'drum'")]
    [DataRow("name", "left drum", "it is about 'left drum'")]
    [DataRow("name", "12", "it is about '12'")]
    [DataRow("name", null, "name is missing")]
    [DataRow("synonyms", null, "synonyms is missing")]
    [DataRow("synonyms", "membrane", "synonyms is a text")]
    [DataRow("synonyms", new[] { "membrane", " " }, "synonyms holds an empty text")]
    [DataRow("synonyms", new[] { "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13" },
        "synonyms holds 13 names; at most 12")]
    [DataRow("hasSides", "yes", "hasSides is a text")]
    [DataRow("location", null, "location is missing")]
    [DataRow("shape", 3, "shape is a number")]
    [DataRow("texture", " . ", "texture holds an empty text")]
    [DataRow("border", new[] { "sharp" }, "border is a list")]
    [DataRow("intensity", null, "intensity is missing")]
    [DataRow("intensity", "bright", "intensity is a text")]
    public void Each_fault_is_reported(string field, object? value, string fault) => AssertFault(fault, (field, value));

    [TestMethod]
    public void Intensity_has_known_modalities_and_texts()
    {
        AssertFault("intensity is empty", ("intensity", new { }));
        AssertFault("intensity names the modality 'OCT'; the modalities are CT, MR,", ("intensity", new { OCT = "dark", CT = "bright" }));
        AssertFault("intensity of CT holds null", ("intensity", new { CT = (string?)null }));
    }

    [TestMethod]
    public void A_text_is_long_but_not_absurdly()
    {
        Assert.IsEmpty(new CategoryResponse(ScriptedChat.Good("drum", ("differs", new string('x', 300))), "drum").Faults);
        AssertFault("differs holds a text of 301 characters; at most 300", ("differs", new string('x', 301)));
        AssertFault("synonyms holds a text of 81 characters; at most 80", ("synonyms", (string[])[new string('x', 81)]));
    }

    [TestMethod]
    public void All_faults_are_reported_at_once() =>
        CollectionAssert.AreEqual(new[] { "location is missing", "border is missing" },
            new CategoryResponse(ScriptedChat.Good("drum", ("location", null), ("border", null)), "drum").Faults.ToArray());

    [TestMethod]
    public void Another_wording_of_the_request_has_another_version()
    {
        var wording = string.Concat(CategoryRequest.For("drum").Append(CategoryRequest.Correction(["this"]))
            .Select(message => message.Text));
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(wording.ReplaceLineEndings("\n"))))[..16];
        Assert.AreEqual("1: B3585CC651535593", $"{CategoryRequest.Version}: {digest}",
            "The wording changed: raise CategoryRequest.Version, and write both here.");
    }

    [TestMethod]
    public void A_name_cannot_end_the_text_it_stands_in() =>
        StringAssert.Contains(CategoryRequest.For("a \"drum\"\nof é")[1].Text, "the category \"a \\\"drum\\\"\\nof é\" in");

    [TestMethod]
    [DataRow("Ear_Drum_000", "Ear Drum")]
    [DataRow("Ear Drum (L)", "Ear Drum")]
    [DataRow("right-sided ear drum", "ear drum")]
    [DataRow("segment_4", "segment 4")]
    [DataRow("non-enhancing_part-01", "non-enhancing part")]
    [DataRow("liver, lt", "left liver")] // the glossary has a liver, and it has no sides
    public void A_request_omits_what_a_name_need_not_say(string name, string requested) =>
        Assert.AreEqual(requested, CategoryLabel.ForRequest(name, CategoryGlossary.Default));

    private static void AssertFault(string fault, params (string Field, object? Value)[] changes)
    {
        var response = new CategoryResponse(ScriptedChat.Good("drum", changes), "drum");
        Assert.IsNull(response.Entry);
        StringAssert.StartsWith(response.Faults.Single(), fault);
    }
}
