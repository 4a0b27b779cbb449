using Microsoft.ML.Data;
using Phantoms;

namespace DetectionMetrics;

/// <summary>A slice with its ground truth, in the columns of ML.NET's object detection.</summary>
internal sealed class TrueSlice(PhantomSlice slice)
{
    public MLImage Image => field ??= new PhantomRow(slice, slice.Objects[0]).Image;

    /// <summary>The category of each object.</summary>
    public string[] Label => [.. slice.Objects.Select(item => item.Category)];

    /// <summary>x0 y0 x1 y1 of each object, right and bottom exclusive.</summary>
    public float[] BoundingBoxes => [.. slice.Objects.SelectMany(item => (float[])[item.Box.X0, item.Box.Y0, item.Box.X1, item.Box.Y1])];
}
