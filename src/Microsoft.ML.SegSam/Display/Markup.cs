using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Microsoft.ML.SegSam.Display;

/// <summary>Fragments of HTML and SVG, built as elements, so that names from data are always escaped.</summary>
internal static class Markup
{
    private const string Cell = "padding:2px 10px;text-align:";

    /// <summary>Text that is valid in XML: invalid characters, such as control characters, become U+FFFD.</summary>
    public static string Clean(string text)
    {
        if (text.All(XmlConvert.IsXmlChar))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // an unpaired surrogate is returned as U+FFFD
            clean.Append(rune.Value > char.MaxValue || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD");
        return clean.ToString();
    }

    /// <summary>An element whose content is never empty, because HTML allows self-closing tags for few elements only.</summary>
    public static XElement Tag(string name, string? style, params object[] content) => new(name,
        style is null ? null : new XAttribute("style", style),
        content.Length == 0 ? "" : content.Select(item => item is string text ? Clean(text) : item));

    /// <summary>A table: the first line holds headings, the first column names, the other cells numbers.</summary>
    public static XElement Table(string[][] lines) => Tag("table", "border-collapse:collapse;font-variant-numeric:tabular-nums",
        [.. lines.Select((line, row) => Tag("tr", row == 0 ? "border-bottom:1px solid #8888" : null,
            [.. line.Select((text, column) => Tag(row == 0 ? "th" : "td", Cell + (column == 0 ? "left" : "right"), text))]))]);

    /// <summary>A picture with embedded bytes.</summary>
    /// <param name="alt">What it shows, as alternative text.</param>
    public static XElement Picture(byte[] png, string alt, string style = "max-width:100%") => new("img",
        new XAttribute("src", $"data:image/png;base64,{Convert.ToBase64String(png)}"),
        new XAttribute("alt", Clean(alt)),
        new XAttribute("style", style));

    /// <summary>The elements as text, without added whitespace.</summary>
    public static string Print(params XElement[] elements) =>
        string.Join('\n', elements.Select(element => element.ToString(SaveOptions.DisableFormatting)));
}
