using System.Text;

namespace SampleKit;

/// <summary>Reads text files, and refuses bytes that are not valid in their encoding.</summary>
public static class TextFile
{
    // These throw on invalid bytes, where the default encodings insert replacement characters.
    private static readonly Encoding Utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);
    private static readonly Encoding LittleEndian = new UnicodeEncoding(false, true, throwOnInvalidBytes: true);
    private static readonly Encoding BigEndian = new UnicodeEncoding(true, true, throwOnInvalidBytes: true);

    /// <summary>The text of a file in UTF-8, or in UTF-16 with a byte order mark.</summary>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file has another encoding; the message names the line.</exception>
    public static string Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var (encoding, mark) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Utf8, 3),
            [0xFF, 0xFE, ..] => (LittleEndian, 2),
            [0xFE, 0xFF, ..] => (BigEndian, 2),
            _ => (Utf8, 0),
        };
        try
        {
            var text = encoding.GetString(bytes, mark, bytes.Length - mark);
            var zero = text.IndexOf('\0', StringComparison.Ordinal);
            return zero < 0 ? text : throw Bad(path, text[..zero], "has a zero byte");
        }
        catch (DecoderFallbackException wrong)
        {
            var before = encoding.GetString(bytes, mark, Math.Max(0, wrong.Index));
            throw Bad(path, before, $"is not valid {encoding.WebName.ToUpperInvariant()}");
        }
    }

    private static InvalidDataException Bad(string path, string before, string found) => new(
        FormattableString.Invariant($"{path}, line {1 + before.Count(letter => letter == '\n')}: the text {found}. ") +
        "Save the file as UTF-8 (in Excel: \"CSV UTF-8\"); with another encoding, such as ANSI, letters would silently change.");
}
