using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>One object of a contact sheet: three views of it side by side, and what stands above and below.</summary>
/// <param name="Views">truth, binary mask and semantic mask, <see cref="Side"/> high.</param>
/// <param name="Heading">Above.</param>
/// <param name="Captions">One for each view.</param>
/// <param name="Lines">Below, each in its color.</param>
internal sealed record SheetCell(PixelImage Views, string Heading, IReadOnlyList<string> Captions, IReadOnlyList<(string Text, Rgb Color)> Lines)
{
    public const int Side = 208, Gap = 4, Width = 3 * Side + 2 * Gap;

    public static readonly Rgb Truth = Palette.ColorOf(3), Found = Palette.ColorOf(1), Wrong = Palette.ColorOf(0);

    private const int SmallestView = 32;
    private const float Opacity = 0.4f;
    private static readonly Rgb Empty = new(34, 37, 44);

    /// <summary>Paints the part of an image around an object: its truth, then the masks found, each with the truth's outline.</summary>
    /// <param name="truth">Height·Width of the image, as are the others; those may be empty: there is none.</param>
    /// <param name="semantic">With the color of its name.</param>
    public static PixelImage Paint(PixelImage image, ReadOnlySpan<bool> truth, ReadOnlySpan<bool> binary, ReadOnlySpan<bool> semantic, Rgb named)
    {
        var area = Around(image, [BoxOf(truth, image), BoxOf(binary, image), BoxOf(semantic, image)]);
        var canvas = new PixelCanvas(Side, Width, Empty);
        var scale = (double)Side / Math.Max(area.Height, area.Width);
        var (height, width) = ((int)Math.Max(1, Math.Round(area.Height * scale)), (int)Math.Max(1, Math.Round(area.Width * scale)));
        var part = new PixelImage(height, width, PixelResizer.Resize(image.Crop(area.X0, area.Y0, area.Width, area.Height), height, width, Resampling.Bilinear));
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

    // A square of half again the objects' size, so that some of the surroundings is seen; the whole image where that is smaller.
    private static RegionBox Around(PixelImage image, IEnumerable<RegionBox?> objects)
    {
        if (objects.Aggregate((all, box) => all is { } one && box is { } other ? one.Union(other) : all ?? box) is not { } found)
            return new(0, 0, image.Width, image.Height);
        var side = Math.Max(SmallestView, Math.Max(found.Height, found.Width) * 3 / 2);
        var (height, width) = (Math.Min(side, image.Height), Math.Min(side, image.Width));
        var x = Math.Clamp((found.X0 + found.X1 - width) / 2, 0, image.Width - width);
        var y = Math.Clamp((found.Y0 + found.Y1 - height) / 2, 0, image.Height - height);
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
