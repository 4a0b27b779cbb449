using CsCheck;
using Microsoft.ML.SegSam.Overlays;

namespace Microsoft.ML.SegSam.Tests.Overlays;

[TestClass]
public sealed class PictureTextsTests
{
    private const string Alike = "AАΑaаöо\u0308肝كO0 ";

    private static readonly string[] Names =
    [
        "liver", "Leber", "Größe", "Grosse", "Große", "játra", "slezina", "ήπαρ", "σπλήνας", "печень", "селезёнка", "CT", "СТ", "肝臓", "脾臓",
            "肝臓 脾臓", "간", "كبد", "طحال", "כבד", "🫀", "🫁",
        "👩‍⚕️", "#1", "#2", "(2)", "a\u0489", "a\u0488", "\ud800", "\ud801x", "left kidney, upper pole", "left kidney, lower pole",
            new('a', 500), new('a', 501), " ", "",
    ];

    [TestMethod]
    public void Different_names_never_look_the_same()
    {
        foreach (var width in (int[])[60, 89, 400])
        {
            var texts = new PictureTexts(2);
            var alike = Names.Where(name => name is not " ").GroupBy(name => Look(texts.Fit(name, width))).Where(group => group.Count() > 1)
                .Select(group => string.Join(" | ", group));
            Assert.IsEmpty(alike);
        }
    }

    [TestMethod]
    public void Random_names_of_letters_that_look_alike_stay_apart() =>
        Gen.Int[0, Alike.Length - 1].Array[1, 30].Select(letters => string.Concat(letters.Select(at => Alike[at]))).Array[2, 8].Sample(
            names =>
        {
            var texts = new PictureTexts(1);
            var different = names.Select(name => string.Concat(DrawnText.Split(name)).Normalize()).Distinct()
                .Where(name => name.Trim() == name).ToList();
            return different.Select(name => Look(texts.Fit(name, 89))).Distinct().Count() == different.Count
                && different.All(name => texts.Fit(name, 89).Width <= 89);
        }, iter: 300);

    [TestMethod]
    public void Latin_Greek_and_Cyrillic_names_are_drawn_as_they_are_on_every_machine()
    {
        var texts = new PictureTexts(2);
        foreach (var name in (string[])["liver 0.93", "Größe", "Příliš žluťoučký kůň", "Łódź", "ήπαρ", "селезёнка 0.87", "Їжак", "Việt"])
            Assert.AreEqual(name, texts.Fit(name, 400).ToString());
        Assert.AreEqual("", texts.Key);
    }

    [TestMethod]
    public void Words_that_no_font_has_become_numbers_and_the_key_tells_them()
    {
        var texts = new PictureTexts(2);
        Assert.AreEqual("#1 0.93", texts.Fit("كبد 0.93", 89).ToString());
        Assert.AreEqual("left #2 0.50", texts.Fit("left طحال كلية 0.50", 89).ToString());
        Assert.AreEqual("#1 0.80", texts.Fit("كبد 0.80", 89).ToString(), "One name, one number.");
        Assert.AreEqual("#1 is كبد, #2 is طحال كلية", texts.Key);
    }

    [TestMethod]
    public void Names_cut_to_the_same_letters_are_numbered()
    {
        var texts = new PictureTexts(2);
        Assert.AreEqual("left ki..ole", texts.Fit("left kidney, upper pole", 73).ToString());
        Assert.AreEqual("left ..le(2)", texts.Fit("left kidney, lower pole", 73).ToString());
        Assert.AreEqual("left ki..ole", texts.Fit("left kidney, upper pole", 73).ToString());
        Assert.AreEqual("left ..le(2) is left kidney, lower pole", texts.Key);
    }

    private static string Look(DrawnText text) => string.Join(' ', text.Pixels(2));
}
