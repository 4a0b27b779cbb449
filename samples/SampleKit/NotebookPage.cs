using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;

namespace SampleKit;

/// <summary>Stands in for a notebook's front end where there is none: values go to the console as text, and to a page as a notebook would show them.</summary>
public static class NotebookPage
{
    private const string Html = "text/html";
    private static string? _page;

    /// <summary>Shows a value; called as in a notebook. The first one begins artifacts/notebooks/NAME.html afresh.</summary>
    /// <param name="program">The compiler's; names the page.</param>
    public static void display(object value, [CallerFilePath] string program = "")
    {
        if (_page is null)
        {
            _page = Path.GetFullPath(Path.Combine("artifacts", "notebooks", Path.GetFileNameWithoutExtension(program) + ".html"));
            Directory.CreateDirectory(Path.GetDirectoryName(_page)!);
            File.WriteAllText(_page, "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<body style=\"font:14px system-ui,sans-serif;margin:24px\">\n");
            Console.WriteLine($"Pictures and tables go to {_page}");
        }

        var text = Convert.ToString(value, CultureInfo.InvariantCulture);
        Console.WriteLine(text);
        File.AppendAllText(_page, $"<div style=\"margin-bottom:20px\">{HtmlOf(value) ?? $"<pre>{HtmlEncoder.Default.Encode(text ?? "")}</pre>"}</div>\n");
    }

    /// <summary>What a notebook of .NET Interactive shows for a value whose type brings formatters of its own; null for others.</summary>
    /// <remarks>Its convention goes by names alone: an attribute TypeFormatterSourceAttribute, whose FormatterSourceType makes formatters with MimeType and Format.</remarks>
    public static string? HtmlOf(object value)
    {
        var attribute = value.GetType().GetCustomAttributes(inherit: true).FirstOrDefault(each => each.GetType().Name == "TypeFormatterSourceAttribute");
        if (attribute?.GetType().GetProperty("FormatterSourceType")?.GetValue(attribute) is not Type source)
            return null;
        var formatters = (IEnumerable<object>)source.GetMethod("CreateTypeFormatters")!.Invoke(Activator.CreateInstance(source), null)!;
        var html = formatters.First(formatter => (string)formatter.GetType().GetProperty("MimeType")!.GetValue(formatter)! == Html);
        using var writer = new StringWriter();
        return html.GetType().GetMethod("Format")!.Invoke(html, [value, writer]) is true ? writer.ToString() : null;
    }
}
