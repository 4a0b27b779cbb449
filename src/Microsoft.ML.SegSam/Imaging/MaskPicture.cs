using System.Runtime.InteropServices;
using System.Xml.Linq;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Draws a mask without its image.</summary>
internal static class MaskPicture
{
    private const int UsualSide = 256;

    private static readonly Rgb Background = new(22, 24, 29);

    /// <summary>The mask in a color on a dark background. Large masks are reduced, small masks enlarged.</summary>
    public static XElement Html(SegmentationMask mask, Rgb color, string content)
    {
        var reduce = Math.Max(1, (Math.Max(mask.Height, mask.Width) + UsualSide - 1) / UsualSide);
        var (height, width) = (Math.Max(1, mask.Height / reduce), Math.Max(1, mask.Width / reduce));
        var pixels = PixelResizer.NearestMask(MemoryMarshal.AsBytes<bool>(mask.ToPixels()), mask.Height, mask.Width, height, width);
        var picture = new PixelImage(height, width, [.. pixels.SelectMany(pixel => Bytes(pixel != 0 ? color : Background))]);
        var shown = (int)Math.Max(1, Math.Round((double)UsualSide / Math.Max(height, width))) * width;
        return Markup.Picture(picture.EncodePng(), content, FormattableString.Invariant($"image-rendering:pixelated;width:{shown}px"));
    }

    /// <summary>Size, area and box as text.</summary>
    public static string Describe(SegmentationMask mask) =>
        FormattableString.Invariant($"mask of {mask.Area} of {mask.Width} x {mask.Height} pixels")
        + (mask.Box is { } box ? FormattableString.Invariant($", box {box.X0} {box.Y0} {box.X1} {box.Y1}") : "");

    private static byte[] Bytes(Rgb color) => [color.R, color.G, color.B];
}
