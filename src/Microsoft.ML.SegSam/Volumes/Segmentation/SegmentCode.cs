using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.SegSam.Volumes.Segmentation;

/// <summary>A term of a coding scheme, by which programs know what a segment shows whatever its label says.</summary>
internal readonly record struct SegmentCode(string Value, string Scheme, string Meaning)
{
    public static readonly SegmentCode SourceImage = new("121322", "DCM", "Source image for image processing operation"),
        Segmentation = new("113076", "DCM", "Segmentation");

    /// <summary>Ours, for names that have no code of SNOMED CT.</summary>
    public const string OwnScheme = "99SEGSAM";

    private const int MostOfMeaning = 64;

    private static readonly SegmentCode Anatomy = new("123037004", "SCT", "Anatomical Structure"),
        Abnormal = new("49755003", "SCT", "Morphologically Altered Structure");

    private static readonly SegmentCode Tissue = new("85756007", "SCT", "Tissue"); // whatever it is

    // SNOMED CT of what is segmented most; DICOM names them by these codes (PS3.16).
    private static readonly Dictionary<string, string> Structures = new()
    {
        ["liver"] = "10200004", ["spleen"] = "78961009", ["kidney"] = "64033007", ["left kidney"] = "18639004",
        ["right kidney"] = "9846003", ["pancreas"] = "15776009", ["gallbladder"] = "28231008", ["stomach"] = "69695003",
        ["esophagus"] = "32849002", ["lung"] = "39607008", ["left lung"] = "44029006", ["right lung"] = "3341006",
        ["urinary bladder"] = "89837001", ["colon"] = "71854001", ["heart"] = "80891009", ["aorta"] = "15825003",
        ["brain"] = "12738006", ["prostate"] = "41216001",
    };

    private static readonly Dictionary<string, string> Findings = new() { ["lesion"] = "52988006", ["tumor"] = "108369006" };

    /// <summary>What kind of thing a name means, and which one: by SNOMED CT where it is known, else by a code of our own.</summary>
    /// <param name="name">Empty for what has none.</param>
    public static (SegmentCode Category, SegmentCode Type) Of(string name)
    {
        if (name.Length == 0)
            return (Tissue, Tissue);
        var words = name.Trim().ToLowerInvariant().Replace('_', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [.. var before, "left" or "right"])
            words = [words[^1], .. before];
        var usual = string.Join(' ', words);
        return Structures.TryGetValue(usual, out var value) ? (Anatomy, new(value, "SCT", Capital(usual)))
            : Findings.TryGetValue(usual, out value) ? (Abnormal, new(value, "SCT", Capital(usual)))
            : (Anatomy, new(OwnValue(name), OwnScheme, Label(name)));
    }

    /// <summary>A name as DICOM allows one: at most 64 characters, no backslash, no control characters.</summary>
    public static string Label(string name)
    {
        var allowed = string.Concat(name.Select(letter => letter == '\\' ? '/' : char.IsControl(letter) ? ' ' : letter)).Trim();
        var length = Math.Min(allowed.Length, MostOfMeaning);
        return allowed[..(length > 0 && char.IsHighSurrogate(allowed[length - 1]) ? length - 1 : length)];
    }

    public DicomElements ToElements(Encoding? encoding = null) => new DicomElements().Text(ElementKind.CodeValue, Value)
        .Text(ElementKind.CodeScheme, Scheme).Text(ElementKind.CodeMeaning, Meaning, encoding);

    private static string Capital(string text) => char.ToUpper(text[0], CultureInfo.InvariantCulture) + text[1..];

    // At most 16 characters, the same for the same name.
    private static string OwnValue(string name)
    {
        var letters = string.Concat(name.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit));
        return letters.Length is > 0 and <= 16 && letters.Length >= name.Count(char.IsLetterOrDigit) ? letters
            : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];
    }
}
