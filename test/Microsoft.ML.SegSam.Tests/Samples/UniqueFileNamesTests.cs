using System.Text;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class UniqueFileNamesTests
{
    private readonly UniqueFileNames _names = new();

    [TestMethod]
    public void A_safe_and_free_name_stays_as_it_is()
    {
        Assert.AreEqual("a_liver_1.png", _names.Next("a_liver_1", ".png"));
        Assert.AreEqual("größe-1.2.json", _names.Next("größe-1.2", ".json"));
        Assert.AreEqual("a_liver_1.json", _names.Next("a_liver_1", ".json"), "Another extension is another file.");
    }

    [TestMethod]
    [DataRow("a b", "a_b")]
    [DataRow("Liver", "liver")]
    [DataRow("p/a", "p\\a")]
    [DataRow("gr\u00F6\u00DFe", "gro\u0308\u00DFe")]
    [DataRow("", "?")]
    public void Names_that_would_be_one_file_get_numbers(string first, string second)
    {
        string[] given = [_names.Next(first, ".png"), _names.Next(second, ".png"), _names.Next(first, ".png")];
        Assert.HasCount(3, given.Distinct(StringComparer.OrdinalIgnoreCase));
        StringAssert.EndsWith(given[1], "-2.png");
        StringAssert.EndsWith(given[2], "-3.png");
    }

    [TestMethod]
    public void A_number_that_is_taken_already_is_passed_over()
    {
        string[] given = [_names.Next("a-2", ".png"), _names.Next("a", ".png"), _names.Next("a", ".png"), _names.Next("a", ".png")];
        CollectionAssert.AreEqual((string[])["a-2.png", "a.png", "a-3.png", "a-4.png"], given);
    }

    [TestMethod]
    public void Long_names_are_cut_between_characters_and_stay_unique()
    {
        var wanted = new string('肝', 400);
        string[] given = [.. Enumerable.Range(0, 12).Select(i => _names.Next(wanted + i, ".png"))];
        Assert.HasCount(12, given.Distinct());
        foreach (var name in given)
        {
            Assert.IsLessThanOrEqualTo(200, Encoding.UTF8.GetByteCount(name));
            StringAssert.StartsWith(name, "肝肝");
            Assert.DoesNotContain('\uFFFD', name);
        }
    }

    [TestMethod]
    [DataRow("../../evil", "_._.._evil.png")]
    [DataRow(".hidden", "_hidden.png")]
    [DataRow("liver/left lobe: II", "liver_left_lobe__II.png")]
    [DataRow("\uD83E\uDEC1", "__.png")]
    public void A_name_leads_nowhere_else_and_hides_nothing(string wanted, string expected) =>
        Assert.AreEqual(expected, _names.Next(wanted, ".png"));
}
