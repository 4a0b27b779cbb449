using System.Text.Json.Serialization;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>What a <see cref="CategoryCatalogue"/> knows of one category: short phrases, without a full stop.</summary>
public sealed record CategoryEntry
{
    /// <summary>The usual name, without a side where <see cref="HasSides"/> is true.</summary>
    public required string Name { get; init; }

    /// <summary>Other names of the same. Default none.</summary>
    public IReadOnlyList<string> Synonyms { get; init; } = [];

    /// <summary>Whether there is one on the left and one on the right, or it may lie on either side. Default false.</summary>
    public bool HasSides { get; init; }

    /// <summary>What holds for the left one only. Default null: nothing but its side.</summary>
    public string? Left { get; init; }

    /// <summary>What holds for the right one only. Default null: nothing but its side.</summary>
    public string? Right { get; init; }

    /// <summary>Where it lies, and its neighbours.</summary>
    public required string Location { get; init; }

    /// <summary>Shape and size.</summary>
    public required string Shape { get; init; }

    /// <summary>Brightness or colour by modality, such as "CT" or "histology"; at least one.</summary>
    public required IReadOnlyDictionary<string, string> Intensity { get; init; }

    /// <summary>Texture within.</summary>
    public required string Texture { get; init; }

    /// <summary>How sharp and smooth its border is.</summary>
    public required string Border { get; init; }

    /// <summary>What separates it from look-alikes.</summary>
    public required string Differs { get; init; }

    /// <summary>The side that was asked for by name; null where no side was named, or the entry has none.</summary>
    [JsonIgnore]
    public BodySide? Side { get; init; }

    /// <summary>The name with its side before it, where there is one: "left kidney".</summary>
    [JsonIgnore]
    public string FullName => Side switch
    {
        BodySide.Left => "left " + Name,
        BodySide.Right => "right " + Name,
        _ => Name,
    };

    /// <summary>The facts as one text, to be embedded or read; the side is said where there is one.</summary>
    public string Describe()
    {
        var ofSide = Side switch
        {
            BodySide.Left => $" On the left side of the body{Also(Left)}.",
            BodySide.Right => $" On the right side of the body{Also(Right)}.",
            _ => "",
        };
        var intensity = string.Join("; ", Intensity.Select(pair => $"{pair.Key}: {pair.Value}"));
        return $"{FullName}.{ofSide} Location: {Location}. Shape: {Shape}. Intensity: {intensity}. Texture: {Texture}. Border: {Border}. Told apart: {Differs}.";
    }

    private static string Also(string? fact) => fact is null ? "" : ", " + fact;
}

/// <summary>A side of the body, the patient's own.</summary>
public enum BodySide
{
    /// <summary>The patient's left.</summary>
    Left,

    /// <summary>The patient's right.</summary>
    Right,
}
