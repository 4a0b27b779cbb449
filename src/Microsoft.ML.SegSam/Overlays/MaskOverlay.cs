using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>Paints masks over an image: tinted, outlined, labelled, several views side by side.</summary>
/// <remarks>
/// Our choice: each view's long side has about 450 to 1024 pixels. Smaller images are enlarged by a whole factor without smoothing,
/// so that their pixels stay visible; larger ones are reduced. Up to six labels lie beside their masks, more go below the image.
/// Latin, Greek and Cyrillic letters are drawn on every machine; Chinese, Japanese, Korean and others where a font of the machine has them.
/// Words that no font has, and those of scripts whose letters join or run to the left, become numbers, in the order of their first use;
/// different texts never look the same: those cut to the same letters are numbered too. <see cref="PngPicture.Key"/> says what numbers stand for.
/// </remarks>
public static class MaskOverlay
{
    private const int UsualSide = 448;
    private const int LargestSide = 1024;
    private const float Opacity = 0.35f;

    private static readonly Rgb Background = new(22, 24, 29);
    private static readonly Rgb Ink = new(240, 242, 245);

    /// <summary>Paints the panels from left to right into one picture.</summary>
    /// <param name="image">The image below the masks; it stays the caller's.</param>
    /// <param name="panels">At least one.</param>
    /// <returns>The picture; notebooks show it as such.</returns>
    /// <inheritdoc cref="RenderPng(MLImage, IReadOnlyList{OverlayPanel})" path="/exception"/>
    public static PngPicture Render(MLImage image, IReadOnlyList<OverlayPanel> panels)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(panels);
        var (png, key) = Paint(PixelImage.From(image), panels);
        return new(png, $"Masks over an image: {string.Join(", ", panels.Select(panel => panel.Caption))}", key);
    }

    /// <summary>Paints the panels from left to right into one picture.</summary>
    /// <param name="image">The image below the masks; it stays the caller's.</param>
    /// <param name="panels">At least one.</param>
    /// <returns>The bytes of a PNG file.</returns>
    /// <exception cref="ArgumentException">There is no panel, or a mask is not of the image's size.</exception>
    /// <exception cref="NotSupportedException">The image is neither Bgra32 nor Rgba32.</exception>
    public static byte[] RenderPng(MLImage image, IReadOnlyList<OverlayPanel> panels)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(panels);
        return RenderPng(PixelImage.From(image), panels);
    }

    internal static byte[] RenderPng(PixelImage image, IReadOnlyList<OverlayPanel> panels) => Paint(image, panels).Png;

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

    private static void Paint(PixelCanvas canvas, PixelImage image, PixelImage view, OverlayPanel panel, RegionBox cell, int unit, PictureTexts texts)
    {
        var x = cell.X0 + (cell.X1 - cell.X0 - view.Width) / 2;
        canvas.Draw(view, x, cell.Y0);
        var objects = new List<(OverlayLayer Layer, RegionBox Box)>();
        foreach (var layer in panel.Layers)
        {
            var mask = PixelResizer.NearestMask(MemoryMarshal.AsBytes(layer.Mask.Span), image.Height, image.Width, view.Height, view.Width);
            canvas.Tint(mask, view.Height, view.Width, x, cell.Y0, layer.Color, Opacity, layer.Outline ? unit : 0);
            if (MaskRegions.Box(mask, view.Height, view.Width) is { } box)
                objects.Add((layer, new(x + box.X0, cell.Y0 + box.Y0, x + box.X1, cell.Y0 + box.Y1)));
        }

        if (Legend.IsNeeded(panel))
            return;
        var placer = new LabelPlacer(cell, [.. objects.Select(item => item.Box)]);
        foreach (var (layer, box) in objects.Where(item => item.Layer.Label is not null)) // above all masks, so that none covers a label
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
        return new(image.Height * factor, image.Width * factor, PixelResizer.Resize(image, image.Height * factor, image.Width * factor, Resampling.Nearest));
    }

    private static void CheckSizes(OverlayPanel panel, PixelImage image)
    {
        for (var i = 0; i < panel.Layers.Count; i++)
        {
            var found = panel.Layers[i].Mask.Length;
            if (found != image.Height * image.Width)
                throw new ArgumentException($"Panel '{panel.Caption}', layer {i}: the mask holds {found} pixels, " +
                    $"the image {image.Width} x {image.Height} = {image.Height * image.Width}. Give masks at the image's original size.");
        }
    }
}

/// <summary>One mask to paint over an image.</summary>
/// <param name="Mask">Height x width of the image, row-major; true is the object.</param>
/// <param name="Color">The tint, and the colour of outline and label; see <see cref="Palette"/>.</param>
/// <param name="Label">Text beside the mask, such as category and score; none when null. See <see cref="MaskOverlay"/> on scripts.</param>
/// <param name="Outline">Whether the mask's edge is drawn in full colour.</param>
public sealed record OverlayLayer(ReadOnlyMemory<bool> Mask, Rgb Color, string? Label = null, bool Outline = true);

/// <summary>One view of the image with masks over it, under a caption.</summary>
/// <param name="Caption">Text above the image.</param>
/// <param name="Layers">Masks, painted in this order; empty for the bare image.</param>
public sealed record OverlayPanel(string Caption, IReadOnlyList<OverlayLayer> Layers);
