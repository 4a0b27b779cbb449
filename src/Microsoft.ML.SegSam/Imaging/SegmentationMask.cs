using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>A mask at the size of its image, stored as COCO run lengths. Immutable, so threads may share it.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class SegmentationMask : INotebookView
{
    private readonly int[] _counts;

    private SegmentationMask(int[] counts, int height, int width)
    {
        _counts = counts;
        Height = height;
        Width = width;
        var (left, top, right, bottom, at) = (width, height, 0, 0, 0L);
        for (var i = 0; i < counts.Length; at += counts[i++])
        {
            if (i % 2 == 0 || counts[i] == 0)
                continue;
            Area += counts[i];
            var last = at + counts[i] - 1;
            var isOneColumn = at / height == last / height;
            left = Math.Min(left, (int)(at / height));
            right = Math.Max(right, (int)(last / height) + 1);
            top = Math.Min(top, isOneColumn ? (int)(at % height) : 0);
            bottom = Math.Max(bottom, isOneColumn ? (int)(last % height) + 1 : height);
        }

        Box = Area == 0 ? null : new(left, top, right, bottom);
    }

    /// <summary>The number of rows.</summary>
    public int Height { get; }

    /// <summary>The number of columns.</summary>
    public int Width { get; }

    /// <summary>The number of pixels in the mask.</summary>
    public long Area { get; }

    /// <summary>The smallest box around the mask; null if the mask is empty.</summary>
    public RegionBox? Box { get; }

    /// <summary>
    /// COCO's uncompressed run lengths: down the columns from the left, alternating between background and mask, background first (0 if the
    /// first pixel is mask).
    /// </summary>
    public IReadOnlyList<int> Counts => _counts;

    /// <summary>Creates a mask from pixels.</summary>
    /// <param name="pixels">height x width, row-major; true is the mask.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="ArgumentException">The number of pixels is not height x width, or a size is below 1.</exception>
    public static SegmentationMask FromPixels(ReadOnlySpan<bool> pixels, int height, int width)
    {
        CheckSize(height, width);
        if (pixels.Length != height * width)
            throw new ArgumentException($"A {width} x {height} mask has {height * width} pixels, found {pixels.Length}.", nameof(pixels));
        return new(CocoRle.Encode(pixels, height, width), height, width);
    }

    /// <summary>Creates a mask from an ML.NET image.</summary>
    /// <remarks>
    /// If the image has two levels, the higher is the mask. Three or more levels are thresholded at half of 255.
    /// <see cref="ImageFile.ReadMask"/> also reads 16-bit files.
    /// </remarks>
    /// <param name="image">The image; it is not disposed.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="NotSupportedException">The pixel format is neither Bgra32 nor Rgba32.</exception>
    public static SegmentationMask FromImage(MLImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return MaskImage.From(image).ToSegmentationMask();
    }

    /// <summary>Creates a mask from COCO's uncompressed run lengths.</summary>
    /// <param name="counts">Run lengths as in <see cref="Counts"/>.</param>
    /// <param name="height">Rows, at least 1; the first number of COCO's <c>size</c>.</param>
    /// <param name="width">Columns, at least 1; the second.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="ArgumentException">A count is negative, the sum is not height x width, or a size is below 1.</exception>
    public static SegmentationMask FromCounts(IEnumerable<int> counts, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(counts);
        CheckSize(height, width);
        int[] all = [.. counts];
        var (lowest, sum) = (all.DefaultIfEmpty().Min(), all.Sum(count => (long)count));
        if (lowest < 0 || sum != height * width)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"The sum of the {all.Length} run lengths is {sum}, the smallest is {lowest}; ")
                + $"expected none below 0 and a sum of {width} x {height} = {height * width}. "
                + "Are height and width swapped, or is this the mask of another image?", nameof(counts));
        }

        return new(all, height, width);
    }

    /// <summary>Creates a mask from COCO's compressed run lengths.</summary>
    /// <param name="text">Text as <see cref="ToCocoText"/> returns it, and as pycocotools reads and writes it.</param>
    /// <param name="height">Rows, at least 1; the first number of COCO's <c>size</c>.</param>
    /// <param name="width">Columns, at least 1; the second.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="FormatException">The text is truncated or is not in this format.</exception>
    /// <exception cref="ArgumentException">The sum of the counts is not height x width, or a size is below 1.</exception>
    public static SegmentationMask FromCocoText(string text, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(text);
        return FromCounts(CocoRle.FromText(text), height, width);
    }

    /// <summary>Encodes the mask as COCO's compressed run lengths, the <c>counts</c> of a segmentation in JSON.</summary>
    /// <returns>The text.</returns>
    public string ToCocoText() => CocoRle.ToText(_counts);

    /// <summary>Decodes the pixels.</summary>
    /// <returns>A new array of Height x Width pixels, row-major; true is the mask.</returns>
    public bool[] ToPixels() => CocoRle.Decode(_counts, Height, Width);

    /// <summary>
    /// Combines masks of one image into a map of categories: each pixel takes the category of the mask with the highest class probability
    /// there. If probabilities are equal, the earlier mask wins.
    /// </summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="masks">Masks of the image's size with the key of their category, from 1, and their class probability, 0 to 1.</param>
    /// <returns>H·W keys, row-major; 0 is background.</returns>
    /// <exception cref="ArgumentException">A mask has another size, category 0, or a class probability out of range.</exception>
    public static uint[] ComposeLabelMap(
        int height, int width, IEnumerable<(uint Category, float ClassProbability, SegmentationMask Mask)> masks)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        ArgumentNullException.ThrowIfNull(masks);
        return LabelMap.Compose(height * width, masks.Select(claim => (claim.Category, claim.ClassProbability, Pixels(claim))));

        float[] Pixels((uint Category, float, SegmentationMask Mask) claim) => (claim.Mask.Height, claim.Mask.Width) == (height, width)
            ? Array.ConvertAll(claim.Mask.ToPixels(), isInside => isInside ? 1f : 0f)
            : throw new ArgumentException($"A mask of category {claim.Category} is {claim.Mask.Width} x {claim.Mask.Height} pixels; "
                + $"expected {width} x {height}. Is it a mask of another image?", nameof(masks));
    }

    /// <summary>Traces the outlines of all regions and of all holes in them. Pixels that touch at a corner belong to one region.</summary>
    /// <returns>
    /// One polygon per outline, as x y x y … of its corners; none for an empty mask. Coordinates are corners of pixels: pixel (x, y) covers
    /// x to x + 1 and y to y + 1. The outline of a region runs clockwise on the screen, that of a hole counterclockwise, and the last
    /// corner joins the first. Together the polygons cover the mask exactly.
    /// </returns>
    public IReadOnlyList<IReadOnlyList<int>> Contours() => [.. Trace().Select(contour => contour.Polygon)];

    internal IReadOnlyList<MaskContour> Trace() => ContourTracer.Trace(ToPixels(), Height, Width);

    /// <summary>Size, area and box as text.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => MaskPicture.Describe(this);

    string INotebookView.ToHtml() =>
        Markup.Print(MaskPicture.Html(this, Rgb.FromPalette(1), ToString()), Markup.Tag("div", null, ToString()));

    private static void CheckSize(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if ((long)height * width > Array.MaxLength)
            throw new ArgumentException($"A mask of {width} x {height} pixels is too large: at most {Array.MaxLength} are supported.");
    }
}
