using System.Globalization;
using System.Text;
using Microsoft.ML.SegSam.Display;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>
/// A line of text as it is drawn: each letter in the bitmap font, else in a font of the machine. Sizes are in font pixels.
/// </summary>
internal sealed class DrawnText
{
    private const int Gap = 1;
    private const string Dots = "..";

    private readonly IReadOnlyList<Letter> _letters;

    /// <param name="text">A letter that no font has is drawn as '?'; <see cref="PictureTexts"/> replaces such words by numbers.</param>
    public DrawnText(string text) : this([.. Split(text).Select(letter => Find(letter) ?? Find("?")!)]) { }

    private DrawnText(IReadOnlyList<Letter> letters) => _letters = letters;

    public int Width => Math.Max(0, _letters.Sum(letter => letter.Width + Gap) - Gap);

    /// <summary>The letters of a text, each with its combining marks.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var valid = string.Concat(text.EnumerateRunes()); // an unpaired surrogate becomes U+FFFD
        return [.. StringInfo.ParseCombiningCharacters(valid).Select(at => StringInfo.GetNextTextElement(valid, at))];
    }

    /// <summary>Whether a font has the letter.</summary>
    public static bool CanDraw(string letter) => Find(letter) is not null;

    /// <summary>
    /// The text; if it is wider, its beginning and its end, because names often differ in their last word and scores follow them.
    /// </summary>
    public DrawnText Cut(int width)
    {
        if (Width <= width)
            return this;
        Letter[] dots = [.. Dots.Select(dot => Find(dot.ToString())!)];
        var (first, last, room) = (0, _letters.Count, width - dots.Sum(dot => dot.Width + Gap) + Gap);
        if (room < 0)
            dots = [];
        for (room = room < 0 ? width + Gap : room; first < last;)
        {
            var isFirst = dots.Length == 0 || first <= 2 * (_letters.Count - last); // two letters of the beginning for one of the end
            room -= _letters[isFirst ? first : last - 1].Width + Gap;
            if (room < 0)
                break;
            (first, last) = isFirst ? (first + 1, last) : (first, last - 1);
        }

        return new([.. _letters.Take(first), .. dots, .. dots.Length == 0 ? [] : _letters.Skip(last)]);
    }

    public static DrawnText operator +(DrawnText first, DrawnText second) => new([.. first._letters, .. second._letters]);

    /// <summary>The characters of all letters.</summary>
    public override string ToString() => string.Concat(_letters.Select(letter => letter.Text));

    /// <summary>The pixels that the text covers, with their coverage, relative to the upper left corner of its line.</summary>
    /// <param name="scale">A font pixel is scale x scale pixels.</param>
    public IEnumerable<(int X, int Y, float Coverage)> Pixels(int scale)
    {
        var left = 0;
        foreach (var letter in _letters)
        {
            foreach (var (x, y, coverage) in letter.Font is { } font ? Smooth(letter, font, scale) : Squares(letter, scale))
                yield return (left + x, y, coverage);
            left += (letter.Width + Gap) * scale;
        }
    }

    private static Letter? Find(string letter)
    {
        if (string.IsNullOrWhiteSpace(letter))
            return new(" ", BitmapFont.GlyphWidth, null);
        if (BitmapFont.Pixels(letter.Normalize(NormalizationForm.FormD)) is not null)
            return new(letter, BitmapFont.GlyphWidth, null);
        Rune[] composed = [.. letter.Normalize(NormalizationForm.FormC).EnumerateRunes()];
        if (composed.Length > 1 || SystemFonts.For(composed[0]) is not { } typeface)
            return null;
        using var font = new SKFont(typeface, BitmapFont.LineHeight) { Subpixel = true };
        return new(composed[0].ToString(), (int)Math.Ceiling(font.MeasureText([typeface.GetGlyph(composed[0].Value)])), typeface);
    }

    private static IEnumerable<(int X, int Y, float Coverage)> Squares(Letter letter, int scale) =>
        from pixel in BitmapFont.Pixels(letter.Text.Normalize(NormalizationForm.FormD))
        from square in Enumerable.Range(0, scale * scale)
        select (pixel.X * scale + square % scale, pixel.Y * scale + square / scale, 1f);

    // The height of a line, on the bitmap font's baseline.
    private static IEnumerable<(int X, int Y, float Coverage)> Smooth(Letter letter, SKTypeface typeface, int scale)
    {
        var above = BitmapFont.RowsAbove * scale;
        using var picture = new SKBitmap(new SKImageInfo(
            (letter.Width + Gap) * scale, BitmapFont.LineHeight * scale + above, SKColorType.Alpha8, SKAlphaType.Premul));
        using (var canvas = new SKCanvas(picture))
        using (var font = new SKFont(typeface, BitmapFont.LineHeight * scale) { Subpixel = true, Hinting = SKFontHinting.None })
        using (var paint = new SKPaint { IsAntialias = true, Color = SKColors.Black })
        {
            canvas.Clear(SKColors.Transparent);
            canvas.DrawText(letter.Text, 0, above + BitmapFont.BaseLine * scale, font, paint);
        }

        var (bytes, stride) = (picture.Bytes, picture.RowBytes);
        return [.. Enumerable.Range(0, bytes.Length).Where(at => bytes[at] > 0)
            .Select(at => (at % stride, at / stride - above, bytes[at] / 255f))];
    }

    /// <param name="Font">A font of the machine; null: the bitmap font.</param>
    private sealed record Letter(string Text, int Width, SKTypeface? Font);
}
