using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>A mask at the size of its image, kept as COCO's run lengths; unchangeable, so safe to share between threads.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class SegmentationMask : INotebookView
{
    private readonly int[] _counts;

    private SegmentationMask(int[] counts, int height, int width)
    {
        (_counts, Height, Width) = (counts, height, width);
        var (left, top, right, bottom, at) = (width, height, 0, 0, 0L);
        for (var i = 0; i < counts.Length; at += counts[i++])
        {
            if (i % 2 == 0 || counts[i] == 0)
                continue;
            Area += counts[i];
            var last = at + counts[i] - 1;
            var isOneColumn = at / height == last / height;
            (left, right) = (Math.Min(left, (int)(at / height)), Math.Max(right, (int)(last / height) + 1));
            (top, bottom) = (Math.Min(top, isOneColumn ? (int)(at % height) : 0), Math.Max(bottom, isOneColumn ? (int)(last % height) + 1 : height));
        }

        Box = Area == 0 ? null : new(left, top, right, bottom);
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Number of pixels in the mask.</summary>
    public long Area { get; }

    /// <summary>The smallest box around the mask; null where it is empty.</summary>
    public RegionBox? Box { get; }

    /// <summary>COCO's uncompressed run lengths: down the columns from the left, background and mask in turn, background first (0 where the mask begins at once).</summary>
    public IReadOnlyList<int> Counts => _counts;

    /// <summary>Encodes pixels.</summary>
    /// <param name="pixels">height x width, row-major; true is the mask.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <exception cref="ArgumentException">There are not height x width pixels, or a size is below 1.</exception>
    public static SegmentationMask FromPixels(ReadOnlySpan<bool> pixels, int height, int width)
    {
        CheckSize(height, width);
        if (pixels.Length != height * width)
            throw new ArgumentException($"A {width} x {height} mask takes {height * width} pixels, found {pixels.Length}.", nameof(pixels));
        return new(CocoRle.Encode(pixels, height, width), height, width);
    }

    /// <summary>Takes an ML.NET image, which stays the caller's: of two levels the higher is the mask, more levels are cut at half of 255.</summary>
    /// <exception cref="NotSupportedException">Its pixels are neither Bgra32 nor Rgba32.</exception>
    public static SegmentationMask FromImage(MLImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return MaskImage.From(image).ToSegmentationMask();
    }

    /// <summary>Takes COCO's uncompressed run lengths.</summary>
    /// <param name="counts">As <see cref="Counts"/>.</param>
    /// <param name="height">Rows, at least 1; the first number of COCO's <c>size</c>.</param>
    /// <param name="width">Columns, at least 1; the second.</param>
    /// <exception cref="ArgumentException">A count is negative, their sum is not height x width, or a size is below 1.</exception>
    public static SegmentationMask FromCounts(IEnumerable<int> counts, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(counts);
        CheckSize(height, width);
        int[] all = [.. counts];
        var (lowest, sum) = (all.DefaultIfEmpty().Min(), all.Sum(count => (long)count));
        if (lowest < 0 || sum != height * width)
            throw new ArgumentException(FormattableString.Invariant($"The {all.Length} run lengths sum up to {sum}, the least is {lowest}; expected none below 0 and a sum of {width} x {height} = {height * width}. Are height and width exchanged, or is it another image's mask?"), nameof(counts));
        return new(all, height, width);
    }

    /// <summary>Takes COCO's compressed run lengths.</summary>
    /// <param name="text">As <see cref="ToCocoText"/> gives and pycocotools reads and writes.</param>
    /// <param name="height">Rows, at least 1; the first number of COCO's <c>size</c>.</param>
    /// <param name="width">Columns, at least 1; the second.</param>
    /// <exception cref="FormatException">The text is cut off, or is no such code.</exception>
    /// <exception cref="ArgumentException">The counts do not sum up to height x width, or a size is below 1.</exception>
    public static SegmentationMask FromCocoText(string text, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(text);
        return FromCounts(CocoRle.FromText(text), height, width);
    }

    /// <summary>COCO's compressed run lengths, the <c>counts</c> of a segmentation in JSON.</summary>
    public string ToCocoText() => CocoRle.ToText(_counts);

    /// <summary>Height x Width pixels, row-major; true is the mask. A new array each time.</summary>
    public bool[] ToPixels() => CocoRle.Decode(_counts, Height, Width);

    /// <summary>Outlines of all regions and of all holes in them; computed each time. Pixels that touch at a corner belong to one region.</summary>
    /// <returns>None for an empty mask.</returns>
    public IReadOnlyList<MaskContour> Contours() => ContourTracer.Trace(ToPixels(), Height, Width);

    /// <summary>Size and area, in words.</summary>
    public override string ToString() => MaskPicture.Describe(this);

    string INotebookView.ToHtml() => Markup.Print(MaskPicture.Html(this, Palette.ColorOf(1), ToString()), Markup.Tag("div", null, ToString()));

    private static void CheckSize(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if ((long)height * width > Array.MaxLength)
            throw new ArgumentException($"A mask of {width} x {height} pixels is too large: at most {Array.MaxLength} are supported.");
    }
}
