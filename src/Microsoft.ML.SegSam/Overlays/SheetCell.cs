using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>One object of a contact sheet: three views of it side by side, with texts above and below.</summary>
/// <param name="Views">Ground truth, binary mask and semantic mask; <see cref="Side"/> high.</param>
/// <param name="Heading">The text above.</param>
/// <param name="Captions">One for each view.</param>
/// <param name="Lines">The texts below, each with its color.</param>
internal sealed record SheetCell(
    PixelImage Views, string Heading, IReadOnlyList<string> Captions, IReadOnlyList<(string Text, Rgb Color)> Lines)
{
    public const int Side = 208, Gap = 4, Width = 3 * Side + 2 * Gap;

    public static readonly Rgb Truth = Rgb.FromPalette(3), Found = Rgb.FromPalette(1), Wrong = Rgb.FromPalette(0);

    private const int SmallestView = 32;
    private const float Opacity = 0.4f;
    private static readonly Rgb Empty = new(34, 37, 44);

    /// <summary>
    /// Paints the part of an image around an object: the ground truth, then the predicted masks, each with the outline of the truth.
    /// </summary>
    /// <param name="truth">Height·Width of the image, like the other masks. Those may be empty if there is none.</param>
    /// <param name="named">The color of the semantic mask's category.</param>
    public static PixelImage Paint(
        PixelImage image, ReadOnlySpan<bool> truth, ReadOnlySpan<bool> binary, ReadOnlySpan<bool> semantic, Rgb named)
    {
        var area = Around(image, [BoxOf(truth, image), BoxOf(binary, image), BoxOf(semantic, image)]);
        var canvas = new PixelCanvas(Side, Width, Empty);
        var scale = (double)Side / Math.Max(area.Height, area.Width);
        var height = (int)Math.Max(1, Math.Round(area.Height * scale));
        var width = (int)Math.Max(1, Math.Round(area.Width * scale));
        var crop = image.Crop(area.X0, area.Y0, area.Width, area.Height);
        var part = new PixelImage(height, width, PixelResizer.Resize(crop, height, width, Resampling.Bilinear));
        var outline = Part(truth, image, area, height, width);
        Draw(canvas, 0, [], default);
        Draw(canvas, 1, Part(binary, image, area, height, width), Found);
        Draw(canvas, 2, Part(semantic, image, area, height, width), named);
        return canvas.ToImage();

        void Draw(PixelCanvas onto, int view, byte[] mask, Rgb color)
        {
            if (view > 0 && mask.Length == 0)
                return;
            var (x, y) = (view * (Side + Gap) + (Side - width) / 2, (Side - height) / 2);
            onto.Draw(part, x, y);
            if (mask.Length > 0)
                onto.Tint(mask, height, width, x, y, color, Opacity, edge: 0);
            onto.Tint(outline, height, width, x, y, Truth, view == 0 ? Opacity : 0, edge: 1);
        }
    }

    // A square of 1.5 times the objects' size, to show some of the surroundings; the whole image if that is smaller.
    private static RegionBox Around(PixelImage image, IEnumerable<RegionBox?> objects)
    {
        if (objects.Aggregate((all, box) => all is { } first && box is { } second ? first.Union(second) : all ?? box) is not { } union)
            return new(0, 0, image.Width, image.Height);
        var side = Math.Max(SmallestView, Math.Max(union.Height, union.Width) * 3 / 2);
        var (height, width) = (Math.Min(side, image.Height), Math.Min(side, image.Width));
        var x = Math.Clamp((union.X0 + union.X1 - width) / 2, 0, image.Width - width);
        var y = Math.Clamp((union.Y0 + union.Y1 - height) / 2, 0, image.Height - height);
        return new(x, y, x + width, y + height);
    }

    private static RegionBox? BoxOf(ReadOnlySpan<bool> mask, PixelImage image) =>
        mask.IsEmpty ? null : MaskRegions.Box(MemoryMarshal.AsBytes(mask), image.Height, image.Width);

    private static byte[] Part(ReadOnlySpan<bool> mask, PixelImage image, RegionBox area, int height, int width)
    {
        if (mask.IsEmpty)
            return [];
        var part = new byte[area.Height * area.Width];
        for (var y = 0; y < area.Height; y++)
            MemoryMarshal.AsBytes(mask.Slice((area.Y0 + y) * image.Width + area.X0, area.Width)).CopyTo(part.AsSpan(y * area.Width));
        return PixelResizer.NearestMask(part, area.Height, area.Width, height, width);
    }
}
