namespace Microsoft.ML.SegSam.Imaging;

/// <summary>
/// A box holds its mask (our choice): of two organs that look alike, a network likes to take both. What lies outside the box by more than
/// a tenth of its side is background. Points on the object reach as far beyond the box as they lie.
/// </summary>
internal static class BoxBounds
{
    private const float Margin = 0.1f; // of the box's side, and at least one of the mask's pixels: boxes are not drawn exactly

    /// <summary>Puts low-resolution logits outside of a box to <see cref="MaskGeometry.OutsideLogit"/>.</summary>
    /// <param name="logits">side x side logits, which are changed.</param>
    /// <param name="box">x0 y0 x1 y1 in the network's frame.</param>
    /// <param name="points">x y of each point on the object, likewise.</param>
    public static void Hold(float[] logits, int side, float[] box, float[] points)
    {
        var (left, right) = Reach(box, points, axis: 0);
        var (top, bottom) = Reach(box, points, axis: 1);
        for (var y = 0; y < side; y++)
        {
            var row = logits.AsSpan(y * side, side);
            var isInside = Center(y) >= top && Center(y) <= bottom;
            for (var x = 0; x < side; x++)
            {
                if (!isInside || Center(x) < left || Center(x) > right)
                    row[x] = Math.Min(row[x], MaskGeometry.OutsideLogit);
            }
        }
    }

    private static float Center(int pixel) => (pixel + 0.5f) * MaskGeometry.Stride;

    private static (float From, float To) Reach(float[] box, float[] points, int axis)
    {
        var (from, to) = (box[axis], box[axis + 2]);
        var margin = Math.Max(Margin * (to - from), MaskGeometry.Stride);
        for (var i = axis; i < points.Length; i += 2)
            (from, to) = (Math.Min(from, points[i]), Math.Max(to, points[i]));
        return (from - margin, to + margin);
    }
}
