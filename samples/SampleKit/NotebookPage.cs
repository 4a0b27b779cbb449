using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;

namespace SampleKit;

/// <summary>Replaces a notebook's front end in a program: values go to the console as text, and to a page as a notebook would show
/// them.</summary>
public static class NotebookPage
{
    private const string Html = "text/html";
    private static string? _page;

    /// <summary>Shows a value; called as in a notebook. The first call creates or overwrites artifacts/notebooks/NAME.html.</summary>
    /// <param name="program">Filled in by the compiler; names the page.</param>
    public static void display(object value, [CallerFilePath] string program = "")
    {
        if (_page is null)
        {
            _page = Path.GetFullPath(Path.Combine("artifacts", "notebooks", Path.GetFileNameWithoutExtension(program) + ".html"));
            Directory.CreateDirectory(Path.GetDirectoryName(_page)!);
            File.WriteAllText(_page,
                "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<body style=\"font:14px system-ui,sans-serif;margin:24px\">\n");
            Console.WriteLine($"Pictures and tables go to {_page}");
        }

        var text = Convert.ToString(value, CultureInfo.InvariantCulture);
        Console.WriteLine(text);
        var html = HtmlOf(value) ?? $"<pre>{HtmlEncoder.Default.Encode(text ?? "")}</pre>";
        File.AppendAllText(_page, $"<div style=\"margin-bottom:20px\">{html}</div>\n");
    }

    /// <summary>The HTML that .NET Interactive shows for a value whose type has its own formatters; null for others.</summary>
    /// <remarks>.NET Interactive goes by names: an attribute TypeFormatterSourceAttribute, whose FormatterSourceType creates formatters
    /// with
    /// MimeType and Format.</remarks>
    public static string? HtmlOf(object value)
    {
        var attribute = value.GetType().GetCustomAttributes(inherit: true)
            .FirstOrDefault(attribute => attribute.GetType().Name == "TypeFormatterSourceAttribute");
        if (attribute?.GetType().GetProperty("FormatterSourceType")?.GetValue(attribute) is not Type source)
            return null;
        var formatters = (IEnumerable<object>)source.GetMethod("CreateTypeFormatters")!.Invoke(Activator.CreateInstance(source), null)!;
        var html = formatters.First(formatter => (string)formatter.GetType().GetProperty("MimeType")!.GetValue(formatter)! == Html);
        using var writer = new StringWriter();
        return html.GetType().GetMethod("Format")!.Invoke(html, [value, writer]) is true ? writer.ToString() : null;
    }
}
