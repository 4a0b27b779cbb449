using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Microsoft.ML.SegSam.Display;

/// <summary>Pieces of HTML and SVG, built as elements, so that names from data are escaped wherever they stand.</summary>
internal static class Markup
{
    private const string Cell = "padding:2px 10px;text-align:";

    /// <summary>Text that XML can hold: characters it has no place for, such as control characters, become U+FFFD.</summary>
    public static string Clean(string text)
    {
        if (text.All(XmlConvert.IsXmlChar))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // half a surrogate pair comes as U+FFFD
            clean.Append(rune.Value > char.MaxValue || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD");
        return clean.ToString();
    }

    /// <summary>An element whose content is never empty, since HTML knows no empty tag but a few.</summary>
    public static XElement Tag(string name, string? style, params object[] content) =>
        new(name, style is null ? null : new XAttribute("style", style), content.Length == 0 ? "" : content.Select(each => each is string text ? Clean(text) : each));

    /// <summary>A table: the first line are headings, the first column names, the others figures.</summary>
    public static XElement Table(string[][] lines) => Tag("table", "border-collapse:collapse;font-variant-numeric:tabular-nums",
        [.. lines.Select((line, row) => Tag("tr", row == 0 ? "border-bottom:1px solid #8888" : null,
            [.. line.Select((text, column) => Tag(row == 0 ? "th" : "td", Cell + (column == 0 ? "left" : "right"), text))]))]);

    /// <summary>A picture with its bytes inside.</summary>
    /// <param name="alt">What it shows, for those who cannot see it.</param>
    public static XElement Picture(byte[] png, string alt, string style = "max-width:100%") => new("img",
        new XAttribute("src", $"data:image/png;base64,{Convert.ToBase64String(png)}"), new XAttribute("alt", Clean(alt)), new XAttribute("style", style));

    /// <summary>As text, without line ends that were not there.</summary>
    public static string Print(params XElement[] elements) => string.Join('\n', elements.Select(element => element.ToString(SaveOptions.DisableFormatting)));
}
