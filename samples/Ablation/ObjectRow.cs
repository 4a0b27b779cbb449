using Microsoft.ML.Data;
using Phantoms;

namespace Ablation;

/// <summary>One object of a phantom, prompted by a box, a point, or both.</summary>
internal sealed class ObjectRow(PhantomRow source)
{
    public string ImageId => source.ImageId;

    public MLImage Image => source.Image;

    public MLImage Mask => source.Mask;

    public string Category => source.Category;

    /// <summary>All categories of the slice.</summary>
    public required string[] PresentCategories { get; init; }

    /// <summary>Four numbers, or empty.</summary>
    public required float[] Box { get; init; }

    /// <summary>x, y, or empty.</summary>
    public required float[] Points { get; init; }

    public float[] PointLabels => Points.Length == 0 ? [] : [1];

    public required string Description { get; init; }
}
