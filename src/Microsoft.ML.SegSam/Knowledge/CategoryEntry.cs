using System.Text.Json.Serialization;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>What a <see cref="CategoryGlossary"/> says about one category, in short phrases without a period at the end.</summary>
public sealed record CategoryEntry
{
    /// <summary>The usual name, without a side if <see cref="HasSides"/> is true.</summary>
    public required string Name { get; init; }

    /// <summary>Other names for the same category. Default none.</summary>
    public IReadOnlyList<string> Synonyms { get; init; } = [];

    /// <summary>
    /// Names of other entries that are true of it as well, as "skin lesion" is of a melanoma. Kinds, not wholes: a lobe of the lung is a
    /// part of a lung, but no lung. Default none.
    /// </summary>
    public IReadOnlyList<string> Broader { get; init; } = [];

    /// <summary>Whether the body has one on the left and one on the right, or it may lie on either side. Default false.</summary>
    public bool HasSides { get; init; }

    /// <summary>What is true only of the left one. Default null: nothing but its side.</summary>
    public string? Left { get; init; }

    /// <summary>What is true only of the right one. Default null: nothing but its side.</summary>
    public string? Right { get; init; }

    /// <summary>Position and neighbors.</summary>
    public required string Location { get; init; }

    /// <summary>Shape and size.</summary>
    public required string Shape { get; init; }

    /// <summary>Brightness or color by modality, such as "CT" or "histology"; at least one.</summary>
    public required IReadOnlyDictionary<string, string> Intensity { get; init; }

    /// <summary>Texture of the interior.</summary>
    public required string Texture { get; init; }

    /// <summary>Sharpness and smoothness of the border.</summary>
    public required string Border { get; init; }

    /// <summary>What distinguishes it from similar structures.</summary>
    public required string Differs { get; init; }

    /// <summary>The side in the name that was looked up; null if the name had no side, or the entry has none.</summary>
    [JsonIgnore]
    internal BodySide? Side { get; init; }

    /// <summary>The name, preceded by its side if there is one, such as "left kidney".</summary>
    [JsonIgnore]
    public string FullName => Side switch
    {
        BodySide.Left => "left " + Name,
        BodySide.Right => "right " + Name,
        _ => Name,
    };

    /// <summary>All characteristics as one text, including the side if there is one. This text is embedded.</summary>
    /// <returns>The text.</returns>
    public string Describe()
    {
        var side = Side switch
        {
            BodySide.Left => $" On the left side of the body{Also(Left)}.",
            BodySide.Right => $" On the right side of the body{Also(Right)}.",
            _ => "",
        };
        var intensity = string.Join("; ", Intensity.Select(pair => $"{pair.Key}: {pair.Value}"));
        return $"{FullName}.{side} Location: {Location}. Shape: {Shape}. Intensity: {intensity}. Texture: {Texture}. Border: {Border}. "
            + $"Told apart: {Differs}.";
    }

    private static string Also(string? fact) => fact is null ? "" : ", " + fact;
}

/// <summary>A side of the body, from the patient's point of view.</summary>
internal enum BodySide
{
    Left,
    Right,
}
