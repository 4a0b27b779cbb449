using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Microsoft.ML.SegSam.Display;

/// <summary>
/// An SVG picture on white. Sizes are in pixels at its natural size. Texts use the viewer's sans-serif font, whose widths are estimated.
/// </summary>
internal sealed class SvgPicture
{
    public const string Ink = "#1c1f26", Faint = "#6b7280", Grid = "#e3e5e9";

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private readonly XElement _root;

    /// <param name="title">What it shows, as alternative text.</param>
    public SvgPicture(double width, double height, string title)
    {
        _root = new(Svg + "svg", Attributes(
            ("viewBox", $"0 0 {Text(width)} {Text(height)}"), ("width", width), ("height", height), ("role", "img"),
            ("style", "max-width:100%;height:auto"), ("font-family", "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif")));
        _root.Add("\n", new XElement(Svg + "title", Markup.Clean(title)), "\n");
        Rectangle(0, 0, width, height, "#ffffff");
    }

    /// <summary>The picture as an element of a page.</summary>
    public XElement Root => _root;

    /// <param name="tip">The tooltip.</param>
    public void Rectangle(double x, double y, double width, double height, string fill, string? tip = null) =>
        Add("rect", tip is null ? null : new XElement(Svg + "title", Markup.Clean(tip)),
            ("x", x), ("y", y), ("width", width), ("height", height), ("fill", fill));

    public void Line(double x0, double y0, double x1, double y1, string stroke, double width = 1, string? dashes = null) =>
        Add("line", null, ("x1", x0), ("y1", y0), ("x2", x1), ("y2", y1),
            ("stroke", stroke), ("stroke-width", width), ("stroke-dasharray", dashes));

    public void Curve(IEnumerable<(double X, double Y)> points, string stroke, double width) => Add("polyline", null,
        ("points", string.Join(' ', points.Select(point => $"{Text(point.X)},{Text(point.Y)}"))),
        ("fill", "none"), ("stroke", stroke), ("stroke-width", width), ("stroke-linejoin", "round"));

    public void Dot(double x, double y, double radius, string fill) =>
        Add("circle", null, ("cx", x), ("cy", y), ("r", radius), ("fill", fill));

    /// <summary>Writes a text on its baseline.</summary>
    /// <param name="anchor">The part of the text that is at x: "start", "middle" or "end".</param>
    /// <param name="turn">Clockwise rotation around (x, y), in degrees.</param>
    /// <param name="tip">The tooltip.</param>
    public void Write(
        double x, double y, string text, double size, string fill = Ink, string anchor = "start", double turn = 0, bool bold = false,
        string? tip = null) =>
        Add("text", tip is null ? Markup.Clean(text) : new object[] { Markup.Clean(text), new XElement(Svg + "title", Markup.Clean(tip)) },
            ("x", x), ("y", y), ("font-size", size), ("fill", fill), ("text-anchor", anchor == "start" ? null : anchor),
            ("font-weight", bold ? "600" : null), ("transform", turn == 0 ? null : $"rotate({Text(turn)} {Text(x)} {Text(y)})"));

    /// <summary>The estimated width of a text, a little more than in usual fonts.</summary>
    public static double Width(string text, double size) => text.EnumerateRunes().Sum(Em) * size;

    /// <summary>The text; if it is wider, its beginning and its end, because names often differ in their last word.</summary>
    public static string Fit(string text, double size, double width)
    {
        if (Width(text, size) <= width)
            return text;
        Rune[] runes = [.. text.EnumerateRunes()];
        var (first, last, room) = (0, runes.Length, width / size - 1); // without the ellipsis
        while (first < last) // two letters of the beginning for one of the end
        {
            var next = first <= 2 * (runes.Length - last) ? runes[first] : runes[last - 1];
            room -= Em(next);
            if (room < 0)
                break;
            if (first <= 2 * (runes.Length - last))
                first++;
            else
                last--;
        }

        return string.Concat([.. runes[..first].Select(rune => rune.ToString()), "…", .. runes[last..].Select(rune => rune.ToString())]);
    }

    public override string ToString() => _root.ToString(SaveOptions.DisableFormatting) + "\n";

    // East Asian letters fill a square, capitals and wide letters most of it.
    private static double Em(Rune rune) => rune.Value switch
    {
        >= 0x1100 => 1.05,
        'm' or 'w' => 0.76,
        'i' or 'j' or 'l' or 't' or 'f' or ' ' or '.' or ',' => 0.36,
        _ => Rune.IsUpper(rune) ? 0.76 : 0.62,
    };

    private void Add(string name, object? content, params (string Name, object? Value)[] attributes) =>
        _root.Add(new XElement(Svg + name, Attributes(attributes), content), "\n");

    private static IEnumerable<XAttribute> Attributes(params (string Name, object? Value)[] attributes) =>
        attributes.Where(attribute => attribute.Value is not null)
            .Select(attribute => new XAttribute(attribute.Name, attribute.Value is double number ? Text(number) : attribute.Value!));

    private static string Text(double number) => Math.Round(number, 2).ToString(CultureInfo.InvariantCulture);
}
