using System.Text.RegularExpressions;

namespace SegSam.Cli;

/// <summary>Options have the names of the library's settings, so its messages can name options: SegSamOptions.InputSize is
/// --input-size.</summary>
internal static partial class OptionNames
{
    public static string InPlaceOfProperties(string message) =>
        Property().Replace(message, found => "--" + Hump().Replace(found.Groups[1].Value, hump => "-" + hump.Value).ToLowerInvariant());

    [GeneratedRegex(@"\b(?:SegSam(?:MaskGenerator)?|MedicalVolume|VolumePrediction)Options\.(\w+)")]
    private static partial Regex Property();

    [GeneratedRegex(@"(?<=[a-z0-9])[A-Z]")]
    private static partial Regex Hump();
}
