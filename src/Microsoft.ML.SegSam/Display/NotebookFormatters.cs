namespace Microsoft.ML.SegSam.Display;

/// <summary>An object that a notebook can display.</summary>
internal interface INotebookView
{
    /// <summary>A self-contained fragment of HTML: pictures are embedded, nothing is loaded.</summary>
    public string ToHtml();
}

/// <summary>The formatters of every <see cref="INotebookView"/>. .NET Interactive finds them by name.</summary>
internal sealed class NotebookFormatters
{
    public const string Html = "text/html";

    /// <summary>Called by reflection, like the members of the returned objects.</summary>
    public static IEnumerable<object> CreateTypeFormatters() =>
    [
        new NotebookFormatter(Html, value => (value as INotebookView)?.ToHtml()),
        new NotebookFormatter("text/plain", value => value.ToString()),
    ];
}

/// <summary>Writes values as text of one MIME type.</summary>
/// <param name="write">Returns the text; null for values that this formatter does not write.</param>
internal sealed class NotebookFormatter(string mimeType, Func<object, string?> write)
{
    public string MimeType => mimeType;

    /// <returns>Whether the value was written; otherwise the front end tries the next formatter.</returns>
    public bool Format(object instance, TextWriter writer)
    {
        if (write(instance) is not { } text)
            return false;
        writer.Write(text);
        return true;
    }
}

/// <summary>
/// Defines how notebooks of .NET Interactive display a type. They look for an attribute of this name from any assembly, so their package is
/// not needed.
/// </summary>
/// <param name="formatterSourceType">A type with a method CreateTypeFormatters.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>The default MIME types.</summary>
    public string[] PreferredMimeTypes { get; } = [NotebookFormatters.Html];
}
