using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class BitmapFontTests
{
    private static readonly string[] Printable = [.. Enumerable.Range(32, 95).Select(code => ((char)code).ToString())];

    [TestMethod]
    public void Every_printable_character_has_a_shape_of_its_own()
    {
        var shapes = Printable.Select(text => string.Join(' ', BitmapFont.Pixels(text))).ToArray();
        Assert.AreEqual(shapes.Length, shapes.Distinct().Count());
        Assert.AreEqual(0, Array.IndexOf(shapes, ""), "Only the space is blank.");
    }

    [TestMethod]
    public void Pixels_stay_inside_the_width_and_the_line()
    {
        foreach (var text in Printable.Append("gjpqy liver 0.93").Append(""))
        {
            var area = new RegionBox(0, 0, BitmapFont.Width(text), BitmapFont.LineHeight);
            Assert.IsTrue(BitmapFont.Pixels(text).All(p => area.Union(new(p.X, p.Y, p.X + 1, p.Y + 1)) == area), text);
        }
    }

    [TestMethod]
    [DataRow("\u00e4")]
    [DataRow("\t")]
    [DataRow("\u007f")]
    public void Characters_outside_ASCII_show_as_question_marks(string text) =>
        CollectionAssert.AreEqual(BitmapFont.Pixels("?").ToArray(), BitmapFont.Pixels(text).ToArray());

    [TestMethod]
    public void Text_is_shortened_only_where_it_is_too_wide()
    {
        const string Text = "left kidney";
        Assert.AreEqual(Text, BitmapFont.Fit(Text, BitmapFont.Width(Text)));
        Assert.AreEqual("left kid..", BitmapFont.Fit(Text, BitmapFont.Width(Text) - 1));
        for (var width = 0; width < BitmapFont.Width(Text); width++)
            Assert.IsLessThanOrEqualTo(width, BitmapFont.Width(BitmapFont.Fit(Text, width)));
    }
}
