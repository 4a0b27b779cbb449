namespace Microsoft.ML.SegSam.Imaging;

/// <summary>A box in pixels: X0, Y0 is its first pixel, X1, Y1 lie one past the last.</summary>
internal readonly record struct RegionBox(int X0, int Y0, int X1, int Y1)
{
    public RegionBox Union(RegionBox other) =>
        new(Math.Min(X0, other.X0), Math.Min(Y0, other.Y0), Math.Max(X1, other.X1), Math.Max(Y1, other.Y1));
}
