namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Where an image, or a part of it, lies in the network's square input.</summary>
/// <param name="OriginalHeight">Rows of the original image.</param>
/// <param name="OriginalWidth">Columns of the original image.</param>
/// <param name="ScaledHeight">Rows that the part takes up in the input.</param>
/// <param name="ScaledWidth">Columns that the part takes up in the input.</param>
/// <param name="OffsetX">Columns of padding on the left.</param>
/// <param name="OffsetY">Rows of padding above.</param>
/// <param name="InputSize">Side S of the square input.</param>
internal readonly record struct ImageGeometry(
    int OriginalHeight, int OriginalWidth, int ScaledHeight, int ScaledWidth, int OffsetX, int OffsetY, int InputSize)
{
    /// <summary>The part of the original image that the network sees: all of it, or what was zoomed into.</summary>
    public RegionBox Part { get; private init; } = new(0, 0, OriginalWidth, OriginalHeight);

    /// <summary>Whether the network sees the whole image.</summary>
    public bool IsWhole => (Part.Height, Part.Width) == (OriginalHeight, OriginalWidth);

    /// <summary>The geometry of a height x width image under a resize rule.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the rule is not a value of the enumeration.</exception>
    public static ImageGeometry For(int height, int width, int inputSize, ResizeRule rule)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        switch (rule)
        {
            case ResizeRule.PadOrStretch when height < inputSize && width < inputSize:
                return new(height, width, height, width, (inputSize - width) / 2, (inputSize - height) / 2, inputSize);
            case ResizeRule.PadOrStretch or ResizeRule.Stretch:
                return new(height, width, inputSize, inputSize, 0, 0, inputSize);
            case ResizeRule.LongestSide:
                var scale = (double)inputSize / Math.Max(height, width);
                return new(height, width, Scaled(height, scale), Scaled(width, scale), 0, 0, inputSize);
            default:
                throw new ArgumentOutOfRangeException(nameof(rule), rule, "Expected PadOrStretch, LongestSide or Stretch.");
        }
    }

    /// <summary>The geometry of a part of an image, which always fills the input: padding would undo the zoom.</summary>
    /// <param name="part">Within the image, at least one pixel.</param>
    /// <inheritdoc cref="For(int, int, int, ResizeRule)"/>
    public static ImageGeometry For(int height, int width, RegionBox part, int inputSize, ResizeRule rule)
    {
        var scaled = For(part.Height, part.Width, inputSize, rule == ResizeRule.PadOrStretch ? ResizeRule.Stretch : rule);
        return scaled with { OriginalHeight = height, OriginalWidth = width, Part = part };
    }

    /// <summary>Converts a column coordinate of the original image, in pixels, to the network's input; not rounded.</summary>
    public float ToNetworkX(float x) => (float)((x - Part.X0) * ((double)ScaledWidth / Part.Width)) + OffsetX;

    /// <summary>Converts a row coordinate of the original image, in pixels, to the network's input; not rounded.</summary>
    public float ToNetworkY(float y) => (float)((y - Part.Y0) * ((double)ScaledHeight / Part.Height)) + OffsetY;

    /// <summary>The inverse of <see cref="ToNetworkX"/>.</summary>
    public double ToOriginalX(double x) => Part.X0 + (x - OffsetX) * Part.Width / ScaledWidth;

    /// <summary>The inverse of <see cref="ToNetworkY"/>.</summary>
    public double ToOriginalY(double y) => Part.Y0 + (y - OffsetY) * Part.Height / ScaledHeight;

    // SAM rounds half up. The minimum of one row or column is our choice: by SAM's rule a very thin image would vanish.
    private static int Scaled(int side, double scale) => Math.Max(1, (int)(side * scale + 0.5));
}
