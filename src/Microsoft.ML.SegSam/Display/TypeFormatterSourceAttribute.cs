namespace Microsoft.ML.SegSam.Display;

/// <summary>Says how notebooks of .NET Interactive show a type. They look for an attribute of this name, wherever it comes from, so no package of theirs is needed.</summary>
/// <param name="formatterSourceType">A type with a method CreateTypeFormatters.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>The form to choose where nothing else is asked for.</summary>
    public string[] PreferredMimeTypes { get; } = [NotebookFormatters.Html];
}
