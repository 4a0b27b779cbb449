namespace Microsoft.ML.SegSam.Imaging;

/// <summary>One closed outline of a mask.</summary>
/// <param name="Polygon">
/// x y x y … of its corners, in pixels: corners of pixels, so that pixel (x, y) covers x to x + 1 and y to y + 1. The outline of a region runs clockwise
/// as seen on the screen, that of a hole counterclockwise; the last corner joins the first. The polygons cover the mask exactly.
/// </param>
/// <param name="IsHole">Whether it bounds a hole, not a region.</param>
public sealed record MaskContour(IReadOnlyList<int> Polygon, bool IsHole);
