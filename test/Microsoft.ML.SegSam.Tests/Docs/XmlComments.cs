using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Tests.Docs;

/// <summary>The library's comments, as the compiler wrote them, in Markdown.</summary>
internal sealed class XmlComments
{
    private readonly Dictionary<string, XElement> _members = XDocument
        .Load(Path.ChangeExtension(typeof(SegSamOptions).Assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(member => (string)member.Attribute("name")!);

    /// <summary>A type's summary on one line, and its remarks.</summary>
    public string Of(Type type) => Of($"T:{type.FullName}");

    /// <summary>The summary of a type's property or enum value on one line.</summary>
    public string Of(Type type, string member) => Of($"{(type.IsEnum ? 'F' : 'P')}:{type.FullName}.{member}");

    private string Of(string name) =>
        _members.TryGetValue(name, out var member)
            ? string.Join(' ', ((string[])["summary", "remarks"])
                .SelectMany(part => member.Elements(part))
                .Select(part => OneLine(Markdown(part))))
            : throw new AssertFailedException($"{name} has no comment.");

    private static string OneLine(string text) => Regex.Replace(text, @"\s+", " ").Trim();

    private static string Markdown(XElement element) => string.Concat(element.Nodes().Select(node => node switch
    {
        XText text => Regex.Replace(text.Value, "[<|*]", @"\$0"),
        XElement { Name.LocalName: "see" } see => (string?)see.Attribute("langword") ?? Reference((string)see.Attribute("cref")!),
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "para" } paragraph => Markdown(paragraph) + " ",
        _ => throw new NotSupportedException($"The page has no form for {node}."),
    }));

    // Values of enums keep their type's name; of all others the last part is enough.
    private static string Reference(string cref)
    {
        var parts = cref.Split('(')[0].Split(':', '.');
        return $"`{(cref.StartsWith("F:", StringComparison.Ordinal) ? $"{parts[^2]}.{parts[^1]}" : parts[^1])}`";
    }
}
