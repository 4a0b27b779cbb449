using System.Globalization;
using System.Text;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Display;

/// <summary>
/// Fonts of the machine, for characters that <see cref="BitmapFont"/> lacks. They are searched when the first such character is drawn.
/// </summary>
/// <remarks>SkiaSharp's build for Linux servers finds no fonts, so the usual folders are searched.</remarks>
internal static class SystemFonts
{
    private static readonly string[] Styles = ["Bold", "Italic", "Oblique", "Light", "Thin", "Black", "Condensed", "Serif", "Mono"];
    private static readonly Lock Gate = new();
    private static readonly Dictionary<int, SKTypeface?> Found = [];
    private static readonly List<SKTypeface> Opened = [];
    private static readonly Lazy<Queue<string>> Unopened = new(() => new(Files()));

    /// <summary>A font with the character; null if there is none, or if the character cannot be drawn on its own.</summary>
    public static SKTypeface? For(Rune character)
    {
        if (!StandsAlone(character))
            return null;
        lock (Gate)
        {
            if (!Found.TryGetValue(character.Value, out var font))
                Found.Add(character.Value, font = Search(character.Value));
            return font;
        }
    }

    private static SKTypeface? Search(int character)
    {
        if (Opened.Find(Has) is { } known)
            return known;
        while (Unopened.Value.TryDequeue(out var file))
        {
            if (SKTypeface.FromFile(file) is not { } font)
                continue;
            Opened.Add(font);
            if (Has(font))
                return font;
        }

        return null;

        bool Has(SKTypeface font) => font.ContainsGlyph(character);
    }

    // Upright faces of normal weight first, then by path, so that the choice on a machine is deterministic.
    private static IEnumerable<string> Files()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] folders = OperatingSystem.IsWindows() ? [Environment.GetFolderPath(Environment.SpecialFolder.Fonts)]
            : OperatingSystem.IsMacOS() ? ["/System/Library/Fonts", "/Library/Fonts", Path.Combine(home, "Library", "Fonts")]
            : ["/usr/share/fonts", "/usr/local/share/fonts", Path.Combine(home, ".local", "share", "fonts"), Path.Combine(home, ".fonts")];
        var all = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        return folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*", all))
            .Where(file => Path.GetExtension(file).ToUpperInvariant() is ".TTF" or ".TTC" or ".OTF" && !Has(file, "Emoji"))
            .OrderBy(file => Styles.Count(style => Has(file, style))).ThenBy(file => file, StringComparer.Ordinal);

        static bool Has(string file, string word) => Path.GetFileName(file).Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    // Scripts that run from left to right and whose letters do not join or move. Others (Arabic, Hebrew, Indic scripts) need a shaping
    // engine, and colored emoji would be blots.
    private static bool StandsAlone(Rune character) =>
        character.Value is < 0x590 or (>= 0x10A0 and < 0x1700) or (>= 0x1E00 and < 0xA4D0) or (>= 0xAC00 and < 0xD7B0)
            or (>= 0xF900 and < 0xFB00) or (>= 0xFE30 and < 0xFE50) or (>= 0xFF00 and < 0xFFF0) or (>= 0x20000 and < 0x40000)
        && Rune.GetUnicodeCategory(character) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.EnclosingMark or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned);
}
