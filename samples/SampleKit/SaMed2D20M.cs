using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SampleKit;

/// <summary>SA-Med2D-20M's names: an image is called MODALITY--DATASET--CASE--SLICE.png, and its masks name class numbers.</summary>
/// <remarks>Source: the data set's description (arXiv 2311.11969) and its files.</remarks>
public sealed partial class SaMed2D20M
{
    public const string List = "SAMed2D_v1.json", Mapping = "SAMed2D_v1_class_mapping_id.json";
    private const string Between = "--";
    private readonly Dictionary<(string About, int Class), string> _names;

    private SaMed2D20M(Dictionary<(string, int), string> names) => _names = names;

    /// <summary>Whether the file is there that says what the class numbers mean.</summary>
    public bool HasNames => _names.Count > 0;

    /// <summary>Reads the names of classes beside a data set: {"ct--LITS--liver": 1}, or {"1": "ct--LITS--liver"}.</summary>
    /// <exception cref="InvalidDataException">It is not such JSON.</exception>
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
                var cut = name.LastIndexOf(Between, StringComparison.Ordinal);
                names[(cut < 0 ? "" : name[..cut], number)] = cut < 0 ? name : name[(cut + Between.Length)..];
            }

            return new(names);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"'{path}' does not say what class numbers mean: expected an object such as {{\"ct--LITS--liver\": 1}}; {wrong.Message}", wrong);
        }
    }

    /// <summary>Modality, data set and case of an image's name; empty texts where it is not such a name. ct_00 is of modality ct.</summary>
    public static (string Modality, string Dataset, string CaseId) Parts(string image) => image.Split(Between) is [var modality, var dataset, var id, _]
        ? (Numbered().Replace(modality, ""), dataset, id) : ("", "", "");

    /// <summary>What a class number means in an image's data set: its name, with blanks for low lines, or else the number itself.</summary>
    public string CategoryOf(string image, string number)
    {
        if (!TryNumber(number, out var known) || image.Split(Between) is not [var modality, var dataset, ..])
            return number;
        string[] about = [$"{modality}{Between}{dataset}", $"{Numbered().Replace(modality, "")}{Between}{dataset}", dataset, ""];
        return about.Select(each => _names.GetValueOrDefault((each, known))).FirstOrDefault(name => name is not null)?.Replace('_', ' ') ?? number;
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex("_[0-9]+$")]
    private static partial Regex Numbered();
}
