using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class SimilarNamesTests
{
    [TestMethod]
    [DataRow("Liver", "liver", "LIVER ")]
    [DataRow("left kidney", "left-kidney", "Left_Kidney")]
    [DataRow("T12", "T 12", "t.12")]
    [DataRow("größe", "Große", null)]
    public void Case_blanks_and_punctuation_alone_make_no_other_thing(string first, string second, string? third)
    {
        string[] names = [.. ((string?[])[first, "spleen", second, third, first]).OfType<string>()];
        var groups = SimilarNames.Groups(names);
        if (third is null)
            Assert.IsEmpty(groups, "An umlaut is another letter.");
        else
            CollectionAssert.AreEqual((string[])[first, second, third], groups.Single().ToArray());
    }

    [TestMethod]
    [DataRow("Ki67", "Ki67+")]
    [DataRow("Ki67+", "Ki67-")]
    [DataRow("Ki67", "Ki67-")]
    [DataRow("rib left 1", "rib left 11")]
    [DataRow("?", "!")]
    public void Signs_and_numbers_make_other_things(string one, string other) => Assert.IsEmpty(SimilarNames.Groups([one, other]));

    [TestMethod]
    public void Groups_read_as_a_list() =>
        Assert.AreEqual("'Liver', 'liver'; 'a b', 'a-b'", SimilarNames.Text(SimilarNames.Groups(["Liver", "a b", "liver", "a-b"])));
}
