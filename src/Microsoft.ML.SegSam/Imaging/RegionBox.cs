namespace Microsoft.ML.SegSam.Imaging;

/// <summary>A box in pixels: X0, Y0 is its first pixel, X1, Y1 lie one past the last.</summary>
/// <param name="X0">First column.</param>
/// <param name="Y0">First row.</param>
/// <param name="X1">One past the last column.</param>
/// <param name="Y1">One past the last row.</param>
public readonly record struct RegionBox(int X0, int Y0, int X1, int Y1)
{
    /// <summary>Columns.</summary>
    public int Width => X1 - X0;

    /// <summary>Rows.</summary>
    public int Height => Y1 - Y0;

    internal long Area => (long)Width * Height;

    internal RegionBox Union(RegionBox other) =>
        new(Math.Min(X0, other.X0), Math.Min(Y0, other.Y0), Math.Max(X1, other.X1), Math.Max(Y1, other.Y1));

    /// <summary>Shared pixels divided by pixels of either, 0 to 1.</summary>
    internal double IoU(RegionBox other)
    {
        var shared = (long)Math.Max(0, Math.Min(X1, other.X1) - Math.Max(X0, other.X0)) * Math.Max(0, Math.Min(Y1, other.Y1) - Math.Max(Y0, other.Y0));
        return shared == 0 ? 0 : (double)shared / (Area + other.Area - shared);
    }
}
