using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SampleKit;

/// <summary>Names in SA-Med2D-20M: an image is called MODALITY--DATASET--CASE--SLICE.png, and its masks have class numbers.</summary>
/// <remarks>Source: the data set's description (arXiv 2311.11969) and its files.</remarks>
public sealed partial class SaMed2D20M
{
    public const string List = "SAMed2D_v1.json", Mapping = "SAMed2D_v1_class_mapping_id.json";
    private const string Separator = "--";
    private readonly Dictionary<(string Source, int Class), string> _names;

    private SaMed2D20M(Dictionary<(string, int), string> names) => _names = names;

    /// <summary>Whether there is a file that names the class numbers.</summary>
    public bool HasNames => _names.Count > 0;

    /// <summary>Reads the class names of a data set: {"ct--LITS--liver": 1}, or {"1": "ct--LITS--liver"}.</summary>
    /// <exception cref="InvalidDataException">The file is not such JSON.</exception>
    public static SaMed2D20M Open(string folder)
    {
        var path = Path.Combine(folder, Mapping);
        if (!File.Exists(path))
            return new([]);
        try
        {
            var names = new Dictionary<(string, int), string>();
            using var json = JsonDocument.Parse(TextFile.Read(path));
            foreach (var property in json.RootElement.EnumerateObject())
            {
                var (name, number) = TryNumber(property.Name, out var key) ? (property.Value.GetString()!, key)
                    : (property.Name, TryNumber(property.Value.ToString(), out var value) ? value
                        : throw new FormatException($"'{property.Value}' is not a class number"));
                var cut = name.LastIndexOf(Separator, StringComparison.Ordinal);
                names[(cut < 0 ? "" : name[..cut], number)] = cut < 0 ? name : name[(cut + Separator.Length)..];
            }

            return new(names);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"'{path}' does not name the class numbers: expected an object such as {{\"ct--LITS--liver\": 1}}; {wrong.Message}", wrong);
        }
    }

    /// <summary>Modality, data set and case in an image's name; empty texts for other names. The modality of ct_00 is ct.</summary>
    public static (string Modality, string Dataset, string CaseId) Parts(string image) =>
        image.Split(Separator) is [var modality, var dataset, var id, _] ? (Numbered().Replace(modality, ""), dataset, id) : ("", "", "");

    /// <summary>The name of a class number in an image's data set, with spaces for underscores, or else the number itself.</summary>
    public string CategoryOf(string image, string number)
    {
        if (!TryNumber(number, out var known) || image.Split(Separator) is not [var modality, var dataset, ..])
            return number;
        string[] sources = [$"{modality}{Separator}{dataset}", $"{Numbered().Replace(modality, "")}{Separator}{dataset}", dataset, ""];
        return sources.Select(source => _names.GetValueOrDefault((source, known))).FirstOrDefault(name => name is not null)
            ?.Replace('_', ' ') ?? number;
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex("_[0-9]+$")]
    private static partial Regex Numbered();
}
