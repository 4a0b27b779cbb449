namespace Microsoft.ML.SegSam.Volumes.Files;

/// <summary>Names of lengths, as headers have them.</summary>
internal static class LengthUnit
{
    /// <returns>Millimeters of the unit; null for one that is no length, such as "pixel".</returns>
    public static double? ToMillimeters(string name) => name.Trim().Replace("\\u00B5", "u", StringComparison.OrdinalIgnoreCase)
        .Replace('\u00B5', 'u').Replace('\u03BC', 'u').ToLowerInvariant() switch
    {
        "m" or "meter" or "meters" => 1000,
        "cm" or "centimeter" or "centimeters" => 10,
        "mm" or "millimeter" or "millimeters" => 1,
        "um" or "micron" or "microns" or "micrometer" or "micrometers" => 1e-3,
        "nm" or "nanometer" or "nanometers" => 1e-6,
        "inch" or "inches" or "in" => 25.4,
        _ => null,
    };
}
