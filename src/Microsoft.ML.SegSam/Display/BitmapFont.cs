namespace Microsoft.ML.SegSam.Display;

/// <summary>A built-in bitmap font, because servers often have no fonts: Latin letters with their marks, Greek and Cyrillic.</summary>
internal static class BitmapFont
{
    /// <summary>The rows of a line, in font pixels: seven above the baseline, two below.</summary>
    public const int LineHeight = BaseLine + 2;

    /// <summary>The rows above the baseline.</summary>
    public const int BaseLine = 7;

    /// <summary>The rows above the line for marks on capitals, such as the dots of Ä.</summary>
    public const int RowsAbove = 2;

    /// <summary>The width of every letter, in font pixels.</summary>
    public const int GlyphWidth = 5;

    // Nine rows per glyph from top to bottom, each row as one digit 0..9 A..V: five bits, the leftmost pixel in the highest. ASCII 32 to
    // 126:
    private const string Glyphs =
        "000000000444440400AAA000000AAVAVAA004FKE5U400PP248JJ00CIK8LID0044400000024888420084222480004LEL4000044V44000" +
        "000004480000V0000000000040001248G000EHJLPHE004C4444E00EH1248V00EH161HE0026AIV2200VGU11HE0068GUHHE00V12444400" +
        "EHHEHHE00EHHF12C00004004000004004480248G8420000V0V0000842124800EH1240400EHNLMGE00EHHVHHH00UHHUHHU00EHGGGHE00" +
        "SIHHHIS00VGGUGGV00VGGUGGG00EHGNHHF00HHHVHHH00E44444E0072222IC00HIKOKIH00GGGGGGV00HRLLHHH00HHPLJHH00EHHHHHE00" +
        "UHHUGGG00EHHHLID00UHHUKIH00FGGE11U00V44444400HHHHHHE00HHHHHA400HHHLLLA00HHA4AHH00HHA444400V1248GV00E88888E00" +
        "0G8421000E22222E004AH0000000000000V084200000000E1FHF00GGMPHHU0000EGGHE0011DJHHF0000EHVGE00698S8880000FHHHF1E" +
        "GGMPHHH0040C444E002062222ICGGIKOKI00C44444E0000QLLLH0000MPHHH0000EHHHE0000UHHHUGG00FHHHF1100MPGGG0000FGE1U00" +
        "88S88960000HHHJD0000HHHA40000HHLLA0000HA4AH0000HHHHF1E00V248V00244844200444444440844244800008L20000";

    // Other letters, each followed by its rows.
    private const string Others =
        "ßCIIKIHM00ø00FJLPU00ØDILLL9M00æ00Q5FKB00ÆFKKUKKN00œ00ALNKB00ŒFKKMKKF00łC456C4E00ŁGGKOGGV00đ27EIIIE00ĐE99T99E00" +
        "ðA4AFHHE00þGGUHHHUGGÞGUHHHUG00ı00C444E00ȷ0062222ICħ8S8E99900ĦAVAEAAA00ŋ00MPHHH16ə00E1VHE00ƏE11VHHE00" +
        "°4A4000000²C24E00000³E2C2C0000±044V44V00×0HA4AH000÷040V04000·000400000…000000L00€78U8U8700" +
        "α00DIIID00β0CIUHHUGGγ00HHAA444δ684EHHE00ε00FGEGF00ζE248GGE12η00MPHHH11θ699F99600ι004444600λ844AAHH00μ00HHHJTGGξFGEGGGE16" +
        "π00VAAAA00ρ00EHHHUGGσ00FIIIC00ς00FGGE160τ00V444600υ00HHHHE00φ00MLLLE44χ00HAA4AAHψ00LLLLE44ω00AHLLA00" +
        "ΓVGGGGGG00Δ44AAHHV00ΘEHHVHHE00Λ44AAHHH00ΞV00E00V00ΠVHHHHHH00ΣVG848GV00Φ4ELLLE400ΨLLLE44400ΩEHHHHAR00" +
        "БVGGUHHU00Д6AAAAVH00ЖLLLELLL00ИHHJLPHH00Л799999H00УHHHF11E00ЦIIIIIIV10ЧHHHF11100ШLLLLLLV00ЩLLLLLLV10ЪO88E99E00" +
        "ЫHHHTLLT00ЬGGGUHHU00ЭEH171HE00ЮILLTLLI00ЯFHHF59H00ЄEHGSGHE00Ґ1VGGGGG00ЂV88E99A00ЋV88E99900ЉCKKMLLM00ЊKKKULLM00ЏHHHHHHV40" +
        "б7GUHHHE00в00UHUHU00г00UGGGG00д006AAAVH0ж00LLELL00з00U1E1U00и00HJLPH00к009ACA900л007999H00м00HRLHH00н00HHVHH00п00VHHHH00" +
        "т00V444400ф44ELLLE44ц00IIIIV10ч00HHF1100ш00LLLLV00щ00LLLLV10ъ00O8E9E00ы00HHTLT00ь00GGUHU00э00U171U00ю00ILTLI00я00FHF9H00" +
        "є00FGSGF00ґ01VGGGG00ђ8S8E99912љ00CKMLM00њ00KKULM00џ00HHHHV40";

