using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Docs;

/// <summary>docs/options.md, made from the options' types, their defaults and the comments on them.</summary>
internal static class OptionsPage
{
    // The first property of each part, in the order of the source.
    private static readonly (string First, string Heading)[] Parts =
    [
        (nameof(SegSamOptions.ImageColumnName), "Columns and texts"), (nameof(SegSamOptions.Checkpoint), "Network"),
        (nameof(SegSamOptions.ClassWeight), "Losses"), (nameof(SegSamOptions.Epochs), "Training"),
        (nameof(SegSamOptions.BatchSize), "Scoring"), (nameof(SegSamOptions.Progress), "The run"),
    ];

    private static readonly Type[] OtherRecords = [typeof(Augmentation), typeof(SegSamMaskGeneratorOptions)];

    public static string Path => System.IO.Path.Combine(SharedFolder.Repository, "docs", "options.md");

    /// <summary>The settings of a record, as they stand in the source.</summary>
    public static IEnumerable<PropertyInfo> Of(Type record) =>
        record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is not null)
            .OrderBy(property => property.MetadataToken);

    public static string Write()
    {
        var (comments, page) = (new XmlComments(), new StringBuilder());
        page.Append("""
            # Options

            Written from the library's comments by `SEGSAM_APPROVE=1 dotnet test --filter "ClassName~OptionsPage"`; edit nothing here.

            A pipeline is made with `ml.Transforms.SegSam(new SegSamOptions { ... })`. Options that make no sense, alone or together,
            """ + """
             are refused before
            anything is read, with a message that names the property, what was found and what is allowed; nothing is silently clamped.

            """);
        foreach (var property in Of(typeof(SegSamOptions)))
        {
            if (Parts.FirstOrDefault(part => part.First == property.Name).Heading is { } heading)
                page.Append($"\n## {heading}\n\n| option | type | default | meaning |\n| --- | --- | --- | --- |\n");
            Row(page, comments, property, new SegSamOptions());
        }

        page.Append("\n# Choices\n");
        var choices = Of(typeof(SegSamOptions)).Select(property => Plain(property.PropertyType)).Where(type => type.IsEnum).Distinct();
        foreach (var choice in choices)
        {
            page.Append($"\n## {choice.Name}\n\n{comments.Of(choice)}\n\n| value | meaning |\n| --- | --- |\n");
            foreach (var value in Enum.GetNames(choice))
                page.Append($"| `{value}` | {comments.Of(choice, value)} |\n");
        }

        page.Append("\n# Other options\n");
        foreach (var record in OtherRecords)
        {
            page.Append(
                $"\n## {record.Name}\n\n{comments.Of(record)}\n\n"
                + "| option | type | default | meaning |\n| --- | --- | --- | --- |\n");
            foreach (var property in Of(record))
                Row(page, comments, property, Activator.CreateInstance(record)!);
        }

        return page.Replace("\r\n", "\n").ToString();
    }

    private static void Row(StringBuilder page, XmlComments comments, PropertyInfo property, object defaults)
    {
        var type = Plain(property.PropertyType);
        var name = type.IsEnum || OtherRecords.Contains(type) ? $"[{type.Name}](#{type.Name.ToLowerInvariant()})" : $"`{NameOf(type)}`";
        var (meaning, value) = Split(property, comments.Of(property.DeclaringType!, property.Name), Shown(property.GetValue(defaults)));
        page.Append($"| `{property.Name}` | {name} | {value} | {meaning} |\n");
    }

    // Every comment ends with the default, and with its meaning if the value does not say enough: both belong into the column of defaults.
    private static (string Meaning, string Default) Split(PropertyInfo property, string comment, string value)
    {
        var parts = Regex.Match(comment, @"^(?<meaning>.*)[.,] [Dd]efault (?<value>[^:]+)(?<why>: .*)?\.$");
        Assert.AreEqual(
            value, parts.Groups["value"].Value,
            $"The comment on {property.DeclaringType!.Name}.{property.Name} "
            + $"must end with its default: {comment}");
        var linked = Regex.Replace(parts.Groups["meaning"].Value, @"docs/((\w+)\.md)", "[$2]($1)");
        return (linked + ".", value + parts.Groups["why"].Value);
    }

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : Type.GetTypeCode(type) switch
        {
            TypeCode.String => "string",
            TypeCode.Boolean => "bool",
            TypeCode.Int32 => "int",
            TypeCode.Single => "float",
            TypeCode.Double => "double",
            _ => type.Name,
        };

    private static string Shown(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool yes => yes ? "true" : "false",
        Enum choice => choice.ToString(),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        global::Microsoft.ML.SegSam.Knowledge.CategoryGlossary => "the library's",
        _ => "none",
    };
}
