using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>One object with every input column that the options can name; null stands for a missing value.</summary>
public sealed record TinyRow
{
    public MLImage? Image { get; set; }

    /// <summary>The image as an encoded file.</summary>
    public byte[]? File { get; set; }

    public float[]? Box { get; set; }

    public float[]? Points { get; set; }

    public float[]? PointLabels { get; set; }

    public float[]? MaskPrompt { get; set; }

    public MLImage? Mask { get; set; }

    public byte[]? MaskFile { get; set; }

    public string? Category { get; set; }

    public string? Description { get; set; }

    public float[]? DescriptionVector { get; set; }

    public string[]? Present { get; set; }

    public string? ImageId { get; set; }

    /// <summary>A column that nothing reads.</summary>
    public int Number { get; set; }
}

/// <summary>What a prediction engine takes, as a user would write it.</summary>
internal sealed class TinyQuestion
{
    public MLImage? Image { get; set; }

    public float[]? Box { get; set; }

    public float[]? Points { get; set; }

    public float[]? PointLabels { get; set; }

    public float[]? MaskPrompt { get; set; }
}

/// <summary>What a prediction engine gives, as a user would write it.</summary>
internal sealed class TinyAnswer
{
    public bool[]? BinaryMask { get; set; }

    public uint[]? SemanticMask { get; set; }

    public int[]? MaskSize { get; set; }

    public float[]? ClassScores { get; set; }

    public uint PredictedCategory { get; set; }

    public float[]? PresenceScores { get; set; }

    public float PredictedIoU { get; set; }

    public float[]? LowResLogits { get; set; }
}
