using Microsoft.ML.Data;
using Phantoms;

namespace DetectionMetrics;

/// <summary>A slice and the truth about it, with the columns that ML.NET's object detection is trained on.</summary>
internal sealed class TrueSlice(PhantomSlice slice)
{
    public MLImage Image => field ??= new PhantomRow(slice, slice.Objects[0]).Image;

    /// <summary>Category of each object.</summary>
    public string[] Label => [.. slice.Objects.Select(each => each.Category)];

    /// <summary>x0 y0 x1 y1 of each object, right and bottom just outside.</summary>
    public float[] BoundingBoxes => [.. slice.Objects.SelectMany(each => (float[])[each.Box.X0, each.Box.Y0, each.Box.X1, each.Box.Y1])];
}
