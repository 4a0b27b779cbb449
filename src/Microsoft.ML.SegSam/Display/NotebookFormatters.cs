namespace Microsoft.ML.SegSam.Display;

/// <summary>What can be shown in a notebook.</summary>
internal interface INotebookView
{
    /// <summary>A piece of HTML that stands by itself: pictures lie within it, nothing is loaded.</summary>
    public string ToHtml();
}

/// <summary>The formatters of every <see cref="INotebookView"/>, in the form that .NET Interactive finds by name.</summary>
internal sealed class NotebookFormatters
{
    public const string Html = "text/html";

    /// <summary>Called by reflection, as are the members of what it returns.</summary>
    public static IEnumerable<object> CreateTypeFormatters() =>
    [
        new NotebookFormatter(Html, value => (value as INotebookView)?.ToHtml()),
        new NotebookFormatter("text/plain", value => value.ToString()),
    ];
}

/// <summary>Writes values as one kind of text.</summary>
/// <param name="write">The text; null for what is not to be written so.</param>
internal sealed class NotebookFormatter(string mimeType, Func<object, string?> write)
{
    public string MimeType => mimeType;

    /// <returns>Whether it could; otherwise the front end goes on to the next formatter.</returns>
    public bool Format(object instance, TextWriter writer)
    {
        if (write(instance) is not { } text)
            return false;
        writer.Write(text);
        return true;
    }
}

/// <summary>Says how notebooks of .NET Interactive show a type. They look for an attribute of this name, wherever it comes from, so no package of theirs is needed.</summary>
/// <param name="formatterSourceType">A type with a method CreateTypeFormatters.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>The form to choose where nothing else is asked for.</summary>
    public string[] PreferredMimeTypes { get; } = [NotebookFormatters.Html];
}
