namespace Microsoft.ML.SegSam.Imaging;

/// <summary>A drawn font, since servers often have none: ASCII 32 to 126, other characters show as '?'.</summary>
internal static class BitmapFont
{
    /// <summary>Rows of a line, in font pixels: seven above the base line, two below.</summary>
    public const int LineHeight = 9;

    private const int GlyphWidth = 5;
    private const int Advance = GlyphWidth + 1;

    // Nine rows per glyph, top to bottom, five bits per row, leftmost pixel highest, as one digit of 0..9 A..V.
    private const string Glyphs =
        "000000000444440400AAA000000AAVAVAA004FKE5U400PP248JJ00CIK8LID0044400000024888420084222480004LEL4000044V44000" +
        "000004480000V0000000000040001248G000EHJLPHE004C4444E00EH1248V00EH161HE0026AIV2200VGU11HE0068GUHHE00V12444400" +
        "EHHEHHE00EHHF12C00004004000004004480248G8420000V0V0000842124800EH1240400EHNLMGE00EHHVHHH00UHHUHHU00EHGGGHE00" +
        "SIHHHIS00VGGUGGV00VGGUGGG00EHGNHHF00HHHVHHH00E44444E0072222IC00HIKOKIH00GGGGGGV00HRLLHHH00HHPLJHH00EHHHHHE00" +
        "UHHUGGG00EHHHLID00UHHUKIH00FGGE11U00V44444400HHHHHHE00HHHHHA400HHHLLLA00HHA4AHH00HHA444400V1248GV00E88888E00" +
        "0G8421000E22222E004AH0000000000000V084200000000E1FHF00GGMPHHU0000EGGHE0011DJHHF0000EHVGE00698S8880000FHHHF1E" +
        "GGMPHHH0040C444E002062222ICGGIKOKI00C44444E0000QLLLH0000MPHHH0000EHHHE0000UHHHUGG00FHHHF1100MPGGG0000FGE1U00" +
        "88S88960000HHHJD0000HHHA40000HHLLA0000HA4AH0000HHHHF1E00V248V00244844200444444440844244800008L20000";

    /// <summary>Width of a text in font pixels.</summary>
    public static int Width(string text) => Math.Max(0, text.Length * Advance - 1);

    /// <summary>The text, or its beginning and two dots where it is wider than <paramref name="width"/> font pixels.</summary>
    public static string Fit(string text, int width)
    {
        var room = (width + 1) / Advance;
        return text.Length <= room ? text : room > 2 ? text[..(room - 2)] + ".." : text[..room];
    }

    /// <summary>The pixels that a text sets, from its upper left corner, in font pixels.</summary>
    public static IEnumerable<(int X, int Y)> Pixels(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var glyph = (text[i] is >= ' ' and <= '~' ? text[i] : '?') - ' ';
            for (var y = 0; y < LineHeight; y++)
            {
                var digit = Glyphs[glyph * LineHeight + y];
                var bits = digit <= '9' ? digit - '0' : digit - 'A' + 10;
                for (var x = 0; x < GlyphWidth; x++)
                {
                    if ((bits >> (GlyphWidth - 1 - x) & 1) != 0)
                        yield return (i * Advance + x, y);
                }
            }
        }
    }
}
