using System.Text;
using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Tests.Display;

[TestClass]
public sealed class BitmapFontTests
{
    private const string Marked = "äöüÄÖÜéèêëñçåůřšžýťďĺąęńśźżğşőűǎēŭơưėḍ";
    private const string Special = "ßøØæÆœŒłŁđĐðþÞıħĦŋəƏ°²³±×·…€";
    private const string Greek = "αβγδεζηθικλμνξοπρσςτυφχψωΓΔΘΛΞΠΣΦΨΩ";
    private const string Cyrillic = "бвгджзийклмнптфцчшщъыьэюяєґђљњџБДЖИЙЛУЦЧШЩЪЫЬЭЮЯЄҐЂЋЉЊЏ";

    private static readonly string[] Printable = [.. Enumerable.Range(32, 95).Select(code => ((char)code).ToString())];

    [TestMethod]
    public void Every_printable_character_of_ASCII_has_a_shape_of_its_own()
    {
        var shapes = Printable.Select(Shape).ToArray();
        Assert.AreEqual(shapes.Length, shapes.Distinct().Count());
        Assert.AreEqual(0, Array.IndexOf(shapes, ""), "Only the space is blank.");
    }

    [TestMethod]
    public void Letters_of_a_language_have_shapes_of_their_own()
    {
        foreach (var letters in (string[])[Marked + Special, Greek + "ABEZHIKMNOPTYX", Cyrillic + "ABEKMHOPCTXIJSaeopcyxijs"])
        {
            var alike = letters.GroupBy(letter => Shape(letter.ToString())).Where(group => group.Count() > 1)
                .Select(group => string.Concat(group));
            Assert.AreEqual("", string.Join(" | ", alike));
        }
    }

    [TestMethod]
    public void Every_letter_of_the_alphabets_of_Europe_is_there()
    {
        var ranges = Enumerable.Range(0xC0, 0x17F - 0xC0)
            .Where(code => code is not (0xAA or 0x138 or 0x149 or 0x13F or 0x140 or 0x132 or 0x133 or 0x166 or 0x167 or 0x14A or 0x17F))
            .Concat(Enumerable.Range(0x391, 0x3A9 - 0x391 + 1).Where(code => code != 0x3A2))
                .Concat(Enumerable.Range(0x3AC, 0x3CE - 0x3AC + 1)).Concat(Enumerable.Range(0x400, 0x60));
        Assert.IsEmpty(ranges.Select(code => ((char)code).ToString()).Where(letter => Decomposed(letter) is null));
    }

    [TestMethod]
    public void Marks_stand_over_and_under_their_letter()
    {
        var (plain, above, below) = (BitmapFont.Pixels("o")!, Decomposed("ö")!, Decomposed("ọ")!);
        Assert.IsTrue(plain.All(above.Contains) && plain.All(below.Contains));
        Assert.IsTrue(above.Except(plain).All(pixel => pixel.Y < plain.Min(each => each.Y)) && above.Count > plain.Count);
        Assert.IsTrue(below.Except(plain).All(pixel => pixel.Y > plain.Max(each => each.Y)) && below.Count > plain.Count);
        Assert.AreEqual(2, Decomposed("ï")!.Count(pixel => pixel.Y < 2), "Its own dot has gone.");
    }

    [TestMethod]
    public void Pixels_stay_inside_the_width_and_the_line()
    {
        foreach (var letter in Printable.Concat((Marked + Special + Greek + Cyrillic).Select(each => each.ToString())).Append("Ǻ")
            .Append("ệ"))
        {
            Assert.IsTrue(Decomposed(letter)!.All(pixel => pixel.X is >= 0 and < BitmapFont.GlyphWidth
                && pixel.Y is >= -BitmapFont.RowsAbove and < BitmapFont.LineHeight), letter);
        }
    }

    [TestMethod]
    [DataRow("肝")]
    [DataRow("\t")]
    [DataRow("\u007f")]
    [DataRow("a\u0489")]
    public void It_says_which_letters_it_lacks(string letter) => Assert.IsNull(BitmapFont.Pixels(letter));

    private static IReadOnlyList<(int X, int Y)>? Decomposed(string letter) => BitmapFont.Pixels(letter.Normalize(NormalizationForm.FormD));

    private static string Shape(string letter) => string.Join(' ', Decomposed(letter)!.Order());
}