    // Letters that look like other letters, and those other letters.
    private const string Alike = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονκАВГЕЗКМНОПРСТФХІЈЅаеорсухіјѕћẞÐ‘’“”µ–—\u2010\u2011\u2212\u00A0";
    private const string Models = "ABEZHIKMNOPTYXovкABΓE3KMHOΠPCTΦXIJSaeopcyxijsħßĐ''\"\"μ----- ";

    // Combining marks, each followed by its two rows: above the letter, and in the last two rows of the line.
    private const string MarksAbove =
        "\u030084\u030124\u03024A\u03039M\u03040E\u0306HE\u030704\u0308A0\u030964\u030AEA\u030B9I\u030CA4\u0311EH\u031B01\u0342EH";
    private const string MarksBelow = "\u032304\u03240A\u032648\u03274C\u032823\u03310E";

    private static readonly Dictionary<char, int[]> Letters = ReadLetters();
    private static readonly Dictionary<char, int[]> Above = Read(MarksAbove, 2), Below = Read(MarksBelow, 2);

    /// <summary>The pixels of a letter, relative to the upper left corner of its line, in font pixels; null if the font lacks it.</summary>
    /// <param name="letter">Its base character, then its marks: decomposed as by <see cref="System.Text.NormalizationForm.FormD"/>.</param>
    public static IReadOnlyList<(int X, int Y)>? Pixels(ReadOnlySpan<char> letter)
    {
        var marks = letter[1..].ToArray();
        var above = marks.Where(Above.ContainsKey).ToArray();
        if (!Letters.TryGetValue(WithoutDot(letter[0], above.Length > 0), out var glyph)
            || !marks.All(mark => Above.ContainsKey(mark) || Below.ContainsKey(mark)))
            return null;
        var pixels = Set(glyph, 0).ToList();
        var top = pixels.Count == 0 ? 0 : pixels[0].Y;
        foreach (var (i, mark) in above.Index()) // one mark keeps a distance from a low letter, two marks are stacked
            pixels.AddRange(Set(Above[mark], Math.Max(-RowsAbove, above.Length == 1 ? top - 3 : top - 2 - 2 * i)));
        foreach (var mark in marks.Where(Below.ContainsKey))
            pixels.AddRange(Set(Below[mark], LineHeight - 2));
        return [.. pixels.Distinct()];
    }

    private static char WithoutDot(char letter, bool isMarked) => (letter, isMarked) switch
    {
        ('i' or '\u0456', true) => 'ı', // Latin and Cyrillic
        ('j' or '\u0458', true) => 'ȷ',
        _ => letter,
    };

    private static IEnumerable<(int X, int Y)> Set(int[] rows, int from) => rows.SelectMany((bits, y) =>
        Enumerable.Range(0, GlyphWidth).Where(x => (bits >> (GlyphWidth - 1 - x) & 1) != 0).Select(x => (x, from + y)));

    private static Dictionary<char, int[]> ReadLetters()
    {
        var letters = Read(Others, LineHeight);
        for (var letter = ' '; letter <= '~'; letter++)
            letters.Add(letter, Rows(Glyphs.AsSpan((letter - ' ') * LineHeight, LineHeight)));
        foreach (var (letter, model) in Alike.Zip(Models))
            letters.Add(letter, letters[model]);
        return letters;
    }

    private static Dictionary<char, int[]> Read(string table, int rows) => Enumerable.Range(0, table.Length / (rows + 1))
        .ToDictionary(i => table[i * (rows + 1)], i => Rows(table.AsSpan(i * (rows + 1) + 1, rows)));

    private static int[] Rows(ReadOnlySpan<char> digits)
    {
        var rows = new int[digits.Length];
        for (var y = 0; y < rows.Length; y++)
            rows[y] = digits[y] <= '9' ? digits[y] - '0' : digits[y] - 'A' + 10;
        return rows;
    }
}
