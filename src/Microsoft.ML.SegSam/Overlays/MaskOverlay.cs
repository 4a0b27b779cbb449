using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>Paints masks over an image: tinted, outlined and labeled, in several views side by side.</summary>
/// <remarks>
/// Our choice: the long side of each view has about 450 to 1024 pixels. Smaller images are enlarged by a whole factor without smoothing, so
/// that their pixels stay visible; larger images are reduced. Up to six labels are placed beside their masks, more are placed below the
/// image. Latin, Greek and Cyrillic letters are drawn on every machine; Chinese, Japanese, Korean and other scripts if the machine has a
/// font for them. Words that no font can draw, and those of scripts whose letters join or run from right to left, become numbers in the
/// order of their first use. Different texts never look the same: texts that are shortened to the same letters are numbered too.
/// <see cref="PngPicture.Key"/> explains the numbers.
/// </remarks>
public static class MaskOverlay
{
    private const int UsualSide = 448;
    private const int LargestSide = 1024;
    private const float Opacity = 0.35f;

    private static readonly Rgb Background = new(22, 24, 29);
    private static readonly Rgb Ink = new(240, 242, 245);

    /// <summary>Paints the panels from left to right into one picture.</summary>
    /// <param name="image">The image under the masks; it is not disposed.</param>
    /// <param name="panels">
    /// At least one view of the image: the caption above it, and the masks, painted in this order; none for the image alone.
    /// </param>
    /// <returns>The picture, which notebooks display.</returns>
    /// <exception cref="ArgumentException">There is no panel, or a mask does not have the image's size.</exception>
    /// <exception cref="NotSupportedException">The image's pixel format is neither Bgra32 nor Rgba32.</exception>
    public static PngPicture Render(MLImage image, IReadOnlyList<(string Caption, IReadOnlyList<OverlayLayer> Layers)> panels)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(panels);
        return Render(PixelImage.From(image), [.. panels.Select(panel => new OverlayPanel(panel.Caption, panel.Layers))]);
    }

    internal static PngPicture Render(PixelImage image, IReadOnlyList<OverlayPanel> panels)
    {
        var (png, key) = Paint(image, panels);
        return new(png, $"Masks over an image: {string.Join(", ", panels.Select(panel => panel.Caption))}", key);
    }

    private static (byte[] Png, string Key) Paint(PixelImage image, IReadOnlyList<OverlayPanel> panels)
    {
        if (panels.Count == 0)
            throw new ArgumentException("Expected at least one panel, found none.", nameof(panels));
        foreach (var panel in panels)
            CheckSizes(panel, image);

        var view = Scale(image);
        var unit = (int)Math.Max(1, Math.Round(Math.Max(view.Height, view.Width) / 256.0)); // pixels per font pixel
        var (margin, captionHeight) = (4 * unit, (BitmapFont.LineHeight + 3) * unit);
        var (cellHeight, cellWidth) = (Math.Max(view.Height, 32 * unit), Math.Max(view.Width, 96 * unit)); // text fits thin images
        var texts = new PictureTexts(unit);
        var captions = panels.Select(panel => texts.Fit(panel.Caption, cellWidth / unit)).ToArray();
        var legends = panels.Select(panel => Legend.Arrange(panel, cellWidth / unit, texts)).ToArray();
        var legendHeight = legends.Max(legend => legend.Count == 0 ? 0 : legend[^1].Y + LabelTag.Height) * unit;
        var canvas = new PixelCanvas(
            captionHeight + cellHeight + legendHeight + 2 * margin, (cellWidth + margin) * panels.Count + margin, Background);
        for (var i = 0; i < panels.Count; i++)
        {
            var (x, y) = (margin + i * (cellWidth + margin), margin + captionHeight);
            canvas.Write(captions[i], x, margin, unit, Ink);
            Paint(canvas, image, view, panels[i], new(x, y, x + cellWidth, y + cellHeight), unit, texts);
            foreach (var (tag, left, top) in legends[i])
                tag.Draw(canvas, x + left * unit, y + cellHeight + top * unit, unit);
        }

        return (canvas.ToImage().EncodePng(), texts.Key);
    }

    private static void Paint(
        PixelCanvas canvas, PixelImage image, PixelImage view, OverlayPanel panel, RegionBox cell, int unit, PictureTexts texts)
    {
        var x = cell.X0 + (cell.X1 - cell.X0 - view.Width) / 2;
        canvas.Draw(view, x, cell.Y0);
        var objects = new List<(OverlayLayer Layer, RegionBox Box)>();
        foreach (var layer in panel.Layers)
        {
            var pixels = MemoryMarshal.AsBytes<bool>(layer.Mask.ToPixels());
            var mask = PixelResizer.NearestMask(pixels, image.Height, image.Width, view.Height, view.Width);
            canvas.Tint(mask, view.Height, view.Width, x, cell.Y0, layer.Color, Opacity, layer.Outline ? unit : 0);
            if (MaskRegions.Box(mask, view.Height, view.Width) is { } box)
                objects.Add((layer, new(x + box.X0, cell.Y0 + box.Y0, x + box.X1, cell.Y0 + box.Y1)));
        }

        if (Legend.IsNeeded(panel))
            return;
        var placer = new LabelPlacer(cell, [.. objects.Select(item => item.Box)]);
        foreach (var (layer, box) in objects.Where(item => item.Layer.Label is not null)) // after all masks, so that none covers a label
        {
            var tag = LabelTag.For(layer, (cell.X1 - cell.X0) / unit, texts);
            var place = placer.Place(box, tag.Width * unit, LabelTag.Height * unit);
            tag.Draw(canvas, place.X0, place.Y0, unit);
        }
    }

    private static PixelImage Scale(PixelImage image)
    {
        var longSide = Math.Max(image.Height, image.Width);
        if (longSide > LargestSide)
        {
            var (_, _, height, width, _, _, _) = ImageGeometry.For(image.Height, image.Width, LargestSide, ResizeRule.LongestSide);
            return new(height, width, PixelResizer.Resize(image, height, width, Resampling.Bilinear));
        }

        var factor = (int)Math.Max(1, Math.Round((double)UsualSide / longSide));
        var (newHeight, newWidth) = (image.Height * factor, image.Width * factor);
        return new(newHeight, newWidth, PixelResizer.Resize(image, newHeight, newWidth, Resampling.Nearest));
    }

    private static void CheckSizes(OverlayPanel panel, PixelImage image)
    {
        foreach (var (i, layer) in panel.Layers.Index())
        {
            var mask = layer.Mask;
            if ((mask.Height, mask.Width) != (image.Height, image.Width))
                throw new ArgumentException($"Panel '{panel.Caption}', layer {i}: the mask has {mask.Width} x {mask.Height} pixels, "
                    + $"the image {image.Width} x {image.Height}. Pass masks of the original image's size.");
        }
    }
}

/// <summary>A mask to paint over an image.</summary>
public sealed class OverlayLayer
{
    /// <summary>Creates a layer.</summary>
    /// <param name="mask">The mask, of the image's size.</param>
    /// <param name="color">The color of tint, outline and label; see <see cref="Rgb.FromPalette"/>.</param>
    /// <param name="label">
    /// Text beside the mask, such as category and score. Null for none. See <see cref="MaskOverlay"/> for supported scripts.
    /// </param>
    /// <param name="outline">Whether the edge of the mask is drawn in the full color.</param>
    public OverlayLayer(SegmentationMask mask, Rgb color, string? label = null, bool outline = true)
    {
        ArgumentNullException.ThrowIfNull(mask);
        Mask = mask;
        Color = color;
        Label = label;
        Outline = outline;
    }

    internal SegmentationMask Mask { get; }

    internal Rgb Color { get; }

    internal string? Label { get; }

    internal bool Outline { get; }
}

/// <summary>One view of the image with masks over it, under a caption.</summary>
internal sealed record OverlayPanel(string Caption, IReadOnlyList<OverlayLayer> Layers);
