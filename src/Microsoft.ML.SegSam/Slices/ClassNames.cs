using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>The names of SA-Med2D-20M's class numbers, which masks have in place of a category.</summary>
public sealed class ClassNames
{
    /// <summary>The file that holds them, beside images/.</summary>
    public const string FileName = "SAMed2D_v1_class_mapping_id.json";

    internal const string Separator = "--";
    private readonly Dictionary<(string Source, int Class), string> _names;

    private ClassNames(Dictionary<(string, int), string> names) => _names = names;

    /// <summary>Whether there are none, because there is no such file.</summary>
    public bool IsEmpty => _names.Count == 0;

    /// <summary>Reads the names of a data set: {"ct--LITS--liver": 1}, or {"1": "ct--LITS--liver"}.</summary>
    /// <param name="folder">May hold <see cref="FileName"/>.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is not such JSON.</exception>
    public static ClassNames Open(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return new([]);
        try
        {
            var names = new Dictionary<(string, int), string>();
            using var file = JsonFile.Open(path);
            using var json = JsonDocument.Parse(file);
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

    /// <summary>The name of a class number in an image's data set, with spaces for underscores, or else the number itself.</summary>
    /// <param name="image">The image's file name, such as ct_00--LITS--case001--x_0006.</param>
    /// <param name="number">As the mask's name has it, such as 0001.</param>
    public string Of(string image, string number)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(number);
        if (!TryNumber(number, out var known) || SliceName.Parts(image) is not [var modality, var dataset, ..])
            return number;
        string[] sources = [$"{modality}{Separator}{dataset}", $"{SliceName.WithoutNumber(modality)}{Separator}{dataset}", dataset, ""];
        return sources.Select(source => _names.GetValueOrDefault((source, known))).FirstOrDefault(name => name is not null)
            ?.Replace('_', ' ') ?? number;
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
