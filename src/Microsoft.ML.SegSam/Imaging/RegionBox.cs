namespace Microsoft.ML.SegSam.Imaging;

/// <summary>A box in pixels: (X0, Y0) is its first pixel, (X1, Y1) is one past its last.</summary>
public readonly struct RegionBox
{
    internal RegionBox(int x0, int y0, int x1, int y1)
    {
        X0 = x0;
        Y0 = y0;
        X1 = x1;
        Y1 = y1;
    }

    /// <summary>The first column.</summary>
    public int X0 { get; }

    /// <summary>The first row.</summary>
    public int Y0 { get; }

    /// <summary>One past the last column.</summary>
    public int X1 { get; }

    /// <summary>One past the last row.</summary>
    public int Y1 { get; }

    /// <summary>The number of columns.</summary>
    public int Width => X1 - X0;

    /// <summary>The number of rows.</summary>
    public int Height => Y1 - Y0;

    internal long Area => (long)Width * Height;

    internal RegionBox Union(RegionBox other) =>
        new(Math.Min(X0, other.X0), Math.Min(Y0, other.Y0), Math.Max(X1, other.X1), Math.Max(Y1, other.Y1));

    /// <summary>The number of pixels that both boxes contain.</summary>
    internal long Intersection(RegionBox other) =>
        (long)Math.Max(0, Math.Min(X1, other.X1) - Math.Max(X0, other.X0)) * Math.Max(0, Math.Min(Y1, other.Y1) - Math.Max(Y0, other.Y0));

    /// <summary>Intersection over union, 0 to 1.</summary>
    internal double IoU(RegionBox other)
    {
        var shared = Intersection(other);
        return shared == 0 ? 0 : (double)shared / (Area + other.Area - shared);
    }
}
