using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>What a scored row holds: the columns it came with and those that SEG-SAM added.</summary>
internal sealed class Prediction
{
    public string ImageId { get; set; } = "";
    public MLImage Image { get; set; } = null!;
    public MLImage Mask { get; set; } = null!;
    public string Category { get; set; } = "";
    public bool[] BinaryMask { get; set; } = [];
    public uint[] SemanticMask { get; set; } = [];
    public float[] ClassScores { get; set; } = [];
    public uint PredictedCategory { get; set; }
    public float MaskQuality { get; set; }
}
