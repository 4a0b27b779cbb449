using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Overlays;


namespace Microsoft.ML.SegSam.Tests.Overlays;

[TestClass]
public sealed class DrawnTextTests
{
    [TestMethod]
    [DataRow("gjpqy liver 0.93")]
    [DataRow("Größe Ǻ ệ")]
    [DataRow("печень селезёнка")]
    [DataRow("")]
    public void Pixels_stay_inside_the_width_and_the_line(string text)
    {
        foreach (var scale in (int[])[1, 3])
        {
            var drawn = new DrawnText(text);
            Assert.IsTrue(drawn.Pixels(scale).All(pixel => pixel.Coverage == 1 && pixel.X >= 0 && pixel.X < drawn.Width * scale
                && pixel.Y >= -BitmapFont.RowsAbove * scale && pixel.Y < BitmapFont.LineHeight * scale), text);
        }
    }

    [TestMethod]
    public void Composed_and_decomposed_letters_look_the_same()
    {
        Assert.AreSequenceEqual(new DrawnText("Größe, Å").Pixels(2), new DrawnText("Gro\u0308ße, A\u030a").Pixels(2));
        Assert.AreEqual(new DrawnText("Große").Width, new DrawnText("Gro\u0308ße").Width);
    }

    [TestMethod]
    public void Text_is_shortened_only_where_it_is_too_wide_and_keeps_its_end()
    {
        var text = new DrawnText("left kidney 0.93");
        Assert.AreEqual("left kidney 0.93", text.Cut(text.Width).ToString());
        Assert.AreEqual("left kid..0.93", text.Cut(text.Width - 10).ToString());
        Assert.AreEqual("левая..чка", new DrawnText("левая почка").Cut(60).ToString());
        for (var width = 0; width < text.Width; width++)
            Assert.IsLessThanOrEqualTo(width, text.Cut(width).Width);
        Assert.AreEqual("l", text.Cut(10).ToString(), "No room for dots.");
    }

    [TestMethod]
    public void Letters_are_never_cut_in_two()
    {
        Assert.AreSequenceEqual(["a\u0308", "👩‍⚕️", "\ufffd", "x"], DrawnText.Split("a\u0308👩‍⚕️\ud800x"));
        Assert.AreEqual("a\u0308", new DrawnText("a\u0308bc").Cut(5).ToString());
    }

    [TestMethod]
    [DataRow("肝臓")]
    [DataRow("간")]
    public void Letters_of_the_machines_fonts_fit_the_line(string text)
    {
        if (!DrawnText.Split(text).All(DrawnText.CanDraw))
            Assert.Inconclusive(
                $"Skipped: no font here has '{text}'. Install one, so that it is drawn (Debian: apt-get install fonts-wqy-zenhei).");
        var drawn = new DrawnText(text + " 0.93");
        Assert.IsTrue(drawn.Pixels(2).All(pixel => pixel.X >= 0 && pixel.X < (drawn.Width + 1) * 2 && pixel.Y >= -2 * BitmapFont.RowsAbove
            && pixel.Y < 2 * BitmapFont.LineHeight));
        Assert.IsGreaterThan(20, new DrawnText(text).Pixels(2).Count(pixel => pixel.Coverage > 0.5));
    }

    [TestMethod]
    [DataRow("كبد")]
    [DataRow("कि")]
    [DataRow("👩‍⚕️")]
    [DataRow("\u202e")]
    public void Scripts_that_need_shaping_are_not_drawn_letter_by_letter(string text) =>
        Assert.IsFalse(DrawnText.Split(text).Any(DrawnText.CanDraw));
}
